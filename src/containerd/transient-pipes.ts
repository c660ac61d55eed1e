/**
 * The named pipes (FIFOs) of transient execs. Unlike those of `exec-pipes.ts` nobody holds them but their reader, for what
 * is in them need not outlive the agent: so they cost no process of their own, and are used again and again.
 *
 * 1. A pipe is used again only after its reader has seen its end: then nobody has it open for writing.
 * 2. Beside each pipe in use lies its `.exec` file, written before the exec is created: by it the next agent finds what a
 *    killed one has left in the runtime.
 * 3. Each agent has a folder of its own below the root; a folder of another is an earlier agent's.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { ExecRef } from './exec-tasks.ts';

/** To start `mkfifo` takes milliseconds, each further pipe microseconds. */
const batch = 16;

export class TransientPipes {
  readonly #root: string;
  #dir: string | undefined;
  readonly #free: string[] = [];
  readonly #used = new Set<string>();
  #made = 0;
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
      throw cannotMake(pipe, error);
    }
    this.#used.add(pipe);
    return pipe;
  }

  /** Its exec is gone. `ended`: its reader has seen its end. */
  giveBack(pipe: string, { ended }: { readonly ended: boolean }): void {
    if (!this.#used.delete(pipe)) return;
    rmSync(`${pipe}.exec`, { force: true });
    if (ended) this.#free.push(pipe);
    else rmSync(pipe, { force: true });
  }

  /** What earlier agents had in use, by folder. */
  earlier(): readonly { readonly dir: string; readonly owners: readonly ExecRef[] }[] {
    return namesIn(this.#root)
      .map((name) => join(this.#root, name))
      .filter((dir) => dir !== this.#dir)
      .map((dir) => ({ dir, owners: namesIn(dir).flatMap((name) => (name.endsWith('.exec') ? ownerIn(join(dir, name)) : [])) }));
  }

  removeEarlier(dir: string): void {
    rmSync(dir, { recursive: true, force: true });
  }

  /** At once: the program may be about to exit. What is still in use is left to the next agent. */
  close(): void {
    if (this.#dir !== undefined && this.#used.size === 0) rmSync(this.#dir, { recursive: true, force: true });
  }

  async #make(): Promise<void> {
    try {
      if (this.#dir === undefined) {
        mkdirSync(this.#root, { recursive: true, mode: 0o700 });
        this.#dir = mkdtempSync(join(this.#root, 't'));
      }
      const dir = this.#dir;
      const pipes = Array.from({ length: batch }, () => join(dir, String(this.#made++)));
      await promisify(execFile)('mkfifo', ['-m', '600', ...pipes]);
      this.#free.push(...pipes);
    } catch (error) {
      throw cannotMake(this.#root, error);
    }
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

const cannotMake = (path: string, cause: unknown): HookletError =>
  new HookletError(
    'hostLacks',
    `Cannot make named pipes in ${path}: ${messageOf(cause)}; check that mkfifo exists and that the disk is not full`,
    {
      cause,
    },
  );
