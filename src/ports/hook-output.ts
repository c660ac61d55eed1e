import type { HookName } from '../core/journal-record.ts';

/** Names one delivery of one hook to one instance of a container. */
export interface DeliveryKey {
  readonly uid: string;
  readonly container: string;
  readonly restartCount: number;
  readonly hook: HookName;
  readonly attempt: number;
}

/** The start and the end of a stream; `cutBytes` is what lay between and was not kept. */
export interface KeptStream {
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly cutBytes: number;
}

/** What is kept of one stream at most: half of it from the start, half from the end. */
export const keptBytesOfStream = 64 * 1024;

/** Cuts a stream to what is kept of it; one within the bound comes back as it is. */
export function boundKept(stream: KeptStream): KeptStream {
  const { head, tail, cutBytes } = stream;
  if (head.length + tail.length <= keptBytesOfStream) return stream;
  const half = keptBytesOfStream / 2;
  const start = cutBytes === 0 ? Buffer.concat([head, tail]) : head;
  const end = cutBytes === 0 ? start : tail;
  const startBytes = Math.min(start.length, Math.max(half, keptBytesOfStream - end.length));
  const endBytes = Math.min(end.length, keptBytesOfStream - startBytes);
  return {
    head: start.subarray(0, startBytes),
    tail: end.subarray(end.length - endBytes),
    cutBytes: cutBytes + head.length + tail.length - startBytes - endBytes,
  };
}

export interface KeptOutput {
  readonly stdout: KeptStream;
  readonly stderr: KeptStream;
}

/**
 * Hook output, private (0600), bounded, apart from the journal. Adapter: `host/hook-output-files.ts`; fake:
 * `fakes/memory-hook-output.ts`. Names that cannot be part of a path are refused with `badInput`.
 */
export interface HookOutputStore {
  /**
   * Durable when it resolves. Called once a delivery, before its `hook.finished`; a repeat replaces. More than
   * `keptBytesOfStream` a stream is cut. Rejects with `journalUnwritable` when the disk does not take it.
   */
  write(key: DeliveryKey, output: KeptOutput): Promise<void>;
  /** `undefined` when nothing was kept for that delivery. */
  read(key: DeliveryKey): Promise<KeptOutput | undefined>;
  /** Removes all output of a Pod; no error when there is none. */
  removePod(uid: string): Promise<void>;
}
