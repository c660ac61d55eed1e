/**
 * What a watcher has not taken yet. Its frames are shared with other watchers, so what counts is who falls behind: one
 * with too much unsent is ended, and lists anew.
 */

/** design.md 10. */
export const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** Small frames go out together, up to so many bytes. */
const MAX_CHUNK_BYTES = 64 * 1024;

export class FrameQueue {
  readonly #onOverflow: () => void;
  readonly #maxBytes: number;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** `onOverflow` is called once, when the watcher is given up. */
  constructor(onOverflow: () => void, maxBytes = MAX_UNSENT_BYTES) {
    this.#onOverflow = onOverflow;
    this.#maxBytes = maxBytes;
  }

  /** Closed queues take nothing more. */
  push(frame: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#bytes + frame.length > this.#maxBytes) {
      // The rest would be late anyway, and a gap must not be hidden: it ends here.
      this.#frames = [];
      this.#bytes = 0;
      this.close();
      this.#onOverflow();
      return;
    }
    this.#frames.push(frame);
    this.#bytes += frame.length;
    this.#wake?.();
  }

  /** What is queued still comes out. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** The next frames; `undefined` at the end. One reader. */
  async take(): Promise<Uint8Array | undefined> {
    while (this.#frames.length === 0) {
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    let count = 1;
    let size = this.#frames[0]?.length ?? 0;
    for (let next = this.#frames[count]; next !== undefined && size + next.length <= MAX_CHUNK_BYTES; next = this.#frames[count]) {
      size += next.length;
      count += 1;
    }
    const taken = this.#frames.splice(0, count);
    this.#bytes -= size;
    return count === 1 ? taken[0] : Buffer.concat(taken);
  }
}
