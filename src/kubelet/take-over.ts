/** Takes up what an earlier agent left, before anything new starts. */
import { randomUUID } from 'node:crypto';
import { timeText } from '../core/instant.ts';
import type { AgentRecord } from '../core/journal-record.ts';
import { orphanFacts } from '../core/pod/orphan.ts';
import { foldRecords } from '../core/pod/pod-history.ts';
import { planTakeOver, type TakeOver } from '../core/pod/take-over.ts';
import { apiTime } from '../model/api-time.ts';
import { type Pod, type PodManifest, podKey } from '../model/pod.ts';
import type { OpenPod } from '../ports/journal.ts';
import type { PodSource } from '../ports/pod-source.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { LocalPodSource } from './local-pod-source.ts';

/** Journals what happens to each left Pod, and puts those that go on, and those that end, into the source. */
export async function takeOver(parts: KubeletParts, source: LocalPodSource, wanted: readonly PodManifest[]): Promise<TakeOver> {
  await takeInOrphans(parts);
  const left = parts.journal.openPods();
  const plan = planTakeOver(left, wanted);
  await tellRecovered(parts, [
    ...plan.continues.map((pod) => ({ pod, decision: 'continues', message: 'its manifest is unchanged' }) as const),
    ...plan.ends.map(({ pod, why }) => ({ pod, decision: 'ends', message: why }) as const),
  ]);
  for (const pod of [...plan.continues, ...plan.ends.map((end) => end.pod)]) source.put(pod);
  for (const { pod } of plan.ends) source.delete(pod.metadata.uid, graceOf(left, pod));
  return plan;
}

/** A source that has its Pods from somebody else, and ends one that nobody names any more when it is told to. */
export interface OwnedPods extends PodSource {
  end(pod: Pod, graceSeconds: number): void;
}

/**
 * The same for a source that knows by itself what is wanted: what it names goes on under its uid, whatever else is left
 * ends gracefully, though its owner has forgotten it (`lifecycle.md` 9.4).
 */
export async function takeOverOwned(parts: KubeletParts, source: OwnedPods): Promise<void> {
  await takeInOrphans(parts);
  const left = parts.journal.openPods().flatMap(({ uid, records }) => {
    const { accepted } = foldRecords(records);
    return accepted === undefined ? [] : [{ uid, pod: accepted, isWanted: source.get(uid) !== undefined }];
  });
  await tellRecovered(
    parts,
    left.map(({ pod, isWanted }) =>
      isWanted
        ? { pod, decision: 'continues', message: 'it is still wanted' }
        : { pod, decision: 'ends', message: 'nobody wants it any more' },
    ),
  );
  const open = parts.journal.openPods();
  for (const { pod, isWanted } of left) if (!isWanted) source.end(pod, graceOf(open, pod));
}

interface Recovered {
  readonly pod: Pod;
  readonly decision: 'continues' | 'ends';
  readonly message: string;
}

async function tellRecovered({ clock, journal }: KubeletParts, all: readonly Recovered[]): Promise<void> {
  if (all.length === 0) return;
  const time = timeText(clock.now());
  const record = ({ pod, decision, message }: Recovered): AgentRecord => ({
    time,
    pod: podKey(pod),
    uid: pod.metadata.uid,
    type: 'agent.recovered',
    decision,
    message,
  });
  await journal.append(all.map(record));
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
async function takeInOrphans({ runtime, journal, clock, podCgroups }: KubeletParts): Promise<void> {
  const known = new Set(journal.openPods().map(({ uid }) => uid));
  const unknown = (await runtime.cri.listSandboxes()).filter(({ uid }) => !known.has(uid));
  for (const sandbox of unknown) {
    const now = clock.now();
    const facts = orphanFacts(sandbox, await runtime.cri.listContainers(sandbox.uid), now);
    if (facts === 'nothingRuns') {
      await runtime.cri.stopPodSandbox(sandbox.id);
      await runtime.cri.removePodSandbox(sandbox.id);
      await podCgroups.tearDown(sandbox.uid);
    } else
      await journal.append(facts.map((fact) => ({ time: timeText(now), pod: podKey({ metadata: sandbox }), uid: sandbox.uid, ...fact })));
  }
}

/** A manifest becomes a Pod: from here on it has an identity that no other Pod will ever have, whatever the manifest says. */
export function acceptManifest(manifest: PodManifest, wallMs: number): Pod {
  const { uid: _ignored, ...metadata } = manifest.metadata;
  const creationTimestamp = apiTime(wallMs);
  return { ...manifest, metadata: { ...metadata, uid: randomUUID(), creationTimestamp } };
}
