import { addMs, isReached } from '../core/instant.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { HostProcess, HostProcesses } from '../ports/host-processes.ts';
import type { HeldStateLock } from '../ports/state-lock.ts';
import { type LockTurn, takeResetLock } from './take-state-lock.ts';

export interface DaemonEnd extends LockTurn {
  readonly processes: HostProcesses;
}

/** As long as a daemon may take to leave its Pods as they are; one that drains them first is asked a second time. */
const ASK_AGAIN_MS = 10_000;
const KILL_MS = 20_000;
const POLL_MS = 50;
const NEVER = new AbortController().signal;
/** What runs a hooklet: `node …/main.ts up`. */
const PROGRAMS = ['node'];

/**
 * Ends the daemon that holds the lock, and takes the lock. Its containers live on until the caller ends them, so a daemon
 * that does not leave may be killed. Rejects with `stateLocked` when it cannot be told which process that is.
 */
export async function endDaemon(order: DaemonEnd): Promise<HeldStateLock> {
  const { clock, onProgress, processes } = order;
  const begun = clock.now();
  const steps = [
    { afterMs: 0, signal: 'SIGTERM', says: 'ending' },
    { afterMs: ASK_AGAIN_MS, signal: 'SIGTERM', says: 'it takes long: asking again' },
    { afterMs: KILL_MS, signal: 'SIGKILL', says: 'it does not leave: killing' },
  ] as const;
  for (let done = 0; ; ) {
    const held = await takeResetLock(order);
    if (held !== undefined) return held;
    const step = steps[done];
    if (step !== undefined && isReached(addMs(begun, step.afterMs), clock.now())) {
      done += 1;
      const daemon = findDaemon(order);
      onProgress?.(`${step.says} '${daemon.command}' (pid ${daemon.process.pid})`);
      processes.signal(daemon.process, step.signal);
    }
    if (isReached(addMs(begun, KILL_MS + ASK_AGAIN_MS), clock.now())) throw unknownHolder();
    await clock.waitUntil(addMs(clock.now(), POLL_MS), NEVER);
  }
}

/** The text beside the lock may be old, and its number another process by now: that one must look like a daemon of ours. */
function findDaemon({ lock, processes }: DaemonEnd): { readonly process: HostProcess; readonly command: string } {
  const holder = lock.holder();
  const word = holder?.command.split(' ')[1] ?? '';
  const process = processes.find(...PROGRAMS).find(({ pid, argv }) => pid === holder?.pid && argv.includes(word));
  if (holder === undefined || process === undefined) throw unknownHolder();
  return { process, command: holder.command };
}

const unknownHolder = (): HookletError =>
  new HookletError('stateLocked', 'a daemon uses the state directory and could not be ended: end it yourself, then reset again', {
    retry: 'later',
  });
