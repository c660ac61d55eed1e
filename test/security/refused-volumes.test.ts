import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatPath } from '../../src/model/field-path.ts';
import { refuseUnsupported } from '../../src/model/run-support.ts';

describe('a volume that would run a program on the host', () => {
  it('a gitRepo volume is refused by name', () => {
    const volumes = [{ name: 'v', gitRepo: { repository: 'https://example.com/a.git' } }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], volumes } };
    assert.deepEqual(
      refuseUnsupported(pod).map(({ path }) => formatPath(path)),
      ['spec.volumes[0].gitRepo'],
    );
  });
});
