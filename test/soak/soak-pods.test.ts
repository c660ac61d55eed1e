import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readManifests } from '../../src/model/read-manifests.ts';
import { RUN_SUPPORT } from '../../src/model/run-support.ts';
import { SeededRandom } from './seeded-random.ts';
import { soakPod } from './soak-pods.ts';

const withProbes = RUN_SUPPORT['Container']?.runs.includes('readinessProbe') === true;

describe('soakPod', () => {
  it('makes Pods of every kind, all of which hooklet accepts', () => {
    const random = new SeededRandom(1);
    const made = Array.from({ length: 300 }, (_, index) =>
      soakPod({ name: `soak-${index}`, ledgerDir: '/ledger', random }, { withProbes }),
    );
    for (const { kind, yaml } of made) deepEqual([kind, ...readManifests([{ name: kind, text: yaml }], { purpose: 'run' }).errors], [kind]);
    ok(new Set(made.map(({ kind }) => kind)).size >= 14);
  });

  it('makes the same Pods for the same seed', () => {
    const all = (seed: number): readonly string[] => {
      const random = new SeededRandom(seed);
      return Array.from(
        { length: 20 },
        (_, index) => soakPod({ name: `soak-${index}`, ledgerDir: '/ledger', random }, { withProbes }).kind,
      );
    };
    deepEqual(all(5), all(5));
  });
});
