/**
 * Bounds how many execs are being started at once. To start one costs more processor time than most probes take; where
 * dozens are due at the same moment, each would be slowed down by all the others until its timeout is over. The time that
 * one waits for its turn does not count against its timeout.
 *
 * A turn ends when the process runs, or when its work is done: a probe that hangs holds up no other.
 */
export class ExecTurns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** `work` ends its turn early by `pass`. An aborted wait rejects with the signal's reason. */
  async take<T>(signal: AbortSignal, work: (pass: () => void) => Promise<T>): Promise<T> {
    await this.#turn(signal);
    let hasPassed = false;
    const pass = (): void => {
      if (hasPassed) return;
      hasPassed = true;
      this.#next();
    };
    try {
      return await work(pass);
    } finally {
      pass();
    }
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) this.#free += 1;
    else first();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const aborted = (): void => {
      this.#waiting.delete(begin);
      reject(signal.reason);
    };
    const begin = (): void => {
      this.#waiting.delete(begin);
      signal.removeEventListener('abort', aborted);
      resolve();
    };
    this.#waiting.add(begin);
    signal.addEventListener('abort', aborted, { once: true });
    await promise;
  }
}
