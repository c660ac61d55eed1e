import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import { invalid } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import type { Report } from './problem.ts';
import { portNumber, validateExec, validateHttpGet, validateOneAction, validateTcpSocket } from './validate-handler.ts';

type ProbeName = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

export function validateProbes(container: Pick<IContainer, ProbeName>, path: FieldPath, report: Report): void {
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[name];
    if (probe !== undefined) validateProbe(probe, name, [...path, name], report);
  }
}

const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

function validateProbe(probe: IProbe, name: ProbeName, path: FieldPath, report: Report): void {
  const { exec, httpGet, tcpSocket, grpc } = probe;
  validateOneAction(path, report, [
    ['exec', exec && ((action) => validateExec(exec, action, report))],
    ['httpGet', httpGet && ((action) => validateHttpGet(httpGet, action, report))],
    ['tcpSocket', tcpSocket && ((action) => validateTcpSocket(tcpSocket, action, report))],
    ['grpc', grpc && ((action) => complain([...action, 'port'], grpc.port ?? 0, portNumber(grpc.port ?? 0), report))],
  ]);
  for (const field of COUNTS) {
    const value = probe[field] ?? 0;
    complain([...path, field], value, value < 0 ? 'must be greater than or equal to 0' : undefined, report);
  }
  if (name !== 'readinessProbe' && probe.successThreshold !== 1)
    report([...path, 'successThreshold'], invalid(probe.successThreshold, 'must be 1'));
  validateProbeGrace(probe.terminationGracePeriodSeconds, name, [...path, 'terminationGracePeriodSeconds'], report);
}

/** It may exceed the Pod's own grace. */
function validateProbeGrace(seconds: number | undefined, name: ProbeName, path: FieldPath, report: Report): void {
  if (seconds === undefined) return;
  if (name === 'readinessProbe') report(path, invalid(seconds, 'must not be set for readinessProbes'));
  else if (seconds <= 0) report(path, invalid(seconds, 'must be greater than 0'));
}

function complain(path: FieldPath, value: unknown, complaint: string | undefined, report: Report): void {
  if (complaint !== undefined) report(path, invalid(value, complaint));
}
