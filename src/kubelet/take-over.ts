/** Takes up what an earlier agent left, before anything new starts. */
import { randomUUID } from 'node:crypto';
import { timeText } from '../core/instant.ts';
import type { AgentRecord } from '../core/journal-record.ts';
import { orphanFacts } from '../core/pod/orphan.ts';
import { foldRecords } from '../core/pod/pod-history.ts';
import { planTakeOver, type TakeOver } from '../core/pod/take-over.ts';
import { type Pod, type PodManifest, podKey } from '../model/pod.ts';
import type { OpenPod } from '../ports/journal.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { LocalPodSource } from './local-pod-source.ts';

/** Journals what happens to each left Pod, and puts those that go on, and those that end, into the source. */
export async function takeOver(parts: KubeletParts, source: LocalPodSource, wanted: readonly PodManifest[]): Promise<TakeOver> {
  await takeInOrphans(parts);
  const left = parts.journal.openPods();
  const plan = planTakeOver(left, wanted);
  const time = timeText(parts.clock.now());
  const recovered = (pod: Pod, decision: 'continues' | 'ends', message: string): AgentRecord => ({
    time,
    pod: podKey(pod),
    uid: pod.metadata.uid,
    type: 'agent.recovered',
    decision,
    message,
  });
  const records = [
    ...plan.continues.map((pod) => recovered(pod, 'continues', 'its manifest is unchanged')),
    ...plan.ends.map(({ pod, why }) => recovered(pod, 'ends', why)),
  ];
  if (records.length > 0) await parts.journal.append(records);
  for (const pod of [...plan.continues, ...plan.ends.map((end) => end.pod)]) source.put(pod);
  for (const { pod } of plan.ends) source.delete(pod.metadata.uid, graceOf(left, pod));
  return plan;
}

/** A deletion under way keeps the grace it has: it is stored, and only ever gets shorter. */
function graceOf(left: readonly OpenPod[], pod: Pod): number {
  const records = left.find(({ uid }) => uid === pod.metadata.uid)?.records ?? [];
  return foldRecords(records).deleting?.graceSeconds ?? pod.spec.terminationGracePeriodSeconds;
}

/**
 * Sandboxes of Pods that the journal does not know, or has seen removed. One whose containers run is put into the journal
 * as far as the runtime tells of it, and so ends like any Pod that is not wanted: preStop included. The others just go.
 */
async function takeInOrphans({ runtime, journal, clock }: KubeletParts): Promise<void> {
  const known = new Set(journal.openPods().map(({ uid }) => uid));
  const unknown = (await runtime.cri.listSandboxes()).filter(({ uid }) => !known.has(uid));
  for (const sandbox of unknown) {
    const now = clock.now();
    const facts = orphanFacts(sandbox, await runtime.cri.listContainers(sandbox.uid), now);
    if (facts === 'nothingRuns') {
      await runtime.cri.stopPodSandbox(sandbox.id);
      await runtime.cri.removePodSandbox(sandbox.id);
    } else
      await journal.append(facts.map((fact) => ({ time: timeText(now), pod: podKey({ metadata: sandbox }), uid: sandbox.uid, ...fact })));
  }
}

/** A manifest becomes a Pod: from here on it has an identity that no other Pod will ever have, whatever the manifest says. */
export function acceptManifest(manifest: PodManifest, wallMs: number): Pod {
  const { uid: _ignored, ...metadata } = manifest.metadata;
  const creationTimestamp = new Date(Math.floor(wallMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  return { ...manifest, metadata: { ...metadata, uid: randomUUID(), creationTimestamp } };
}
