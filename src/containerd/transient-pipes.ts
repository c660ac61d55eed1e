/**
 * The named pipes (FIFOs) of transient execs: one an exec, for both its streams, used again and again. A keeper holds the
 * read ends of a batch. (Without one the shim, which opens the pipe as the last part of a start, would wait for a reader if
 * the agent died meanwhile; after 30 s containerd 1.6 gives up, and forgets the process that it has started.)
 *
 * 1. A pipe is used again only after its reader has seen its end: then nobody has it open for writing.
 * 2. Beside each pipe in use lies its `.exec` file, written before the exec is created: by it the next agent finds what a
 *    killed one has left in the runtime.
 * 3. Each batch has a folder of its own, and is removed with its keeper when none of its pipes is of use any more.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { ExecRef } from './exec-tasks.ts';
import { cannotHold, maxKeptPipes, releaseKeeper, startKeeper } from './pipe-keeper.ts';

/** Begins the names of the folders; others in the same place are not of this kind. */
const prefix = 't';
const names = Array.from({ length: maxKeptPipes }, (_, index) => String(index));

export class TransientPipes {
  readonly #root: string;
  readonly #free: string[] = [];
  readonly #used = new Set<string>();
  /** How many pipes of each own batch are free or in use. */
  readonly #batches = new Map<string, number>();
  /** Keepers that do not hold their pipes yet, by folder. */
  readonly #starting = new Map<string, ChildProcess>();
  #making: Promise<void> | undefined;

  /** `root` is made when it is missing; it belongs to one agent at a time. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The path of an empty pipe. */
  async take(owner: ExecRef): Promise<string> {
    while (this.#free.length === 0) {
      this.#making ??= this.#make().finally(() => {
        this.#making = undefined;
      });
      await this.#making;
    }
    const pipe = this.#free.pop() ?? '';
    try {
      writeFileSync(`${pipe}.exec`, JSON.stringify({ containerId: owner.containerId, execId: owner.execId }), { mode: 0o600 });
    } catch (error) {
      this.#free.push(pipe);
      throw new HookletError('hostLacks', `Cannot write to ${dirname(pipe)}: ${messageOf(error)}; is the disk full?`, { cause: error });
    }
    this.#used.add(pipe);
    return pipe;
  }

  /** Its exec is gone. `ended`: its reader has seen its end. */
  giveBack(pipe: string, { ended }: { readonly ended: boolean }): void {
    if (!this.#used.delete(pipe)) return;
    rmSync(`${pipe}.exec`, { force: true });
    if (ended) this.#free.push(pipe);
    else this.#drop(pipe);
  }

  /** What earlier agents had in use, by batch. */
  earlier(): readonly { readonly dir: string; readonly owners: readonly ExecRef[] }[] {
    return namesIn(this.#root)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(this.#root, name))
      .filter((dir) => !this.#batches.has(dir))
      .map((dir) => ({ dir, owners: namesIn(dir).flatMap((name) => (name.endsWith('.exec') ? ownerIn(join(dir, name)) : [])) }));
  }

  removeEarlier(dir: string): void {
    releaseKeeper(dir);
  }

  /** At once: the program may be about to exit. A batch with a pipe in use is left to the next agent. */
  close(): void {
    const inUse = new Set([...this.#used].map((pipe) => dirname(pipe)));
    for (const dir of this.#batches.keys()) if (!inUse.has(dir)) this.#release(dir);
  }

  #drop(pipe: string): void {
    rmSync(pipe, { force: true });
    const dir = dirname(pipe);
    const left = (this.#batches.get(dir) ?? 0) - 1;
    this.#batches.set(dir, left);
    if (left === 0) this.#release(dir);
  }

  #release(dir: string): void {
    releaseKeeper(dir, this.#starting.get(dir));
    this.#batches.delete(dir);
    for (let index = this.#free.length - 1; index >= 0; index -= 1) {
      if (dirname(this.#free[index] ?? '') === dir) this.#free.splice(index, 1);
    }
  }

  async #make(): Promise<void> {
    let dir: string;
    try {
      mkdirSync(this.#root, { recursive: true, mode: 0o700 });
      dir = mkdtempSync(join(this.#root, prefix));
    } catch (error) {
      throw cannotHold(this.#root, error);
    }
    this.#batches.set(dir, names.length);
    const keeper = startKeeper(dir, names);
    this.#starting.set(dir, keeper.process);
    const failure = await keeper.holds;
    this.#starting.delete(dir);
    if (failure === undefined && this.#batches.has(dir)) {
      this.#free.push(...names.map((name) => join(dir, name)));
      return;
    }
    this.#release(dir);
    throw failure ?? cannotHold(dir, undefined);
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function ownerIn(file: string): readonly ExecRef[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as ExecRef];
  } catch {
    return []; // never written to its end: its exec was not created
  }
}
