/** Bounds how many starts run at once; first come, first served. */
export class StartSlots {
  readonly #slots: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(slots: number) {
    this.#slots = slots;
    this.#free = slots;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /** Runs `work` while nothing is being started. */
  async useAll<T>(work: () => Promise<T>): Promise<T> {
    const taken = (left: number): Promise<T> => (left === 0 ? work() : this.use(() => taken(left - 1)));
    return taken(this.#slots);
  }
}
