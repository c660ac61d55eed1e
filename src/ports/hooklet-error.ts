/**
 * The one error class that hooklet throws. Foreign errors are translated once, in the adapter that met them.
 */
export type ErrorCode =
  /** The user's input is wrong (exit 2). */
  | 'badInput'
  /** This host cannot do it: a program, a right, a port, a lock is missing (exit 3). */
  | 'hostLacks'
  | 'stateLocked'
  | 'journalUnwritable'
  /** The object store: an object of that name is there already. */
  | 'objectExists'
  /** The object store: the object is not, or no longer, what the writer had read. */
  | 'objectConflict'
  /** The object store: the change log does not reach back so far. */
  | 'storeExpired'
  | 'storeUnwritable'
  /** The API server did not answer: the request may or may not have been done. */
  | 'apiUnavailable'
  /** The API server answered that it will not do it; the message is the server's. */
  | 'apiRefused'
  /** A volume of the Pod cannot be had now; the message is that of the event `FailedMount`. */
  | 'volumeNotReady'
  /** A container cannot be configured from what there is now (`CreateContainerConfigError`). */
  | 'containerNotConfigured'
  /** The runtime did not answer: the call may or may not have happened. List before you repeat it. */
  | 'runtimeUnavailable'
  | 'runtimeNotFound'
  | 'runtimeAlreadyExists'
  /** CRI: the name of this sandbox or container attempt is taken by another call in progress. */
  | 'runtimeNameReserved'
  /** CRI: StartContainer of a client that went away is still settling. */
  | 'runtimeStarting'
  | 'imageNotFound'
  /** The runtime answered with an error of its own. */
  | 'runtimeFailed';

export class HookletError extends Error {
  readonly code: ErrorCode;
  readonly retry: 'never' | 'later';

  constructor(code: ErrorCode, message: string, options: { readonly cause?: unknown; readonly retry?: 'never' | 'later' } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HookletError';
    this.code = code;
    this.retry = options.retry ?? 'never';
  }
}

export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is HookletError {
  return error instanceof HookletError && codes.includes(error.code);
}

/** The text of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
