/** Takes up what an earlier agent left, before anything new starts. */
import { randomUUID } from 'node:crypto';
import type { AgentRecord } from '../core/journal-record.ts';
import { foldRecords } from '../core/pod/pod-history.ts';
import { planTakeOver, type TakeOver } from '../core/pod/take-over.ts';
import { type Pod, type PodManifest, podKey } from '../model/pod.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { LocalPodSource } from './local-pod-source.ts';

/** Journals what happens to each left Pod, and puts those that go on, and those that end, into the source. */
export async function takeOver(parts: KubeletParts, source: LocalPodSource, wanted: readonly PodManifest[]): Promise<TakeOver> {
  await removeUnknownPods(parts);
  const plan = planTakeOver(parts.journal.openPods(), wanted);
  const time = new Date(parts.clock.now().wallMs).toISOString();
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
  for (const { pod } of plan.ends) source.delete(pod.metadata.uid, graceOf(parts, pod));
  return plan;
}

/** A deletion under way keeps the grace it has: it is stored, and only ever gets shorter. */
function graceOf({ journal }: KubeletParts, pod: Pod): number {
  const records = journal.openPods().find(({ uid }) => uid === pod.metadata.uid)?.records ?? [];
  return foldRecords(records).deleting?.graceSeconds ?? pod.spec.terminationGracePeriodSeconds;
}

/** Sandboxes of Pods that the journal does not know, or has seen removed: nothing of them is due any more. */
async function removeUnknownPods({ runtime, journal }: KubeletParts): Promise<void> {
  const known = new Set(journal.openPods().map(({ uid }) => uid));
  const unknown = (await runtime.cri.listSandboxes()).filter(({ uid }) => !known.has(uid));
  for (const { id } of unknown) {
    await runtime.cri.stopPodSandbox(id);
    await runtime.cri.removePodSandbox(id);
  }
}

/** A manifest becomes a Pod: from here on it has an identity that no other Pod will ever have, whatever the manifest says. */
export function acceptManifest(manifest: PodManifest, wallMs: number): Pod {
  const { uid: _ignored, ...metadata } = manifest.metadata;
  const creationTimestamp = new Date(Math.floor(wallMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  return { ...manifest, metadata: { ...metadata, uid: randomUUID(), creationTimestamp } };
}
