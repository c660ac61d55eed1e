import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { podVolumesContract, podWithVolumes } from '../ports/pod-volumes.contract.ts';
import { HostPodVolumes } from './host-pod-volumes.ts';

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-volumes-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [podsDir, logsDir, hostDirectory] = ['pods', 'logs', 'host'].map((name) => join(directory, name)) as [string, string, string];
  mkdirSync(hostDirectory);
  const holds = (uid: string): boolean => existsSync(join(podsDir, uid)) || existsSync(join(logsDir, uid));
  const removed: string[] = [];
  const removeTree = async (path: string): Promise<void> => {
    removed.push(path);
    rmSync(path, { recursive: true, force: true });
  };
  return { volumes: new HostPodVolumes({ podsDir, logsDir }, removeTree), hostDirectory, holds, podsDir, logsDir, removed };
}

podVolumesContract('HostPodVolumes', open);

describe('HostPodVolumes', () => {
  const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

  it('setUp() makes an emptyDir that every user may write, and a log directory that only its owner may read', async (t) => {
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    const { volumes, logsDir } = open(t);
    const { a = '' } = await volumes.setUp(podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]));
    assert.deepEqual([modeOf(a), modeOf(join(logsDir, 'u1'))], ['777', '700']);
  });

  it('setUp() makes every directory on the way to them private to its owner, whatever the umask', async (t) => {
    const before = process.umask(0);
    t.after(() => process.umask(before));
    const { volumes, podsDir, logsDir } = open(t);
    await volumes.setUp(podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]));
    const ways = [podsDir, join(podsDir, 'u1'), join(podsDir, 'u1', 'volumes'), logsDir, join(logsDir, 'u1')];
    assert.deepEqual(ways.map(modeOf), Array(5).fill('700'));
  });

  it('tearDown() removes what is in the Pod’s own places by the removal it was given, and nothing else', async (t) => {
    const { volumes, podsDir, logsDir, removed } = open(t);
    await volumes.setUp(podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]));
    await volumes.tearDown('u1');
    assert.deepEqual(removed, [join(podsDir, 'u1'), join(logsDir, 'u1')]);
  });

  it('setUp() keeps what is in an emptyDir, and the mode that the Pod gave it', async (t) => {
    const { volumes } = open(t);
    const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]);
    const { a = '' } = await volumes.setUp(pod);
    writeFileSync(join(a, 'file'), 'kept', { mode: 0o600 });
    await volumes.setUp(pod);
    assert.equal(readFileSync(join(a, 'file'), 'utf8'), 'kept');
  });

  it('tearDown() follows no link out of the Pod, and leaves a hostPath alone', async (t) => {
    const { volumes, hostDirectory, holds } = open(t);
    writeFileSync(join(hostDirectory, 'precious'), '');
    const { a = '' } = await volumes.setUp(
      podWithVolumes('u1', [
        { name: 'a', emptyDir: {} },
        { name: 'host', hostPath: { path: hostDirectory } },
      ]),
    );
    symlinkSync(hostDirectory, join(a, 'link'));
    await volumes.tearDown('u1');
    assert.equal(holds('u1'), false);
    assert.deepEqual(readdirSync(hostDirectory), ['precious']);
  });

  it('setUp() rejects with the volume’s name when it cannot be made', async (t) => {
    const { volumes, podsDir } = open(t);
    writeFileSync(podsDir, 'in the way');
    const failed = volumes.setUp(podWithVolumes('u1', [{ name: 'data', emptyDir: {} }]));
    await assert.rejects(failed, { code: 'runtimeFailed', message: /^Cannot make emptyDir volume "data" at ".*": / });
  });
});
