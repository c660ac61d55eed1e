/** A Pod of 100 KiB is as large as they get. Work that grows with its size takes tens of milliseconds, on a busy machine too. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fields } from '../../model/json-fields.ts';
import { readApiSchema } from '../schema/read-api-schema.ts';
import { applyJsonPatch } from './json-patch.ts';
import { trackUpdate } from './managed-fields.ts';
import { withManagedFields } from './managers.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyServerSide } from './server-side-apply.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const LIMIT_MS = 250;

const schema = readApiSchema();
const tracking = { schema, typeName: 'Pod', kind: 'Pod', apiVersion: 'v1', manager: 'a', time: '2026-01-01T00:00:00Z' };

const numbered = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => make(index));

const pod = (value: string): Fields => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    containers: numbered(10, (index) => ({
      name: `container-${index}`,
      image: `registry.example.com/image-${index}:1`,
      env: numbered(180, (one) => ({ name: `VARIABLE_${one}`, value: `${value} ${'x'.repeat(18)}` })),
      ports: numbered(10, (one) => ({ containerPort: 8000 + one, protocol: 'TCP' })),
      volumeMounts: numbered(10, (one) => ({ name: `v${one}`, mountPath: `/mnt/${one}` })),
    })),
    volumes: numbered(10, (one) => ({ name: `v${one}`, emptyDir: {} })),
  },
});

const live = withManagedFields(pod('old'), trackUpdate({ ...tracking, manager: 'creator', before: undefined, after: pod('old') }));
const applied = pod('new');
const appliedTwice = applyServerSide({ ...tracking, live, applied, force: true });

/** Of five, so that no other process counts. */
function bestMs(work: () => unknown): number {
  const times = numbered(5, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}

describe('a Pod of 100 KiB', () => {
  it('is one', () => assert.ok(JSON.stringify(pod('old')).length > 100 * 1024));

  const WORK: Readonly<Record<string, () => unknown>> = {
    'JSON patch of 1,000 operations': () =>
      applyJsonPatch(
        live,
        numbered(1000, (index) => ({ op: 'replace', path: `/spec/containers/${index % 10}/env/${index % 180}/value`, value: 'new' })),
      ),
    'merge patch': () => applyMergePatch(live, applied),
    'strategic merge patch': () => applyStrategicMergePatch({ schema, typeName: 'Pod', object: live, patch: applied }),
    'update of every variable': () => trackUpdate({ ...tracking, before: live, after: withManagedFields(applied, undefined) }),
    'update that changes nothing': () => trackUpdate({ ...tracking, before: live, after: structuredClone(live) }),
    'server-side apply of every variable': () => applyServerSide({ ...tracking, live, applied, force: true }),
    'server-side apply that conflicts about every variable': () => applyServerSide({ ...tracking, live, applied, force: false }),
    'server-side apply, again': () =>
      applyServerSide({ ...tracking, live: 'object' in appliedTwice ? appliedTwice.object : assert.fail(), applied, force: false }),
  };
  for (const [what, work] of Object.entries(WORK)) {
    it(`takes a ${what} within ${LIMIT_MS} ms`, (t) => {
      const ms = bestMs(work);
      t.diagnostic(`${ms.toFixed(1)} ms`);
      assert.ok(ms < LIMIT_MS, `took ${ms} ms`);
    });
  }
});
