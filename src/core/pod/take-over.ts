/**
 * What a command that holds the lock does with the Pods that an earlier one left (`design.md` 2): a Pod of the same
 * name and unchanged spec goes on under its uid, any other is ended gracefully before new Pods start.
 */

import { type Pod, type PodManifest, podKey } from '../../model/pod.ts';
import type { PodRecord } from '../journal-record.ts';
import { foldRecords } from './pod-history.ts';

export interface LeftPod {
  readonly uid: string;
  readonly records: readonly PodRecord[];
}

export interface TakeOver {
  readonly continues: readonly Pod[];
  readonly ends: readonly { readonly pod: Pod; readonly why: string }[];
  readonly starts: readonly PodManifest[];
}

export function planTakeOver(left: readonly LeftPod[], wanted: readonly PodManifest[]): TakeOver {
  const continues: Pod[] = [];
  const ends: { pod: Pod; why: string }[] = [];
  for (const { records } of left) {
    const { accepted, deleting, endedPhase } = foldRecords(records);
    if (accepted === undefined) continue;
    const same = wanted.find((manifest) => podKey(manifest) === podKey(accepted));
    const why = deleting !== undefined ? 'its deletion goes on' : endedPhase !== undefined ? 'it has ended' : whyItEnds(accepted, same);
    if (why === undefined) continues.push(accepted);
    else ends.push({ pod: accepted, why });
  }
  const going = new Set(continues.map(podKey));
  return { continues, ends, starts: wanted.filter((manifest) => !going.has(podKey(manifest))) };
}

function whyItEnds(accepted: Pod, same: PodManifest | undefined): string | undefined {
  if (same === undefined) return 'it is not wanted any more';
  return isSameManifest(accepted, same) ? undefined : 'its manifest has changed';
}

/** Everything but what accepting a Pod added. */
export function isSameManifest(accepted: Pod, manifest: PodManifest): boolean {
  const { uid: _uid, creationTimestamp: _created, ...metadata } = accepted.metadata;
  const { uid: _wantedUid, creationTimestamp: _wantedCreated, ...wantedMetadata } = manifest.metadata;
  return canonical({ ...accepted, metadata }) === canonical({ ...manifest, metadata: wantedMetadata });
}

/** What a worker has to know of: everything of the Pod but what its owner writes about it (status, bookkeeping). */
export const hasChanged = (known: Pod, wanted: Pod): boolean => canonical(worked(known)) !== canonical(worked(wanted));

const worked = ({ metadata: { labels, annotations }, spec }: Pod): unknown => ({ labels, annotations, spec });

/** JSON with sorted keys: two objects that say the same give the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
