import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatPath } from './field-path.ts';
import { POD_SCHEMA } from './gen/pod-schema.ts';
import { refuseUnsupported } from './run-support.ts';
import { UP } from './up-support.ts';

const pod = (spec: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec });
const refused = (spec: object): readonly string[] =>
  refuseUnsupported(pod(spec), UP).map(({ path, message }) => `${formatPath(path)}: ${message}`);
const token = { serviceAccountToken: { path: 'token', expirationSeconds: 3600, audience: 'a' } };

describe('UP', () => {
  const expression = { key: 'a', operator: 'In', values: ['b'] };
  const term = { labelSelector: { matchLabels: { a: 'b' }, matchExpressions: [expression] }, topologyKey: 'kubernetes.io/hostname' };
  const TAKEN: Readonly<Record<string, object>> = {
    nodeSelector: { nodeSelector: { a: 'b' } },
    'node affinity': {
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
      },
    },
    'Pod affinity': {
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] } },
    },
    'topology spread': { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' }] },
    'scheduling gates': { schedulingGates: [{ name: 'a/b' }] },
    'a projected token': { volumes: [{ name: 'v', projected: { sources: [token] } }] },
  };
  for (const [what, spec] of Object.entries(TAKEN)) {
    it(`takes ${what}, which run refuses`, () => {
      assert.deepEqual(refused(spec), []);
      assert.notDeepEqual(refuseUnsupported(pod(spec)), []);
    });
  }

  it('refuses all else that run refuses, under its own name', () => {
    const [problem] = refused({ volumes: [{ name: 'v', nfs: { server: 'a', path: '/' } }] });
    assert.match(problem ?? '', /^spec\.volumes\[0\]\.nfs: not supported by hooklet up: storage of a cluster/);
  });

  it('names only fields that there are', () => {
    for (const [type, { runs }] of Object.entries(UP.support))
      for (const field of runs) assert.ok(field in (POD_SCHEMA[type] ?? {}), `${type}.${field}`);
  });
});
