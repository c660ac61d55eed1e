/** What a server would not do, in kubectl's words (`kubectl/pkg/cmd/util/helpers.go`). */
import type { ApiStatus } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import type { KubeAnswer } from '../../ports/kube-api.ts';

interface StatusCause {
  readonly field?: string;
  readonly message?: string;
}

type Refused = ApiStatus & { readonly details?: ApiStatus['details'] & { readonly causes?: readonly StatusCause[] } };

/** The body of an answer that is no error; else throws the refusal. `doing` is put before it: `creating "pod.yaml"`. */
export function accepted(answer: KubeAnswer, doing?: string): unknown {
  if (answer.status < 400) return answer.body;
  throw refusal(answer, doing);
}

/** Bad input when the server found fault with what it was given, `apiRefused` for all else. */
export function refusal({ status, body }: KubeAnswer, doing?: string): HookletError {
  const said = isStatus(body) ? body : { kind: 'Status' as const, message: `the server answered with status ${status}` };
  if (status === 401) return new HookletError('apiRefused', 'error: You must be logged in to the server (Unauthorized)');
  if (said.reason === 'Invalid') return new HookletError('badInput', invalidText(said));
  const message = said.message ?? '';
  const reason = said.reason ? ` (${said.reason})` : '';
  const text = `Error from server${reason}: ${doing === undefined ? message : `error when ${doing}: ${message}`}`;
  return new HookletError(status === 400 ? 'badInput' : 'apiRefused', text);
}

export const isNotFound = ({ status, body }: KubeAnswer): boolean => status === 404 && isStatus(body) && body.reason === 'NotFound';

/** "The Pod "web" is invalid: spec.containers: Required value" */
function invalidText({ message = '', details }: Refused): string {
  if (details === undefined) return message === '' ? 'The request is invalid' : `The request is invalid: ${message}`;
  const { kind = '', name = '', causes = [] } = details;
  const isNamed = kind !== '' || name !== '';
  const what = isNamed ? `The ${kind} "${name}" is invalid` : 'The request is invalid';
  const faults = [...new Set(causes.map(({ field, message: fault = '' }) => (field ? `${field}: ${fault}` : fault)))];
  if (faults.length === 0) return isNamed || message === '' ? what : `${what}: ${message}`;
  return faults.length === 1 ? `${what}: ${faults[0]}` : [`${what}: `, ...faults.map((fault) => `* ${fault}`)].join('\n');
}

export const isStatus = (body: unknown): body is Refused =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
