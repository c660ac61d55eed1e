/** When the output of a process that has ended is complete. */

export interface Drainable {
  readonly ended: Promise<void>;
  readonly totalBytes: number;
  readNow(limit: number): 'ended' | 'more' | 'empty';
}

/**
 * What can still be on its way when a process has ended: its own pipe to the shim (64 KiB), the shim's buffer
 * (32 KiB), the named pipe (64 KiB).
 */
export const inFlightBytes = 160 * 1024;
/** A shim that has something to copy copies it at once; on a loaded machine it may wait for a processor. */
const quietMs = 100;

/**
 * Resolves at the end of all pipes or, where a surviving child holds one, when everything has come that the ended
 * process can have written: nothing for a while, or more than can have been on its way.
 */
export async function drain(pipes: readonly Drainable[], signal: AbortSignal): Promise<void> {
  await Promise.all(pipes.map((pipe) => drainOne(pipe, signal)));
}

async function drainOne(pipe: Drainable, signal: AbortSignal): Promise<void> {
  const until = pipe.totalBytes + inFlightBytes;
  for (let before = -1; pipe.totalBytes < until; ) {
    signal.throwIfAborted();
    if (pipe.readNow(until - pipe.totalBytes) === 'ended' || pipe.totalBytes === before) return;
    before = pipe.totalBytes;
    await endedOrQuiet(pipe, signal);
  }
}

/** The event loop runs an overdue timer before it looks at the pipes; `readNow()` looks again after it. */
async function endedOrQuiet(pipe: Drainable, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, quietMs);
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([pipe.ended, promise]);
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
}
