/** A small cluster, for a moment. Ages that are printed stand half an hour or more inside what is printed of them: tests are slow at times. */
import type { ApiConfigMap, ApiEvent, ApiLease, ApiNamespace, ApiNode, ApiPod, ApiSecret } from '../../src/model/api-objects.ts';
import type { CannedApi } from './canned-api.ts';
import { cannedConfigMap, cannedSecret } from './canned-config.ts';
import { cannedEvents } from './canned-events.ts';
import { cannedLease, cannedNamespace, cannedNode } from './canned-node.ts';
import { cannedPods } from './canned-pods.ts';

export interface CannedCluster {
  readonly pods: readonly ApiPod[];
  readonly nodes: readonly ApiNode[];
  readonly events: readonly ApiEvent[];
  readonly leases: readonly ApiLease[];
  readonly namespaces: readonly ApiNamespace[];
  readonly configmaps: readonly ApiConfigMap[];
  readonly secrets: readonly ApiSecret[];
}

export const cannedCluster = (nowMs: number): CannedCluster =>
  withTimes(
    {
      pods: cannedPods,
      nodes: [cannedNode],
      events: cannedEvents,
      leases: [cannedLease],
      namespaces: [cannedNamespace],
      configmaps: [cannedConfigMap],
      secrets: [cannedSecret],
    },
    nowMs,
  );

/** The cluster, what its containers wrote, and what happens while one watches. */
export function fill(api: CannedApi, nowMs: number): void {
  const cluster = cannedCluster(nowMs);
  for (const [plural, objects] of Object.entries(cluster)) api.add(plural, ...objects);
  api.logs.set('plain/main', 'hello\nworld\n').set('rich/main', 'from main\n').set('rich/second', 'no line break at the end');
  const [plain, rich] = cluster.pods;
  if (plain === undefined || rich === undefined) return;
  const longer = { ...plain, metadata: { ...plain.metadata, name: 'a-name-that-is-longer' } };
  api.watches.set('pods', [
    { type: 'MODIFIED', object: rich },
    { type: 'ADDED', object: longer },
    { type: 'DELETED', object: plain },
  ]);
  api.watches.set(
    'events',
    cluster.events.map((object) => ({ type: 'ADDED', object })),
  );
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `@-5h30m` in an object is the moment so long ago, `@+10m` one to come; `.123456` gives it fractions of a second. */
export function withTimes<Thing>(thing: Thing, nowMs: number): Thing {
  return JSON.parse(JSON.stringify(thing), (_, value: unknown) => {
    const [, sign, spans = '', fraction = ''] = (typeof value === 'string' && /^@([+-])((?:\d+[dhms])+)(\.\d+)?$/.exec(value)) || [];
    if (sign === undefined) return value;
    const ms = [...spans.matchAll(/(\d+)([dhms])/g)].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS_MS[unit] ?? 0), 0);
    return new Date(nowMs + (sign === '-' ? -ms : ms)).toISOString().replace(/\.\d+/, fraction);
  });
}
