import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Container, Pod, Volume } from '../model/pod.ts';
import type { InstanceInputs, PodVolumes } from './pod-volumes.ts';

export interface PodVolumesSubject {
  readonly volumes: PodVolumes;
  /** A directory of the host that a hostPath volume may name. */
  readonly hostDirectory: string;
  /** Whether the volumes hold anything for that Pod. */
  holds(uid: string): boolean;
  /** Makes, or removes, the ConfigMap "c" of the namespace "default" with the key "k". */
  setConfigMap(exists: boolean): void;
}

export function podWithVolumes(uid: string, volumes: readonly Volume[], containers: readonly Container[] = []): Pod {
  const spec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers, volumes } as const;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'demo', namespace: 'default', uid }, spec };
}

export const containerWith = (more: Partial<Container>): Container => ({
  name: 'main',
  image: 'i',
  imagePullPolicy: 'Never',
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  ...more,
});

export const instance = (more: Partial<InstanceInputs> = {}): InstanceInputs => ({
  restartCount: 0,
  podIPs: ['10.0.0.7'],
  env: new Map(),
  ...more,
});

type Open = (t: TestContext) => PodVolumesSubject | Promise<PodVolumesSubject>;

export function podVolumesContract(name: string, open: Open): void {
  describe(`${name} as PodVolumes`, () => {
    setUpContract(open);
    containerContract(open);
  });
}

function setUpContract(open: Open): void {
  it('setUp() gives each volume a path of its own, a hostPath the one it names', async (t) => {
    const { volumes, hostDirectory } = await open(t);
    const wanted: readonly Volume[] = [
      { name: 'a', emptyDir: {} },
      { name: 'b', emptyDir: {} },
      { name: 'host', hostPath: { path: hostDirectory } },
    ];
    const paths = await volumes.setUp(podWithVolumes('u1', wanted));
    const others = await volumes.setUp(podWithVolumes('u2', wanted));
    assert.deepEqual(Object.keys(paths).sort(), ['a', 'b', 'host']);
    assert.equal(paths['host'], hostDirectory);
    assert.equal(new Set([paths['a'], paths['b'], others['a'], others['b'], hostDirectory]).size, 5);
  });

  it('setUp() is idempotent, and of a Pod without volumes no error', async (t) => {
    const { volumes } = await open(t);
    const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }]);
    assert.deepEqual(await volumes.setUp(pod), await volumes.setUp(pod));
    assert.deepEqual(await volumes.setUp(podWithVolumes('u2', [])), {});
  });

  it('setUp() rejects while an object is missing, in the words of the event, and goes on once it is there', async (t) => {
    const { volumes, setConfigMap } = await open(t);
    const pod = podWithVolumes('u1', [{ name: 'config', configMap: { name: 'c' } }]);
    setConfigMap(false);
    for (const _ of [1, 2]) {
      await assert.rejects(volumes.setUp(pod), {
        code: 'volumeNotReady',
        message: 'MountVolume.SetUp failed for volume "config" : configmap "c" not found',
      });
    }
    setConfigMap(true);
    assert.deepEqual(Object.keys(await volumes.setUp(pod)), ['config']);
  });

  it('refresh() of a Pod that is not set up does nothing', async (t) => {
    const { volumes, holds } = await open(t);
    await volumes.refresh(podWithVolumes('u1', [{ name: 'config', configMap: { name: 'c' } }]));
    assert.equal(holds('u1'), false);
  });

  it('tearDown() removes what one Pod has, and nothing of another; it is idempotent', async (t) => {
    const { volumes, holds } = await open(t);
    for (const uid of ['u1', 'u2']) await volumes.setUp(podWithVolumes(uid, [{ name: 'a', emptyDir: {} }]));
    assert.deepEqual([holds('u1'), holds('u2')], [true, true]);
    for (const uid of ['u1', 'u1', 'never-there']) await volumes.tearDown(uid);
    assert.deepEqual([holds('u1'), holds('u2')], [false, true]);
  });
}

function containerContract(open: Open): void {
  it('containerMounts() mounts volumes where they are, parts of them elsewhere, and the agent’s files', async (t) => {
    const { volumes } = await open(t);
    const container = containerWith({
      volumeMounts: [
        { name: 'a', mountPath: '/a', readOnly: true },
        { name: 'a', mountPath: '/part', subPath: 'x/y' },
      ],
    });
    const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }], [container]);
    const { a = '' } = await volumes.setUp(pod);
    const mounts = await volumes.containerMounts(pod, container, instance());
    assert.deepEqual(
      mounts.map(({ containerPath, readOnly }) => [containerPath, readOnly]),
      [
        ['/a', true],
        ['/part', false],
        ['/etc/hosts', false],
        ['/dev/termination-log', false],
      ],
    );
    assert.equal(mounts[0]?.hostPath, a);
    assert.equal(new Set(mounts.map(({ hostPath }) => hostPath)).size, 4);
    assert.deepEqual(await volumes.containerMounts(pod, container, instance()), mounts);
  });

  it('containerMounts() gives each instance a place of its own for its last words, and no hosts without an address', async (t) => {
    const { volumes } = await open(t);
    const container = containerWith({});
    const pod = podWithVolumes('u1', [], [container]);
    await volumes.setUp(pod);
    const [first] = await volumes.containerMounts(pod, container, instance({ podIPs: [] }));
    const [second, ...more] = await volumes.containerMounts(pod, container, instance({ podIPs: [], restartCount: 1 }));
    assert.deepEqual([first?.containerPath, second?.containerPath, more], ['/dev/termination-log', '/dev/termination-log', []]);
    assert.notEqual(first?.hostPath, second?.hostPath);
  });

  it('terminationMessage(), envFile() and findOverfullVolume() of what is not there give nothing', async (t) => {
    const { volumes } = await open(t);
    const container = containerWith({});
    const pod = podWithVolumes('u1', [{ name: 'a', emptyDir: {} }], [container]);
    assert.equal(await volumes.terminationMessage(pod, container, { restartCount: 7, exitCode: 1 }), '');
    await volumes.setUp(pod);
    assert.equal(await volumes.terminationMessage(pod, container, { restartCount: 7, exitCode: 1 }), '');
    assert.equal(await volumes.envFile(pod, { volumeName: 'a', path: 'no.env' }), undefined);
    assert.equal(await volumes.findOverfullVolume(pod), undefined);
  });
}
