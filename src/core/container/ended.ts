/**
 * An instance that the runtime shows as ended: settle its hooks, then record the exit. Order matters: nothing of a hook
 * may begin after its container's exit was journaled, so open deliveries are closed first.
 */

import type { ExitedBy, Fact, HookName, SkipReason } from '../journal-record.ts';
import type { ContainerState } from '../runtime-state.ts';
import { type Decision, decide, record } from '../step.ts';
import type { ContainerRun } from './container-history.ts';
import type { RunView } from './container-view.ts';
import { START_INTERRUPTED } from './restart.ts';
import { resumeDelivery } from './resume-delivery.ts';
import { exitMessage } from './termination-message.ts';

const HOOKS: readonly HookName[] = ['postStart', 'preStop'];

export function endedStep(at: RunView): Decision {
  const { view, run } = at;
  const running = HOOKS.filter((hook) => view.inFlight.includes(hook));
  if (running.length > 0)
    return decide(...running.map((hook) => ({ kind: 'endHook', container: view.spec.name, hook, because: 'interrupted' }) as const));
  const begun = HOOKS.find((hook) => run[hook]?.state === 'started');
  if (begun !== undefined) return resumeDelivery(at, begun);
  return record(...skipFacts(at), exitOf(at));
}

/** Why each hook that was still due, or that a stop would have run, does not run. */
function skipFacts({ view, run }: RunView): readonly Fact[] {
  const of = { container: view.spec.name, restartCount: run.restartCount };
  const reason = skipReason({ view, run });
  const due = HOOKS.filter((hook) => run[hook]?.state === 'due');
  // It ended without a stop of ours: its preStop is not called (`lifecycle.md` 5), and the journal says why.
  const unasked: readonly HookName[] =
    run.phase !== 'created' && run.stopping === undefined && view.spec.lifecycle?.preStop !== undefined ? ['preStop'] : [];
  return [...due, ...unasked].map((hook) => ({ type: 'hook.skipped', ...of, hook, reason }));
}

function skipReason({ view, run }: RunView): SkipReason {
  if (run.bootId !== view.now.bootId) return 'hostRebooted';
  return run.phase === 'created' ? 'neverStarted' : 'containerExited';
}

function exitOf({ view, run }: RunView): Fact {
  const of = { container: view.spec.name, restartCount: run.restartCount };
  const seen = run.bootId === view.now.bootId ? view.observed : undefined;
  if (neverRan(run, seen)) return { type: 'container.exited', ...of, exitCode: 128, reason: START_INTERRUPTED, by: 'stop' };
  // containerd gives such a container this status itself (`errorStartExitCode`).
  if (seen?.phase === 'created') return { type: 'container.exited', ...of, exitCode: 128, reason: 'StartError', by: 'self' };
  if (seen === undefined || seen.phase !== 'exited') {
    // As the kubelet reports a container it cannot find any more (`lifecycle.md` 12.1).
    return { type: 'container.exited', ...of, exitCode: 137, reason: 'ContainerStatusUnknown', by: endedBy(run, 137, '') };
  }
  const reason = exitReason(seen);
  const { exitCode, startedAtMs, finishedAtMs } = seen;
  const message = exitMessage(view.pod, seen.message, seen.terminationMessage ?? '');
  const by = endedBy(run, exitCode, reason);
  return { type: 'container.exited', ...of, exitCode, reason, by, ...(message === '' ? {} : { message }), startedAtMs, finishedAtMs };
}

/**
 * The agent died inside StartContainer and took the call with it: the runtime shows an end, though no process ever was and
 * nobody was told of a failure (`design.md` 8).
 */
const neverRan = (run: ContainerRun, seen: ContainerState | undefined): boolean =>
  run.phase === 'created' && run.failed === undefined && seen?.phase === 'exited' && seen.startedAtMs === 0;

/**
 * containerd 1.6 marks a whole container OOMKilled when the memory limit killed a hook inside it: the reason is taken
 * from the process that died, and one killed by the kernel dies of SIGKILL.
 */
function exitReason(seen: ContainerState): string {
  if (seen.reason !== 'OOMKilled' || seen.exitCode === 137) return seen.reason === '' ? 'Error' : seen.reason;
  return seen.exitCode === 0 ? 'Completed' : 'Error';
}

/** It ended on a signal that its own preStop sent, before any of ours: that is a stop as it was asked for. */
const isStopStatus = (exitCode: number): boolean => exitCode > 128 && exitCode !== 137;

function endedBy(run: ContainerRun, exitCode: number, reason: string): ExitedBy {
  if (run.killed !== undefined) return 'kill';
  if (run.signalled !== undefined || (run.stopping !== undefined && isStopStatus(exitCode))) return 'stop';
  return reason === 'OOMKilled' && exitCode === 137 ? 'oom' : 'self';
}
