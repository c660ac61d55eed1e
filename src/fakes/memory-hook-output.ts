import { boundKept, type DeliveryKey, type HookOutputStore, type KeptOutput, type KeptStream } from '../ports/hook-output.ts';
import { HookletError } from '../ports/hooklet-error.ts';

/** The hook output of one node without a disk. */
export class MemoryHookOutput implements HookOutputStore {
  readonly #pods = new Map<string, Map<string, KeptOutput>>();
  #full = false;

  /** Every write is rejected while the disk is full. */
  setFull(full: boolean): void {
    this.#full = full;
  }

  async write(key: DeliveryKey, output: KeptOutput): Promise<void> {
    checkNames(key);
    if (this.#full)
      throw new HookletError('journalUnwritable', 'writing the hook output in memory failed: its disk is full', { retry: 'later' });
    const outputs = this.#pods.get(key.uid) ?? new Map<string, KeptOutput>();
    this.#pods.set(key.uid, outputs);
    outputs.set(nameOf(key), { stdout: copyOf(output.stdout), stderr: copyOf(output.stderr) });
  }

  async read(key: DeliveryKey): Promise<KeptOutput | undefined> {
    checkNames(key);
    return this.#pods.get(key.uid)?.get(nameOf(key));
  }

  async removePod(uid: string): Promise<void> {
    checkNames({ uid });
    this.#pods.delete(uid);
  }
}

const nameOf = ({ container, restartCount, hook, attempt }: DeliveryKey): string => [container, restartCount, hook, attempt].join('.');

/** Less than the real store checks, enough that a scenario cannot get by with names that would escape from it. */
function checkNames({ uid, container }: { readonly uid: string; readonly container?: string }): void {
  for (const name of [uid, container]) {
    if (name !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
      throw new HookletError('badInput', `${JSON.stringify(name)} cannot name hook output`);
    }
  }
}

function copyOf(stream: KeptStream): KeptStream {
  const { head, tail, cutBytes } = boundKept(stream);
  return { head: Buffer.from(head), tail: Buffer.from(tail), cutBytes };
}
