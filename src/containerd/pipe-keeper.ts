/**
 * A sleeping `/bin/sh` in a session of its own that makes named pipes in a folder and holds their read ends: who writes to
 * them then neither waits for a reader nor loses what it wrote, whatever becomes of the agent.
 *
 * 1. A keeper only holds read ends: when the writer has closed its end, the reader gets all that is left, then EOF.
 * 2. It ends when something opens one more pipe, `hold`: no process id is remembered or signalled.
 * 3. Its folder is the last word of its command line, so that people and `reset` can find it below /proc.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { HookletError } from '../ports/hooklet-error.ts';

/** A shell names its descriptors with one digit; three are its own, and one is needed to open the others. */
export const maxKeptPipes = 6;

export interface PipeKeeper {
  readonly process: ChildProcess;
  /** Resolves once the pipes are held, or with the reason why they are not. */
  readonly holds: Promise<HookletError | undefined>;
}

/** `names`: of the pipes, at most `maxKeptPipes`; plain words. */
export function startKeeper(dir: string, names: readonly string[]): PipeKeeper {
  const keeper = spawn('/bin/sh', ['-c', script(names), 'hooklet-pipes', dir], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  return { process: keeper, holds: keeperHolds(keeper, keeper.stdout, dir) };
}

/**
 * Each is opened for reading and writing first: opening for reading alone would wait for a writer. Says when all is held,
 * then waits for somebody to open `hold`.
 */
const script = (names: readonly string[]): string =>
  [
    'umask 077',
    'cd "$1"',
    `mkfifo ${names.join(' ')} hold`,
    `exec ${names.map((name, index) => `9<>${name} ${index + 3}<${name}`).join(' ')} 9>&-`,
    'echo held',
    'exec >&-',
    'read line <hold',
  ].join(' && ');

function keeperHolds(keeper: ChildProcess, stdout: Readable, dir: string): Promise<HookletError | undefined> {
  return new Promise((resolve) => {
    keeper.unref();
    let said = '';
    stdout.on('data', (data: Buffer) => {
      said += data.toString('latin1');
    });
    keeper.on('error', (error) => resolve(cannotHold(dir, error)));
    stdout.on('close', () => resolve(said === 'held\n' ? undefined : cannotHold(dir, undefined)));
  });
}

/** Ends the keeper of a folder, this agent's or an earlier one's, and removes the folder. `starting`: it may not hold its pipes yet. */
export function releaseKeeper(dir: string, starting?: ChildProcess): void {
  starting?.kill('SIGKILL');
  // Held open until the folder is gone: a keeper that is about to wait finds a writer, which then leaves, or no `hold`.
  const hold = openHold(dir);
  // Again if need be: the mkfifo of a keeper that was killed as it began may still be making its pipes.
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 2 });
  if (hold !== undefined) closeSync(hold);
}

/** For reading too: opened for writing alone it would fail until the keeper waits. Undefined when there is none yet. */
function openHold(dir: string): number | undefined {
  try {
    return openSync(join(dir, 'hold'), constants.O_RDWR | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

export const cannotHold = (dir: string, cause: unknown): HookletError =>
  new HookletError('hostLacks', `Cannot make named pipes in ${dir}; check that /bin/sh and mkfifo exist and that the disk is not full`, {
    cause,
  });
