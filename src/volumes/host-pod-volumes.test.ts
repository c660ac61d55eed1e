import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MemoryHostMounts } from '../fakes/memory-host-mounts.ts';
import { MemoryPodObjects } from '../fakes/memory-pod-objects.ts';
import type { Pod, Volume } from '../model/pod.ts';
import { configMapOf, secretOf } from '../ports/pod-objects.contract.ts';
import { containerWith, instance, podVolumesContract, podWithVolumes } from '../ports/pod-volumes.contract.ts';
import { HostPodVolumes } from './host-pod-volumes.ts';

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-volumes-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [podsDir, logsDir, hostDirectory] = ['pods', 'logs', 'host'].map((name) => join(directory, name)) as [string, string, string];
  mkdirSync(hostDirectory);
  writeFileSync(join(directory, 'hosts'), '127.0.0.1 node\n');
  const objects = new MemoryPodObjects();
  const mounts = new MemoryHostMounts();
  const removed: string[] = [];
  const said = { usedBytes: 0, log: '' };
  const volumes = new HostPodVolumes({
    places: { podsDir, logsDir },
    objects,
    mounts,
    allocatable: { cpuMillis: 2000, memoryBytes: 2 ** 30, ephemeralStorageBytes: 2 ** 33 },
    removeTree: async (path) => {
      removed.push(path);
      rmSync(path, { recursive: true, force: true });
    },
    diskUsage: async () => said.usedBytes,
    logTail: async (file) => (said.log === '' ? Promise.reject(new Error(`no ${file.slice(logsDir.length)}`)) : said.log),
    nowWallMs: () => Date.UTC(2030, 0, 1),
    nodeHostsFile: join(directory, 'hosts'),
    clusterDomain: 'cluster.local',
  });
  return {
    volumes,
    hostDirectory,
    holds: (uid: string): boolean => existsSync(join(podsDir, uid)) || existsSync(join(logsDir, uid)),
    setConfigMap: (exists: boolean) => objects.setConfigMap('default', 'c', exists ? configMapOf({ k: 'v' }) : undefined),
    ...{ podsDir, logsDir, removed, objects, mounts, said },
  };
}

podVolumesContract('HostPodVolumes', open);

describe('HostPodVolumes, directories', () => {
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

  it('setUp() keeps what is in an emptyDir, and the mode that the Pod gave it', async (t) => {
    const { volumes } = open(t);
    const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]);
    const { a = '' } = await volumes.setUp(pod);
    writeFileSync(join(a, 'file'), 'kept', { mode: 0o600 });
    await volumes.setUp(pod);
    assert.equal(readFileSync(join(a, 'file'), 'utf8'), 'kept');
  });

  it('setUp() rejects with the volume’s name when it cannot be made', async (t) => {
    const { volumes, podsDir } = open(t);
    writeFileSync(podsDir, 'in the way');
    const failed = volumes.setUp(podWithVolumes('u1', [{ name: 'data', emptyDir: {} }]));
    await assert.rejects(failed, { code: 'volumeNotReady', message: /^MountVolume\.SetUp failed for volume "data" : / });
  });

  it('setUp() rejects when a hostPath is not what the Pod says', async (t) => {
    const { volumes, hostDirectory } = open(t);
    const failed = volumes.setUp(podWithVolumes('u1', [{ name: 'h', hostPath: { path: hostDirectory, type: 'File' } }]));
    await assert.rejects(failed, {
      code: 'volumeNotReady',
      message: `MountVolume.SetUp failed for volume "h" : hostPath type check failed: ${hostDirectory} is not a file, it's a Directory`,
    });
  });

  it('tearDown() removes what is in the Pod’s own places by the removal it was given, and nothing else', async (t) => {
    const { volumes, podsDir, logsDir, removed } = open(t);
    await volumes.setUp(podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]));
    await volumes.tearDown('u1');
    assert.deepEqual(removed, [join(podsDir, 'u1'), join(logsDir, 'u1')]);
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

  it('tearDown() unmounts what was mounted for the Pod, in this life or an earlier one, before it removes anything', async (t) => {
    const { volumes, mounts, removed, podsDir } = open(t);
    const container = containerWith({ volumeMounts: [{ name: 'a', mountPath: '/a', subPath: 'x' }] });
    const pod = podWithVolumes(
      'u1',
      [
        { name: 'a', emptyDir: { medium: 'Memory' } },
        { name: 'd', downwardAPI: {} },
      ],
      [container],
    );
    await volumes.setUp(pod);
    await volumes.containerMounts(pod, container, instance());
    const foreign = join(podsDir, 'u1/volumes/kubernetes.io~empty-dir/a/below');
    mkdirSync(foreign);
    await mounts.tmpfs(foreign, { mode: 0o700 });
    assert.equal(mounts.mounted.size, 5);
    const unmount = mounts.unmount.bind(mounts);
    mounts.unmount = async (path) => {
      assert.deepEqual(removed, []);
      await unmount(path);
    };
    await volumes.tearDown('u1');
    assert.deepEqual([...mounts.mounted.keys()], [foreign]);
  });
});

describe('HostPodVolumes, volumes that follow objects', () => {
  const config: Volume = { name: 'config', configMap: { name: 'c', defaultMode: 0o640 } };
  const secret: Volume = { name: 'secret', secret: { secretName: 's', items: [{ key: 'p', path: 'deep/password', mode: 0o400 }] } };
  const down: Volume = { name: 'down', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } };
  const all: Volume = {
    name: 'all',
    projected: {
      sources: [
        { configMap: { name: 'c' } },
        { secret: { name: 's', items: [{ key: 'p', path: 'k' }] } },
        { downwardAPI: { items: [{ path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'limits.cpu' } }] } },
        { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
      ],
    },
  };

  function openWithObjects(t: TestContext) {
    const opened = open(t);
    opened.objects.setConfigMap('default', 'c', configMapOf({ k: 'of the config' }));
    opened.objects.setSecret('default', 's', secretOf({ p: 'of the secret' }));
    opened.objects.issue = ({ pod }) => ({ token: `of ${pod.uid}`, expiresAtMs: Date.UTC(2030, 0, 1) + 600_000 });
    return opened;
  }
  const pod = (volumes: readonly Volume[]): Pod => podWithVolumes('u1', volumes, [containerWith({})]);
  const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

  it('setUp() writes the files of each kind; what only some may read is kept in memory', async (t) => {
    const { volumes, mounts } = openWithObjects(t);
    const paths = await volumes.setUp(pod([config, secret, down, all]));
    const of = (name: string): string => paths[name] ?? '';
    assert.deepEqual(
      [read(of('config'), 'k'), read(of('secret'), 'deep/password'), read(of('down'), 'name')],
      ['of the config', 'of the secret', 'demo'],
    );
    // Of two sources with one path the later one counts.
    assert.deepEqual(
      ['k', 'cpu', 'token'].map((name) => read(of('all'), name)),
      ['of the secret', '2', 'of u1'],
    );
    const modes = [join(of('config'), 'k'), join(of('secret'), 'deep/password'), join(of('down'), 'name')];
    assert.deepEqual(
      modes.map((path) => (statSync(path).mode & 0o777).toString(8)),
      ['640', '400', '644'],
    );
    assert.deepEqual([...mounts.mounted.keys()].sort(), [of('all'), of('down'), of('secret')].sort());
  });

  it('setUp() tells everything that a projected volume misses', async (t) => {
    const { volumes } = open(t);
    const message =
      'MountVolume.SetUp failed for volume "all" : [configmap "c" not found, secret "s" not found, failed to fetch token: nobody issues tokens for "default"]';
    await assert.rejects(volumes.setUp(pod([all])), { code: 'volumeNotReady', message });
  });

  it('setUp() of what was set up before keeps it when its object is gone', async (t) => {
    const { volumes, objects } = openWithObjects(t);
    const { config: path = '' } = await volumes.setUp(pod([config]));
    objects.setConfigMap('default', 'c', undefined);
    await volumes.setUp(pod([config]));
    assert.equal(read(path, 'k'), 'of the config');
  });

  it('refresh() brings everything up to date that can be, and says what cannot', async (t) => {
    const { volumes, objects } = openWithObjects(t);
    const paths = await volumes.setUp(pod([secret, config]));
    objects.setConfigMap('default', 'c', configMapOf({ k: 'new', more: 'x' }));
    objects.setSecret('default', 's', undefined);
    await assert.rejects(volumes.refresh(pod([secret, config])), {
      message: 'MountVolume.SetUp failed for volume "secret" : secret "s" not found',
    });
    assert.deepEqual([read(paths['config'] ?? '', 'k'), read(paths['config'] ?? '', 'more')], ['new', 'x']);
    assert.equal(read(paths['secret'] ?? '', 'deep/password'), 'of the secret');
  });

  it('gives an fsGroup what it may have of each volume', async (t) => {
    const { volumes } = openWithObjects(t);
    const fsGroup = process.getgid?.() ?? 0;
    const plain = pod([config, all, { name: 'data', emptyDir: {} }]);
    const paths = await volumes.setUp({ ...plain, spec: { ...plain.spec, securityContext: { fsGroup } } });
    const modeOf = (...path: readonly string[]): string => (statSync(join(...path)).mode & 0o7777).toString(8);
    assert.equal(modeOf(paths['data'] ?? ''), '2777');
    assert.deepEqual([modeOf(paths['config'] ?? '', 'k'), modeOf(paths['config'] ?? '', '..data')], ['640', '2755']);
    // A token is for its owner and the group alone, once there is one.
    assert.equal(modeOf(paths['all'] ?? '', 'token'), '640');
  });
});

describe('HostPodVolumes, what a container gets', () => {
  it('containerMounts() writes /etc/hosts with the Pod’s address and name', async (t) => {
    const { volumes } = open(t);
    const container = containerWith({});
    const pod = podWithVolumes('u1', [], [container]);
    await volumes.setUp(pod);
    const [hosts] = await volumes.containerMounts(pod, container, instance());
    assert.match(readFileSync(hosts?.hostPath ?? '', 'utf8'), /^# Kubernetes-managed hosts file\.\n[\s\S]*\n10\.0\.0\.7\tdemo\n$/);
    const onNode = { ...pod, spec: { ...pod.spec, hostNetwork: true } };
    await volumes.containerMounts(onNode, container, instance({ podIPs: [] }));
    assert.equal(readFileSync(hosts?.hostPath ?? '', 'utf8'), '# Kubernetes-managed hosts file (host network).\n127.0.0.1 node\n');
  });

  it('containerMounts() takes a subPathExpr from the environment, and rejects in upstream’s words', async (t) => {
    const { volumes, hostDirectory } = open(t);
    const mount = (subPath: { readonly subPath?: string; readonly subPathExpr?: string }) =>
      containerWith({ volumeMounts: [{ name: 'a', mountPath: '/a', ...subPath }] });
    const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]);
    const { a = '' } = await volumes.setUp(pod);
    const env = new Map([['POD_NAME', 'web-0']]);
    await volumes.containerMounts(pod, mount({ subPathExpr: '$(POD_NAME)/logs' }), instance({ env }));
    assert.ok(statSync(join(a, 'web-0/logs')).isDirectory());
    symlinkSync(hostDirectory, join(a, 'out'));
    const REFUSED: readonly (readonly [subPath: object, message: string])[] = [
      [{ subPathExpr: '$(NONE)' }, 'missing value for NONE'],
      [{ subPath: '../x' }, "unable to provision SubPath `../x`: must not contain '..'"],
      [{ subPath: 'out/x' }, 'failed to prepare subPath for volumeMount "a" of container "main"'],
    ];
    for (const [subPath, message] of REFUSED)
      await assert.rejects(volumes.containerMounts(pod, mount(subPath), instance({ env })), { code: 'containerNotConfigured', message });
    assert.deepEqual(readdirSync(hostDirectory), []);
  });

  it('envFile() reads a file of a volume, never through a link out of it, nor anything but a file', async (t) => {
    const { volumes, hostDirectory } = open(t);
    const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]);
    const { a = '' } = await volumes.setUp(pod);
    writeFileSync(join(a, 'app.env'), "A='1'");
    writeFileSync(join(hostDirectory, 'secret'), "A='of the host'");
    symlinkSync(join(hostDirectory, 'secret'), join(a, 'out.env'));
    writeFileSync(join(a, 'long.env'), 'x'.repeat(1024 * 1024 + 1));
    assert.equal(await volumes.envFile(pod, { volumeName: 'a', path: 'app.env' }), "A='1'");
    for (const path of ['out.env', '.', 'long.env'])
      await assert.rejects(volumes.envFile(pod, { volumeName: 'a', path }), {
        code: 'containerNotConfigured',
        message: "couldn't parse env file",
      });
    await assert.rejects(volumes.envFile(pod, { volumeName: 'b', path: 'x' }), {
      message: 'cannot find the volume "b" referenced by FileKeyRef',
    });
  });

  it('findOverfullVolume() names the volume on disk that holds more than it may', async (t) => {
    const { volumes, said } = open(t);
    const pod = podWithVolumes('u1', [
      { name: 'free', emptyDir: {} },
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Ki' } },
      { name: 'bound', emptyDir: { sizeLimit: '1Mi' } },
    ]);
    await volumes.setUp(pod);
    said.usedBytes = 1024 * 1024;
    assert.equal(await volumes.findOverfullVolume(pod), undefined);
    said.usedBytes += 1;
    assert.deepEqual(await volumes.findOverfullVolume(pod), {
      volume: 'bound',
      message: 'Usage of EmptyDir volume "bound" exceeds the limit "1Mi". ',
    });
  });

  it('terminationMessage() is what stands in the file, else the end of the log when the container wants that and failed', async (t) => {
    const { volumes, said } = open(t);
    const container = containerWith({ terminationMessagePolicy: 'FallbackToLogsOnError' });
    const pod = podWithVolumes('u1', [], [container]);
    await volumes.setUp(pod);
    const message = (exitCode: number, of = container) => volumes.terminationMessage(pod, of, { restartCount: 0, exitCode });
    const [, log] = await volumes.containerMounts(pod, container, instance());
    assert.equal(await message(1), 'Error on reading termination message from logs: no /u1/main/0.log');
    said.log = 'the end of the log\n';
    assert.deepEqual([await message(1), await message(0), await message(1, containerWith({}))], ['the end of the log\n', '', '']);
    writeFileSync(log?.hostPath ?? '', 'in the file');
    assert.deepEqual([await message(1), await message(0)], ['in the file', 'in the file']);
  });
});
