import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostDirectoriesOf, howItShows } from './host-directories.ts';
import type { PodManifest } from './pod.ts';

describe('hostDirectoriesOf()', () => {
  it('names the Pod and the field of every hostPath', () => {
    const volumes = [
      { name: 'a', emptyDir: {} },
      { name: 'b', hostPath: { path: '/data' } },
    ];
    const pod = { metadata: { name: 'demo', namespace: 'default' }, spec: { volumes } } as unknown as PodManifest;
    deepEqual(hostDirectoriesOf(pod), [{ pod: 'default/demo', field: 'spec.volumes[1].hostPath.path', path: '/data' }]);
    deepEqual(hostDirectoriesOf({ ...pod, spec: { ...pod.spec, volumes: [] } }), []);
  });
});

describe('howItShows()', () => {
  const cases = [
    ['/var/lib/hooklet', 'is'],
    ['/var/lib/hooklet/journal.db', 'lies in'],
    ['/var/lib', 'holds'],
    ['/', 'holds'],
    ['/var/lib/hooklet-data', undefined],
    ['/var/lib/hook', undefined],
    ['/srv', undefined],
  ] as const;
  for (const [path, how] of cases)
    it(`${path} ${how ?? 'has nothing to do with'} /var/lib/hooklet`, () => equal(howItShows(path, '/var/lib/hooklet'), how));
});
