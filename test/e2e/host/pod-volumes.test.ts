/** Volumes with the real mounts, owners and removals of this host. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MemoryPodObjects } from '../../../src/fakes/memory-pod-objects.ts';
import { containerLogTail } from '../../../src/host/container-log-tail.ts';
import { diskUsage } from '../../../src/host/disk-usage.ts';
import { HostPrograms } from '../../../src/host/host-programs.ts';
import { parseMountTable } from '../../../src/host/mount-table.ts';
import { removeTree } from '../../../src/host/remove-tree.ts';
import { SystemHostMounts } from '../../../src/host/system-host-mounts.ts';
import type { Pod, PodSpec, Volume } from '../../../src/model/pod.ts';
import { configMapOf, secretOf } from '../../../src/ports/pod-objects.contract.ts';
import { containerWith, instance, podVolumesContract, podWithVolumes } from '../../../src/ports/pod-volumes.contract.ts';
import { HostPodVolumes } from '../../../src/volumes/host-pod-volumes.ts';

const MIB = 1024 * 1024;

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-volumes-'));
  const [podsDir, logsDir, hostDirectory] = ['pods', 'logs', 'host'].map((name) => join(directory, name)) as [string, string, string];
  mkdirSync(hostDirectory);
  const objects = new MemoryPodObjects();
  const mounts = new SystemHostMounts(new HostPrograms());
  /** Each is an agent of its own: it knows nothing of what another one did. */
  const agent = () =>
    new HostPodVolumes({
      places: { podsDir, logsDir },
      objects,
      mounts,
      allocatable: { cpuMillis: 2000, memoryBytes: 64 * MIB, ephemeralStorageBytes: 2 ** 33 },
      removeTree,
      diskUsage,
      logTail: containerLogTail,
      nowWallMs: () => Date.now(),
      nodeHostsFile: '/etc/hosts',
      clusterDomain: 'cluster.local',
    });
  t.after(async () => {
    for (const path of await mounts.within(directory)) await mounts.unmount(path);
    rmSync(directory, { recursive: true });
  });
  return {
    volumes: agent(),
    agent,
    hostDirectory,
    holds: (uid: string): boolean => existsSync(join(podsDir, uid)) || existsSync(join(logsDir, uid)),
    setConfigMap: (exists: boolean) => objects.setConfigMap('default', 'c', exists ? configMapOf({ k: 'v' }) : undefined),
    ...{ objects, mounts, directory },
  };
}

podVolumesContract('HostPodVolumes, on this host,', open);

const podOf = (volumes: readonly Volume[], more: Partial<PodSpec> = {}): Pod => {
  const pod = podWithVolumes('u1', volumes, [containerWith({})]);
  return { ...pod, spec: { ...pod.spec, ...more } };
};

function mountOf(path: string): { readonly fsType: string; readonly superOptions: string } | undefined {
  return parseMountTable(readFileSync('/proc/self/mountinfo', 'utf8')).find(({ mountPoint }) => mountPoint === path);
}

describe('HostPodVolumes, on this host', () => {
  const stateOf = (path: string): string => {
    const { uid, gid, mode } = statSync(path);
    return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
  };

  it('an emptyDir in memory is a tmpfs that holds no more than its limit', async (t) => {
    const { volumes } = open(t);
    const { a = '' } = await volumes.setUp(podOf([{ name: 'a', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }]));
    assert.equal(mountOf(a)?.fsType, 'tmpfs');
    assert.equal(stateOf(a), '0:0 777');
    writeFileSync(join(a, 'fits'), Buffer.alloc(MIB / 2));
    assert.throws(() => writeFileSync(join(a, 'too much'), Buffer.alloc(MIB)), { code: 'ENOSPC' });
  });

  it('a secret lies in memory, a ConfigMap on the disk', async (t) => {
    const { volumes, objects } = open(t);
    objects.setConfigMap('default', 'c', configMapOf({ k: 'v' }));
    objects.setSecret('default', 's', secretOf({ p: 'x' }));
    const paths = await volumes.setUp(
      podOf([
        { name: 'c', configMap: { name: 'c' } },
        { name: 's', secret: { secretName: 's' } },
      ]),
    );
    assert.deepEqual([mountOf(paths['c'] ?? '')?.fsType, mountOf(paths['s'] ?? '')?.fsType], [undefined, 'tmpfs']);
    assert.equal(readFileSync(join(paths['s'] ?? '', 'p'), 'utf8'), 'x');
  });

  it('fsGroup owns what it may use; a token is for the one user that all containers run as', async (t) => {
    const { volumes, objects } = open(t);
    objects.setConfigMap('default', 'c', configMapOf({ k: 'v' }));
    objects.issue = () => ({ token: 'secret token', expiresAtMs: Date.now() + 600_000 });
    const token: Volume = { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
    const all: readonly Volume[] = [
      { name: 'disk', emptyDir: {} },
      { name: 'memory', emptyDir: { medium: 'Memory' } },
      { name: 'config', configMap: { name: 'c', defaultMode: 0o600 } },
      token,
    ];
    const paths = await volumes.setUp(podOf(all, { securityContext: { fsGroup: 2345, runAsUser: 1234 } }));
    assert.deepEqual([stateOf(paths['disk'] ?? ''), stateOf(paths['memory'] ?? '')], ['0:2345 2777', '0:2345 2777']);
    assert.equal(stateOf(join(paths['config'] ?? '', 'k')), '0:2345 640');
    assert.equal(stateOf(join(paths['token'] ?? '', 'token')), '1234:2345 640');
    writeFileSync(join(paths['disk'] ?? '', 'made'), '');
    assert.equal(statSync(join(paths['disk'] ?? '', 'made')).gid, 2345);
  });

  it('a container that writes to /etc/hosts or its termination log without end fills a mebibyte of the Pod’s own', async (t) => {
    const { volumes } = open(t);
    const pod = podOf([]);
    await volumes.setUp(pod);
    const [hosts, log] = await volumes.containerMounts(pod, containerWith({}), instance());
    for (const file of [log?.hostPath ?? '', hosts?.hostPath ?? '']) {
      assert.throws(
        () => {
          for (let count = 0; count < 64; count += 1) appendFileSync(file, Buffer.alloc(MIB / 16, 'x'));
        },
        { code: 'ENOSPC' },
      );
    }
    assert.ok(statSync(hosts?.hostPath ?? '').size + statSync(log?.hostPath ?? '').size <= MIB + 64 * 1024);
    assert.equal((await volumes.terminationMessage(pod, containerWith({}), { restartCount: 0, exitCode: 1 })).length, 4096);
  });

  it('findOverfullVolume() measures what is there', async (t) => {
    const { volumes } = open(t);
    const pod = podOf([{ name: 'a', emptyDir: { sizeLimit: '1Mi' } }]);
    const { a = '' } = await volumes.setUp(pod);
    writeFileSync(join(a, 'half'), Buffer.alloc(MIB / 2, 1));
    assert.equal(await volumes.findOverfullVolume(pod), undefined);
    writeFileSync(join(a, 'more'), Buffer.alloc(MIB, 1));
    assert.deepEqual(await volumes.findOverfullVolume(pod), {
      volume: 'a',
      message: 'Usage of EmptyDir volume "a" exceeds the limit "1Mi". ',
    });
  });

  it('another agent goes on with what is mounted, and takes all of it away', async (t) => {
    const { volumes, agent, objects, mounts, directory, holds } = open(t);
    objects.setSecret('default', 's', secretOf({ p: 'x' }));
    const container = containerWith({ volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 'x' }] });
    const pod = podOf([
      { name: 'a', emptyDir: { medium: 'Memory' } },
      { name: 's', secret: { secretName: 's' } },
    ]);
    const { a = '' } = await volumes.setUp(pod);
    writeFileSync(join(a, 'kept'), '');
    const made = await volumes.containerMounts(pod, container, instance());
    const before = await mounts.within(directory);
    assert.equal(before.length, 4);

    const next = agent();
    await next.setUp(pod);
    assert.deepEqual(await next.containerMounts(pod, container, instance()), made);
    assert.deepEqual(await mounts.within(directory), before);
    assert.ok(existsSync(join(a, 'kept')));
    await next.tearDown('u1');
    assert.deepEqual([await mounts.within(directory), holds('u1')], [[], false]);
  });

  it('tearDown() removes nothing while somebody else has something mounted there', async (t) => {
    const { volumes, mounts, hostDirectory, holds } = open(t);
    writeFileSync(join(hostDirectory, 'precious'), '');
    const { a = '' } = await volumes.setUp(podOf([{ name: 'a', emptyDir: {} }]));
    mkdirSync(join(a, 'below'));
    await mounts.bind(hostDirectory, join(a, 'below'));
    await assert.rejects(volumes.tearDown('u1'), { code: 'hostLacks', message: /something is mounted there/ });
    assert.ok(existsSync(join(hostDirectory, 'precious')));
    await mounts.unmount(join(a, 'below'));
    await volumes.tearDown('u1');
    assert.deepEqual([existsSync(join(hostDirectory, 'precious')), holds('u1')], [true, false]);
  });
});
