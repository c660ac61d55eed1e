/** How soon a change of mind is obeyed while a hook runs: a grace that is shortened, the delete of a Pod whose postStart hangs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchNode } from './bench-node.ts';
import { hangingPod, slowlyStoppingPod } from './bench-pods.ts';
import type { KubeletPods } from './kubelet-pods.ts';
import type { Measure } from './measure.ts';

/** A shortened grace counts from the first delete: by the time of the second it is over, and the stop signal is due at once. */
const FIRST_GRACE_USED_MS = 1_200;
const SHORT_GRACE_SECONDS = 1;

export interface GraceRound {
  readonly shortenedMs: number;
  readonly interruptedMs: number;
}

export async function graceRound(bench: BenchNode, kubelet: KubeletPods, round: number): Promise<GraceRound> {
  return {
    shortenedMs: await shortened(bench, kubelet, `shortened-${round}`),
    interruptedMs: await interrupted(kubelet, `hanging-${round}`),
  };
}

async function shortened({ untilServing, signal }: BenchNode, kubelet: KubeletPods, name: string): Promise<number> {
  const pod = slowlyStoppingPod(name);
  kubelet.put(pod);
  await kubelet.until(pod, 'container.ready');
  await untilServing(pod.metadata.uid, 0);
  kubelet.delete(pod);
  await kubelet.until(pod, 'hook.started');
  await sleep(FIRST_GRACE_USED_MS, undefined, { signal });
  const againMs = kubelet.delete(pod, SHORT_GRACE_SECONDS);
  const sent = await kubelet.until(pod, 'signal.sent');
  await kubelet.until(pod, 'pod.removed');
  return sent.atMs - againMs;
}

async function interrupted(kubelet: KubeletPods, name: string): Promise<number> {
  const pod = hangingPod(name);
  kubelet.put(pod);
  await kubelet.until(pod, 'hook.started');
  const deletedMs = kubelet.delete(pod);
  const finished = await kubelet.until(pod, 'hook.finished', (record) => 'outcome' in record && record.outcome === 'cancelled');
  await kubelet.until(pod, 'pod.removed');
  return finished.atMs - deletedMs;
}

export function graceMeasures(rounds: readonly GraceRound[]): readonly Measure[] {
  const row = (name: string, of: keyof GraceRound): Measure => ({
    name,
    unit: 'ms',
    values: rounds.map((round) => round[of]),
    goal: { of: 'median', max: 200 },
  });
  return [
    row('grace shortened in preStop → stop signal sent', 'shortenedMs'),
    row('delete of a hanging postStart → hook cancelled', 'interruptedMs'),
  ];
}
