/**
 * The named pipes (FIFOs) through which processes in containers write to the agent, and the keepers that hold them.
 *
 * A pipe forgets what is in it when its last opener closes it. The shim closes its end when the process has ended; if
 * no agent lives then, the last output would be lost. So every pair of pipes has a keeper (`pipe-keeper.ts`) that holds
 * their read ends open until the pair is removed.
 *
 * 1. A pair is used for one exec, then removed: what a process left behind never reaches another one's output.
 * 2. The folder's file `exec` names its exec and is written before the exec is created; a folder without it is spare.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import { cannotHold, releaseKeeper, startKeeper } from './pipe-keeper.ts';

/** Which exec a pair belongs to, and what is worth knowing of the moment it was made. */
export interface PipeOwner {
  readonly containerId: string;
  readonly execId: string;
  readonly argv: readonly string[];
  /** The container's count of processes killed for want of memory, and the file that tells it. */
  readonly oomFile?: string;
  readonly oomKills?: number;
}

export interface PipePair {
  readonly dir: string;
  readonly stdout: string;
  readonly stderr: string;
}

const spares = 2;
/** Begins the names of the folders; others in the same place are not of this kind. */
const prefix = 'p';

export class ExecPipes {
  readonly #root: string;
  readonly #spare = new Set<Promise<PipePair>>();
  /** Folders of spare pairs, also of those that are still being made. */
  readonly #spareDirs = new Set<string>();
  /** Folders of all pairs that this agent made. */
  readonly #ownDirs = new Set<string>();
  /** Keepers that do not hold their pipes yet, by folder. */
  readonly #starting = new Map<string, ChildProcess>();

  /** `root` is made when it is missing; it belongs to one agent at a time. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Starts keepers in advance. */
  prepare(): void {
    while (this.#spare.size < spares) {
      const pair = this.#make();
      this.#spare.add(pair);
      pair.catch(() => this.#spare.delete(pair));
    }
  }

  /** A pair of empty pipes that nobody used before. */
  async take(owner: PipeOwner): Promise<PipePair> {
    const [spare] = this.#spare;
    if (spare !== undefined) this.#spare.delete(spare);
    const pair = await (spare ?? this.#make());
    this.#spareDirs.delete(pair.dir);
    try {
      writeFileSync(join(pair.dir, 'exec'), JSON.stringify(owner), { mode: 0o600 });
      return pair;
    } catch (error) {
      this.#release(pair.dir);
      throw new HookletError('hostLacks', `Cannot write to ${pair.dir}: ${messageOf(error)}; is the disk full?`, { cause: error });
    }
  }

  /** The owner of a pair, given the path of one of its pipes as the runtime tells it. */
  ownerOf(pipe: string): PipeOwner | undefined {
    return readOwner(this.#dirOf(pipe));
  }

  /** Remembers that the exec of a pair was started, before it is. */
  markStarted(pipe: string): void {
    writeFileSync(join(this.#dirOf(pipe), 'started'), '', { mode: 0o600 });
  }

  wasStarted(pipe: string): boolean {
    return existsSync(join(this.#dirOf(pipe), 'started'));
  }

  /** Every pair that belongs to an exec, also of earlier agents. */
  owners(): readonly PipeOwner[] {
    return this.#dirs()
      .map(readOwner)
      .filter((owner) => owner !== undefined);
  }

  /** The pair of one of whose pipes this is the path. */
  removeAt(pipe: string): void {
    this.#release(this.#dirOf(pipe));
  }

  /** Those that earlier agents made. */
  earlierOwners(): readonly PipeOwner[] {
    return this.#earlierDirs()
      .map(readOwner)
      .filter((owner) => owner !== undefined);
  }

  /** Idempotent. */
  removeOf(containerId: string, execId: string): void {
    for (const dir of this.#dirs()) {
      const owner = readOwner(dir);
      if (owner?.containerId === containerId && owner.execId === execId) this.#release(dir);
    }
  }

  /** Spare pairs of an agent that died. */
  removeSpares(): void {
    for (const dir of this.#earlierDirs()) if (readOwner(dir) === undefined) this.#release(dir);
  }

  /** Spare pairs have no use once this agent leaves. At once: the program may be about to exit. */
  close(): void {
    for (const dir of this.#spareDirs) this.#release(dir);
    this.#spareDirs.clear();
    this.#spare.clear();
  }

  async #make(): Promise<PipePair> {
    let dir: string;
    try {
      mkdirSync(this.#root, { recursive: true, mode: 0o700 });
      dir = mkdtempSync(join(this.#root, prefix));
    } catch (error) {
      throw cannotHold(this.#root, error);
    }
    this.#spareDirs.add(dir);
    this.#ownDirs.add(dir);
    const keeper = startKeeper(dir, ['stdout', 'stderr']);
    this.#starting.set(dir, keeper.process);
    const failure = await keeper.holds;
    this.#starting.delete(dir);
    if (failure === undefined) return { dir, stdout: join(dir, 'stdout'), stderr: join(dir, 'stderr') };
    this.#spareDirs.delete(dir);
    this.#release(dir);
    throw failure;
  }

  #release(dir: string): void {
    releaseKeeper(dir, this.#starting.get(dir));
    this.#ownDirs.delete(dir);
  }

  /** Only the last folder's name is taken from outside: nothing beyond our own folder is ever touched. */
  #dirOf(pipe: string): string {
    return join(this.#root, basename(dirname(pipe)));
  }

  #earlierDirs(): string[] {
    return this.#dirs().filter((dir) => !this.#ownDirs.has(dir));
  }

  #dirs(): string[] {
    try {
      return readdirSync(this.#root)
        .filter((name) => name.startsWith(prefix))
        .map((name) => join(this.#root, name));
    } catch {
      return [];
    }
  }
}

function readOwner(dir: string): PipeOwner | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'exec'), 'utf8')) as PipeOwner;
  } catch {
    return undefined;
  }
}
