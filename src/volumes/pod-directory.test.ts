import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownKind, PodDirectory } from './pod-directory.ts';

describe('PodDirectory', () => {
  const directory = new PodDirectory('/pods', 'u-1');

  it('keeps everything of a Pod below one directory', () => {
    assert.equal(directory.volume('emptyDir', 'data'), '/pods/u-1/volumes/kubernetes.io~empty-dir/data');
    assert.equal(directory.volume('secret', 'data'), '/pods/u-1/volumes/kubernetes.io~secret/data');
    assert.equal(directory.subPath('data', 'main', 2), '/pods/u-1/volume-subpaths/data/main/2');
    assert.equal(directory.hostsFile, '/pods/u-1/managed/etc-hosts');
    assert.equal(directory.terminationLog('main', 3), '/pods/u-1/managed/containers/main/3');
  });

  it('makes no path of a name that is none', () => {
    for (const name of ['..', '.', 'a/b', '', 'A', 'a\0']) {
      assert.throws(() => directory.volume('emptyDir', name), { code: 'badInput' }, name);
      assert.throws(() => directory.subPath(name, 'main', 0), { code: 'badInput' }, name);
      assert.throws(() => directory.subPath('data', name, 0), { code: 'badInput' }, name);
      assert.throws(() => directory.terminationLog(name, 0), { code: 'badInput' }, name);
    }
    for (const uid of ['..', '.', 'a/b', '', 'a.b']) assert.throws(() => new PodDirectory('/pods', uid), { code: 'badInput' }, uid);
  });

  it('isOwnMount() tells the agent’s mounts from all others', () => {
    assert.equal(directory.isOwnMount('/pods/u-1/managed'), true);
    assert.equal(directory.isOwnMount('/pods/u-1/managed/etc-hosts'), false);
    assert.equal(directory.isOwnMount('/pods/u-1'), false);
    assert.equal(directory.isOwnMount('/pods/u-2/managed'), false);
    assert.equal(directory.isOwnMount('/pods/u-1x/managed'), false);
  });
});

describe('ownKind()', () => {
  it('is the kind of a volume that the Pod has for itself, and none for the host’s', () => {
    const volumes = [
      { emptyDir: {} },
      { configMap: {} },
      { secret: {} },
      { downwardAPI: {} },
      { projected: {} },
      { hostPath: { path: '/' } },
    ];
    assert.deepEqual(
      volumes.map((source) => ownKind({ name: 'v', ...source })),
      ['emptyDir', 'configMap', 'secret', 'downwardAPI', 'projected', undefined],
    );
  });
});
