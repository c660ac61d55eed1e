/** Lifecycle handlers and the actions that probes share with them (`pkg/apis/core/validation/validation.go`). */
import type { IExecAction } from 'kubernetes-models/v1/ExecAction';
import type { IHTTPGetAction } from 'kubernetes-models/v1/HTTPGetAction';
import type { ILifecycle } from 'kubernetes-models/v1/Lifecycle';
import type { ILifecycleHandler } from 'kubernetes-models/v1/LifecycleHandler';
import type { ITCPSocketAction } from 'kubernetes-models/v1/TCPSocketAction';
import { forbidden, invalid, required, unsupported } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { portName } from './name-rules.ts';
import type { Report } from './problem.ts';

/** What a hook's validity depends on beyond the hook. */
export interface HandlerContext {
  readonly graceSeconds: number;
  /** `spec.os.name`; empty when it is not given. */
  readonly os: string;
}

export function validateLifecycle(lifecycle: ILifecycle, path: FieldPath, context: HandlerContext, report: Report): void {
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle[hook];
    if (handler !== undefined) validateHook(handler, [...path, hook], context, report);
  }
  if ((lifecycle.stopSignal ?? '') !== '') validateStopSignal(lifecycle.stopSignal as string, [...path, 'stopSignal'], context, report);
}

function validateHook(handler: ILifecycleHandler, path: FieldPath, { graceSeconds }: HandlerContext, report: Report): void {
  validateOneAction(path, report, [
    ['exec', handler.exec && ((action) => validateExec(handler.exec as IExecAction, action, report))],
    ['httpGet', handler.httpGet && ((action) => validateHttpGet(handler.httpGet as IHTTPGetAction, action, report))],
    // Accepted by the API although it always fails when it runs.
    ['tcpSocket', handler.tcpSocket && ((action) => validateTcpSocket(handler.tcpSocket as ITCPSocketAction, action, report))],
    ['sleep', handler.sleep && ((action) => validateSleep(handler.sleep?.seconds ?? 0, action, graceSeconds, report))],
  ]);
}

type NamedCheck = readonly [name: string, check: ((path: FieldPath) => void) | undefined];

/** Exactly one action: the first that is set is validated, any later one is refused unread. */
export function validateOneAction(path: FieldPath, report: Report, actions: readonly NamedCheck[]): void {
  let found = false;
  for (const [name, check] of actions) {
    if (check === undefined) continue;
    if (found) report([...path, name], forbidden('may not specify more than 1 handler type'));
    else check([...path, name]);
    found = true;
  }
  if (!found) report(path, required('must specify a handler type'));
}

export function validateExec(action: IExecAction, path: FieldPath, report: Report): void {
  if ((action.command ?? []).length === 0) report([...path, 'command'], required());
}

export function validateHttpGet(action: IHTTPGetAction, path: FieldPath, report: Report): void {
  if ((action.path ?? '') === '') report([...path, 'path'], required());
  validatePort(action.port ?? 0, [...path, 'port'], report);
  for (const header of action.httpHeaders ?? []) {
    if (!/^[-A-Za-z0-9]+$/.test(header.name ?? '')) {
      report(
        [...path, 'httpHeaders'],
        invalid(
          header.name ?? '',
          "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        ),
      );
    }
  }
}

export const validateTcpSocket = (action: ITCPSocketAction, path: FieldPath, report: Report): void =>
  validatePort(action.port ?? 0, [...path, 'port'], report);

/** A name is checked for its form only, not against `ports[].name`. */
function validatePort(port: number | string, path: FieldPath, report: Report): void {
  const complaint = typeof port === 'string' ? portName(port) : portNumber(port);
  if (complaint !== undefined) report(path, invalid(port, complaint));
}

export const portNumber = (port: number): string | undefined =>
  port >= 1 && port <= 65535 ? undefined : 'must be between 1 and 65535, inclusive';

function validateSleep(seconds: number, path: FieldPath, graceSeconds: number, report: Report): void {
  if (seconds < 0 || seconds > graceSeconds) {
    // The API's words say "less than"; its check lets the grace itself pass.
    report([...path, 'seconds'], invalid(seconds, `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`));
  }
}

const WINDOWS_SIGNALS = new Set(['SIGKILL', 'SIGTERM']);

/** That a Linux signal is one of the known was checked with the field's type. */
function validateStopSignal(signal: string, path: FieldPath, { os }: HandlerContext, report: Report): void {
  if (os === '') report(path, forbidden('may not be set for containers with empty `spec.os.name`'));
  else if (os === 'windows' && !WINDOWS_SIGNALS.has(signal)) report(path, unsupported(signal, WINDOWS_SIGNALS));
}
