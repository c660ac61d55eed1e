/** A runtime that writes down when each of its calls began and ended, and is otherwise the one it wraps. */
import type { Runtime } from '../src/ports/runtime.ts';

export interface TimedCall {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Milliseconds of `performance.now()`. */
  readonly startMs: number;
  /** Undefined while it runs. */
  endMs?: number;
}

export class CallLog {
  readonly calls: TimedCall[] = [];

  /** The first call of that name with that first argument. */
  find(name: string, firstArg: string): TimedCall | undefined {
    return this.calls.find((call) => call.name === name && call.args[0] === firstArg);
  }

  /** How long the first call of that name took. */
  msOf(name: string): number {
    const call = this.calls.find((one) => one.name === name);
    return call?.endMs === undefined ? Number.NaN : call.endMs - call.startMs;
  }

  clear(): void {
    this.calls.length = 0;
  }
}

export function timedRuntime(runtime: Runtime, log: CallLog): Runtime {
  const { nativeExec, signals } = runtime;
  return {
    ...runtime,
    cri: timed(runtime.cri, log),
    ...(nativeExec === undefined ? {} : { nativeExec: timed(nativeExec, log) }),
    ...(signals === undefined ? {} : { signals: timed(signals, log) }),
    close: () => runtime.close(),
  };
}

function timed<T extends object>(target: T, log: CallLog): T {
  return new Proxy(target, {
    get: (_, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]): unknown =>
        noted(log, { name: String(name), args, startMs: performance.now() }, () => member.apply(target, args));
    },
  });
}

function noted(log: CallLog, call: TimedCall, work: () => unknown): unknown {
  log.calls.push(call);
  const result = work();
  const end = (): void => {
    call.endMs = performance.now();
  };
  if (result instanceof Promise) result.then(end, end);
  else end();
  return result;
}
