import { HookletError } from '../ports/hooklet-error.ts';
import type { CallFault } from './scripted-programs.ts';

/** Counts calls by method, and lets the ones fail that a test has named. */
export class CallFaults {
  /** What was asked of the runtime, in order: "startContainer main/0". */
  readonly calls: string[] = [];
  readonly #faults: CallFault[] = [];
  readonly #counts = new Map<string, number>();

  add(fault: CallFault): void {
    this.#faults.push(fault);
  }

  /** How often each method was called. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  call<T>(method: string, what: string, work: () => T): T {
    const call = (this.#counts.get(method) ?? 0) + 1;
    this.#counts.set(method, call);
    this.calls.push(`${method} ${what}`);
    const fault = this.#faults.find((one) => one.method === method && (one.call === 'every' || one.call === call));
    if (fault?.work === 'notDone') throw errorOf(fault);
    const result = work();
    if (fault?.work !== 'done') return result;
    // Nobody hears how the work ends.
    if (result instanceof Promise) void result.catch(() => undefined);
    throw errorOf(fault);
  }
}

const errorOf = ({ method, error, message }: CallFault): HookletError =>
  error === undefined
    ? new HookletError('runtimeUnavailable', `No reply to ${method}`, { retry: 'later' })
    : new HookletError(error, `Cannot ${method}: the runtime says ${message ?? error}`);
