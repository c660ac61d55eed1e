/**
 * How commands share the lock of a state directory.
 *
 * 1. An image command holds it as long as it works: it may start containerd and end it again, with nobody beside it.
 *    That is soon over, so others wait for it.
 * 2. An agent (`run`) holds it as long as its Pods live. Others are refused; but an image command works beside it, with
 *    the containerd that the agent keeps running, and neither watches, restarts nor ends that one.
 * 3. Who holds the lock is read from a text that may be a moment old, so it is read again at every turn.
 */
import { addMs, isReached } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import { DAEMON_COMMANDS, type HeldStateLock, type StateLock, type StateLockHolder } from '../ports/state-lock.ts';

export const IMAGE_COMMAND = 'hooklet image';
export const RESET_COMMAND = 'hooklet reset';

const patienceMs = 30_000;
/** Between taking the lock and writing who took it there are microseconds. */
const namelessMs = 1_000;
const pollMs = 50;
const NEVER = new AbortController().signal;

export interface LockTurn {
  readonly lock: StateLock;
  readonly clock: Clock;
  readonly onProgress?: ((what: string) => void) | undefined;
}

/** For one that has to be alone. Rejects with `stateLocked` while an agent holds it, or an image command for too long. */
export async function takeStateLock(turn: LockTurn): Promise<HeldStateLock> {
  const mayWait = async ({ command }: StateLockHolder): Promise<Verdict> => (command === IMAGE_COMMAND ? 'wait' : 'refuse');
  return (await takeTurn(turn, mayWait)) as HeldStateLock; // nobody says `beside`
}

/** For `reset`: the lock, or undefined while a daemon holds it, which is to be ended first. Rejects as `takeStateLock`. */
export function takeResetLock(turn: LockTurn): Promise<HeldStateLock | undefined> {
  return takeTurn(turn, async ({ command }) => {
    if (DAEMON_COMMANDS.includes(command)) return 'beside';
    return command === IMAGE_COMMAND ? 'wait' : 'refuse';
  });
}

/** For an image command: the lock, or undefined once the containerd of the agent that holds it `answers`. */
export function takeImageLock(turn: LockTurn, answers: () => Promise<boolean>): Promise<HeldStateLock | undefined> {
  return takeTurn(turn, async ({ command }) => {
    if (command === RESET_COMMAND) return 'refuse';
    return command !== IMAGE_COMMAND && (await answers()) ? 'beside' : 'wait';
  });
}

type Verdict = 'wait' | 'refuse' | 'beside';

const UNKNOWN_AGENT: StateLockHolder = { command: 'another hooklet', pid: 0 };

async function takeTurn(
  { lock, clock, onProgress }: LockTurn,
  judge: (holder: StateLockHolder) => Promise<Verdict>,
): Promise<HeldStateLock | undefined> {
  const begun = clock.now();
  const hasWaited = (ms: number): boolean => isReached(addMs(begun, ms), clock.now());
  const tell = tellOnce(onProgress);
  for (;;) {
    const taken = await tryLock(lock);
    if (!(taken instanceof HookletError)) return taken;
    const holder = lock.holder() ?? (hasWaited(namelessMs) ? UNKNOWN_AGENT : undefined);
    const verdict = holder === undefined ? 'wait' : await judge(holder);
    if (verdict === 'beside') return undefined;
    if (verdict === 'refuse' || hasWaited(patienceMs)) throw taken;
    tell(holder);
    await clock.waitUntil(addMs(clock.now(), pollMs), NEVER);
  }
}

/** The lock, or why it cannot be had now. */
async function tryLock(lock: StateLock): Promise<HeldStateLock | HookletError> {
  try {
    return await lock.acquire();
  } catch (error) {
    if (hasCode(error, 'stateLocked')) return error;
    throw error;
  }
}

function tellOnce(onProgress: LockTurn['onProgress']): (holder: StateLockHolder | undefined) => void {
  let hasTold = false;
  return (holder) => {
    if (holder === undefined || hasTold) return;
    hasTold = true;
    onProgress?.(`waiting for '${holder.command}' (pid ${holder.pid})`);
  };
}
