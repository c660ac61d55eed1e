import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, Volume, VolumeMount } from '../../model/pod.ts';
import { containerMounts, subPathOf, wantsHostsFile } from './container-mounts.ts';

const containerWith = (volumeMounts: readonly VolumeMount[], more: Partial<Container> = {}): Container => ({
  name: 'main',
  image: 'i',
  imagePullPolicy: 'Never',
  volumeMounts,
  ...more,
});

function podWith(container: Container, volumes: readonly Volume[]): Pod {
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 30, containers: [container], volumes } as const;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec };
}

describe('containerMounts()', () => {
  it('mounts volumes in their order, then the agent’s files; of what follows objects nobody may write', () => {
    const names = ['data', 'config', 'secret', 'down', 'all', 'host'];
    const mounts = names.map((name) => ({ name, mountPath: `/${name}` }));
    const container = containerWith(
      [...mounts, { name: 'data', mountPath: 'relative', readOnly: true, mountPropagation: 'HostToContainer' }],
      {
        terminationMessagePath: '/dev/termination-log',
      },
    );
    const volumes: readonly Volume[] = [
      { name: 'data', emptyDir: {} },
      { name: 'config', configMap: { name: 'c' } },
      { name: 'secret', secret: { secretName: 's' } },
      { name: 'down', downwardAPI: {} },
      { name: 'all', projected: {} },
      { name: 'host', hostPath: { path: '/srv' } },
    ];
    const paths = Object.fromEntries(names.map((name) => [name, `/pods/${name}`]));
    const places = { volumes: paths, subPaths: new Map(), hostsFile: '/pods/hosts', terminationLog: '/pods/log' };
    const none = { propagation: 'None' } as const;
    assert.deepEqual(containerMounts(podWith(container, volumes), container, places), [
      { containerPath: '/data', hostPath: '/pods/data', readOnly: false, ...none },
      { containerPath: '/config', hostPath: '/pods/config', readOnly: true, ...none },
      { containerPath: '/secret', hostPath: '/pods/secret', readOnly: true, ...none },
      { containerPath: '/down', hostPath: '/pods/down', readOnly: true, ...none },
      { containerPath: '/all', hostPath: '/pods/all', readOnly: true, ...none },
      { containerPath: '/host', hostPath: '/pods/host', readOnly: false, ...none },
      { containerPath: '/relative', hostPath: '/pods/data', readOnly: true, propagation: 'HostToContainer' },
      { containerPath: '/etc/hosts', hostPath: '/pods/hosts', readOnly: false, ...none },
      { containerPath: '/dev/termination-log', hostPath: '/pods/log', readOnly: false, ...none },
    ]);
  });

  it('mounts a part of a volume from where it was bound, by the index of the mount', () => {
    const container = containerWith([
      { name: 'v', mountPath: '/a' },
      { name: 'v', mountPath: '/b', subPath: 'x' },
    ]);
    const found = containerMounts(podWith(container, [{ name: 'v', emptyDir: {} }]), container, {
      volumes: { v: '/v' },
      subPaths: new Map([[1, '/sub/1']]),
    });
    assert.deepEqual(
      found.map(({ hostPath }) => hostPath),
      ['/v', '/sub/1'],
    );
  });

  it('leaves /etc/hosts to a container that mounts its own, and the last words to one that wants none', () => {
    const container = containerWith([{ name: 'v', mountPath: '/etc/hosts' }], { terminationMessagePath: '' });
    const places = { volumes: { v: '/v' }, subPaths: new Map(), hostsFile: '/hosts', terminationLog: '/log' };
    assert.deepEqual(
      containerMounts(podWith(container, [{ name: 'v', emptyDir: {} }]), container, places).map(({ hostPath }) => hostPath),
      ['/v'],
    );
    assert.deepEqual([wantsHostsFile(container), wantsHostsFile({})], [false, true]);
  });
});

describe('subPathOf()', () => {
  const env = new Map([
    ['POD_NAME', 'web-0'],
    ['EMPTY', ''],
    ['UP', '..'],
    ['ROOT', '/etc'],
  ]);
  const mount = (more: Partial<VolumeMount>): VolumeMount => ({ name: 'v', mountPath: '/v', ...more });
  const CASES: readonly (readonly [mount: Partial<VolumeMount>, path: ReturnType<typeof subPathOf>])[] = [
    [{}, { path: '' }],
    [{ subPath: 'a/$(POD_NAME)' }, { path: 'a/$(POD_NAME)' }],
    [{ subPathExpr: '$(POD_NAME)/x' }, { path: 'web-0/x' }],
    [{ subPathExpr: '$$(POD_NAME)' }, { path: '$(POD_NAME)' }],
    [{ subPathExpr: '$(NONE)/$(EMPTY)/$(A)' }, { error: 'missing value for A, EMPTY, NONE' }],
    [{ subPathExpr: '$(UP)/x' }, { error: "unable to provision SubPath `../x`: must not contain '..'" }],
    [{ subPathExpr: '$(ROOT)' }, { error: 'error SubPath `/etc` must not be an absolute path' }],
    [{ subPath: 'a/../b' }, { error: "unable to provision SubPath `a/../b`: must not contain '..'" }],
  ];
  for (const [given, path] of CASES)
    it(`of ${JSON.stringify(given)} is ${JSON.stringify(path)}`, () => assert.deepEqual(subPathOf(mount(given), env), path));
});
