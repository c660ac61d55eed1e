/** Calls to the runtime, told as they end, and one of them met by the death or the standstill of containerd. */

/** `cri.runPodSandbox`, `exec.create`, `signals.kill` … */
export type CallName = `${'cri' | 'exec' | 'signals'}.${string}`;

export interface Disturbance {
  readonly call: CallName;
  /** `kill`: `kill -9`. `stop`: SIGSTOP, and SIGCONT after three seconds. */
  readonly how: 'kill' | 'stop';
  /** Counted from the beginning of the call. */
  readonly afterMs: number;
}

export type CallLine =
  | { readonly type: 'call'; readonly call: CallName; readonly ms: number }
  /** While `call` had no answer yet. */
  | { readonly type: 'disturbed'; readonly call: CallName };

const STANDSTILL_MS = 3000;

const print = (line: CallLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

export class CallWatch {
  #disturbance: Disturbance | undefined;
  readonly #containerd: () => number;
  #armed = false;

  constructor(disturbance: Disturbance | undefined, containerd: () => number) {
    this.#disturbance = disturbance;
    this.#containerd = containerd;
  }

  /** Calls before this one are left alone. */
  arm(): void {
    this.#armed = true;
  }

  /** The port with its calls watched; private fields and all. */
  port<T extends object>(name: 'cri' | 'exec' | 'signals', port: T): T {
    return new Proxy(port, {
      get: (_, key) => {
        const value: unknown = Reflect.get(port, key);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]): unknown => this.#call(`${name}.${String(key)}`, () => Reflect.apply(value, port, args));
      },
    });
  }

  #call(call: CallName, make: () => unknown): unknown {
    const from = performance.now();
    const made = make();
    if (!(made instanceof Promise)) return made;
    let answered = false;
    const told = (): void => {
      answered = true;
      print({ type: 'call', call, ms: performance.now() - from });
    };
    made.then(told, told);
    const { afterMs } = this.#disturbance ?? { afterMs: 0 };
    const isTime = (): void => {
      if (answered) return;
      if (performance.now() - from >= afterMs) this.#disturb(call);
      else setImmediate(isTime);
    };
    if (!this.#armed || this.#disturbance?.call !== call) return made;
    // The last milliseconds are counted exactly: many calls take no more.
    if (afterMs > 5) setTimeout(isTime, afterMs - 5);
    else setImmediate(isTime);
    return made;
  }

  /** Only the first call that is still under way at its moment. */
  #disturb(call: CallName): void {
    const { how } = this.#disturbance ?? {};
    if (how === undefined) return;
    this.#disturbance = undefined;
    const pid = this.#containerd();
    process.kill(pid, how === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    print({ type: 'disturbed', call });
    if (how === 'stop') setTimeout(() => process.kill(pid, 'SIGCONT'), STANDSTILL_MS);
  }
}
