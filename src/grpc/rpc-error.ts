/** gRPC errors of a container runtime become `HookletError` here, and nowhere else. */
import { status } from '@grpc/grpc-js';
import { type ErrorCode, HookletError, messageOf } from '../ports/hooklet-error.ts';

/** What runtimes only say in words: the status code of these is UNKNOWN. */
const byWords: readonly (readonly [RegExp, ErrorCode])[] = [
  // containerd, cri-o: a create of the same name is in progress, or was left behind by a client that went away
  [/\bname "?[^"]*"? is reserved\b/, 'runtimeNameReserved'],
  [/already in (starting|removing) state/, 'runtimeStarting'],
  // containerd listens some milliseconds before its CRI service knows its containers
  [/server is not initialized yet/, 'runtimeUnavailable'],
];

const byStatus = new Map<status, ErrorCode>([
  [status.UNAVAILABLE, 'runtimeUnavailable'],
  [status.DEADLINE_EXCEEDED, 'runtimeUnavailable'],
  [status.CANCELLED, 'runtimeUnavailable'],
  [status.NOT_FOUND, 'runtimeNotFound'],
  [status.ALREADY_EXISTS, 'runtimeAlreadyExists'],
]);

export function translateRpcError(method: string, error: unknown): HookletError {
  if (error instanceof HookletError) return error;
  const code = statusOf(error);
  const words = detailsOf(error);
  const errorCode = byWords.find(([pattern]) => pattern.test(words))?.[1] ?? (code === undefined ? undefined : byStatus.get(code));
  if (errorCode === 'runtimeUnavailable') {
    return new HookletError(errorCode, `The container runtime did not answer ${method}: ${words}`, { cause: error, retry: 'later' });
  }
  const retry = errorCode === 'runtimeNameReserved' || errorCode === 'runtimeStarting' ? 'later' : 'never';
  // The runtime's own words, whole: Kubernetes shows them as they are in the event "Error: <description>".
  return new HookletError(errorCode ?? 'runtimeFailed', words, { cause: error, retry });
}

function statusOf(error: unknown): status | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

function detailsOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'details' in error && typeof error.details === 'string' && error.details !== '') {
    return error.details;
  }
  return messageOf(error);
}
