/** What came of one attempt, in the words of upstream (`pkg/probe`). */
import { goQuoted } from '../container/go-quoted.ts';
import { goDuration } from '../event/go-duration.ts';

export type ProbeOutcome =
  | { readonly result: 'success' }
  /** `warning`: a success with a word. `unknown`: the prober itself failed, and nothing is known of the container. */
  | { readonly result: 'failure' | 'warning' | 'unknown'; readonly message: string };

const SUCCESS: ProbeOutcome = { result: 'success' };
export const failure = (message: string): ProbeOutcome => ({ result: 'failure', message });
export const unknown = (message: string): ProbeOutcome => ({ result: 'unknown', message });

/** How much of a command's output and of a body is read (`exec.go` `maxReadLength`, `http.go` `maxRespBodyLength`). */
export const PROBE_OUTPUT_BYTES = 10 * 1024;

export const commandOutcome = (exitCode: number, output: string): ProbeOutcome => (exitCode === 0 ? SUCCESS : failure(output));

export const commandTimedOut = (argv: readonly string[], timeoutSeconds: number): ProbeOutcome =>
  failure(`command timed out: ${goQuoted(argv.join(' '))} timed out after ${seconds(timeoutSeconds)}`);

/** A redirect that was not followed is a success that somebody should look at. A body is told of it and of nothing else. */
export function httpOutcome(status: number, body: string): ProbeOutcome {
  if (status < 200 || status >= 400) return failure(`HTTP probe failed with statuscode: ${status}`);
  return status < 300 ? SUCCESS : { result: 'warning', message: `Probe terminated redirects, Response body: ${body}` };
}

/** As Go's client has it (`net/http/client.go`); the first follows the name of the request. */
export const HTTP_TIMED_OUT = {
  headers: 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  body: 'context deadline exceeded (Client.Timeout or context cancellation while reading body)',
};

export const CONNECTED = SUCCESS;
/** `address`: "host:port". */
export const connectTimedOut = (address: string): ProbeOutcome => failure(`dial tcp ${address}: i/o timeout`);

export type HealthReport =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'failed'; readonly code: number; readonly message: string };

/** `pkg/probe/grpc/grpc.go` */
export function healthOutcome(report: HealthReport, timeoutSeconds: number): ProbeOutcome {
  if (report.kind === 'status') {
    const status = SERVING_STATUS[report.status] ?? String(report.status);
    return status === 'SERVING' ? SUCCESS : failure(`service unhealthy (responded with ${goQuoted(status)})`);
  }
  const code = GRPC_CODES[report.code] ?? `Code(${report.code})`;
  if (code === 'Unimplemented')
    return failure(`error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${report.message}`);
  if (code === 'DeadlineExceeded') return healthTimedOut(timeoutSeconds);
  return failure(`error: health rpc probe failed: rpc error: code = ${code} desc = ${report.message}`);
}

export const healthTimedOut = (timeoutSeconds: number): ProbeOutcome =>
  failure(`timeout: health rpc did not complete within ${seconds(timeoutSeconds)}`);

export const healthUnreachable = (address: string, timeoutSeconds: number): ProbeOutcome =>
  failure(`timeout: failed to connect service ${goQuoted(address)} within ${seconds(timeoutSeconds)}: context deadline exceeded`);

export const healthRefused = (address: string, error: string): ProbeOutcome =>
  failure(`error: failed to connect service at ${goQuoted(address)}: ${error}`);

/** `grpc.health.v1.HealthCheckResponse.ServingStatus` */
const SERVING_STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** `google.golang.org/grpc/codes` */
const GRPC_CODES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

const seconds = (count: number): string => goDuration(count * 1000);
