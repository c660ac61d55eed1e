import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodSpec } from '../../model/pod.ts';
import { containerSpec, sandboxSpec } from './container-spec.ts';

const main: Container = {
  name: 'main',
  image: 'i:1',
  imagePullPolicy: 'IfNotPresent',
  command: ['/bin/a'],
  args: ['$(X)', ''],
  env: [{ name: 'X', value: 'x' }, { name: 'EMPTY' }],
  ports: [
    { name: 'web', containerPort: 80, protocol: 'TCP', hostPort: 8080, hostIP: '127.0.0.1' },
    { containerPort: 53, protocol: 'UDP', hostPort: 0 },
    { containerPort: 54, protocol: 'UDP' },
  ],
  volumeMounts: [
    { name: 'data', mountPath: '/data' },
    { name: 'etc', mountPath: '/etc/x', readOnly: true, mountPropagation: 'HostToContainer' },
  ],
  lifecycle: { preStop: { exec: { command: ['stop', 'it'] } } },
};

const pod = (spec: Partial<PodSpec> = {}, name = 'demo'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: 'u1', labels: { app: 'x', 'io.kubernetes.pod.uid': 'forged' }, annotations: { note: 'n' } },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [main], ...spec },
});

const places = { logDirectory: '/logs/u1', cgroupParent: '/hooklet-1' };

describe('sandboxSpec()', () => {
  it('carries the Pod’s name, labels, and the ports that the host lends', () => {
    assert.deepEqual(sandboxSpec(pod(), 2, places), {
      uid: 'u1',
      namespace: 'shop',
      name: 'demo',
      attempt: 2,
      hostNetwork: false,
      hostname: 'demo',
      logDirectory: '/logs/u1',
      cgroupParent: '/hooklet-1',
      portMappings: [{ protocol: 'TCP', containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' }],
      labels: { app: 'x', 'io.kubernetes.pod.name': 'demo', 'io.kubernetes.pod.namespace': 'shop', 'io.kubernetes.pod.uid': 'u1' },
      annotations: { note: 'n' },
    });
  });

  it('of the host’s network has no host name and maps no port', () => {
    const { hostNetwork, hostname, portMappings } = sandboxSpec(pod({ hostNetwork: true, hostname: 'h' }), 0, places);
    assert.deepEqual([hostNetwork, hostname, portMappings], [true, '', []]);
  });

  it('cuts a host name to 63 bytes that do not end in a dot or hyphen', () => {
    assert.equal(sandboxSpec(pod({}, `${'a'.repeat(61)}.-b`), 0, places).hostname, 'a'.repeat(61));
    assert.equal(sandboxSpec(pod({ hostname: 'mine' }), 0, places).hostname, 'mine');
  });
});

describe('containerSpec()', () => {
  const spec = containerSpec(pod(), main, 3, { volumes: { data: '/pods/u1/data', etc: '/etc' }, nodeMemoryBytes: 2 ** 34 });

  it('expands variables in command, args and environment', () => {
    assert.deepEqual([spec.command, spec.args, spec.workingDir], [['/bin/a'], ['x', ''], '']);
    assert.deepEqual(spec.env, [
      { name: 'X', value: 'x' },
      { name: 'EMPTY', value: '' },
    ]);
  });

  it('mounts each volume where the Pod asked for it', () => {
    assert.deepEqual(spec.mounts, [
      { containerPath: '/data', hostPath: '/pods/u1/data', readOnly: false, propagation: 'None' },
      { containerPath: '/etc/x', hostPath: '/etc', readOnly: true, propagation: 'HostToContainer' },
    ]);
  });

  it('writes down what another agent needs to stop the container', () => {
    assert.deepEqual(JSON.parse(spec.annotations['io.kubernetes.container.preStopHandler'] ?? ''), { exec: { command: ['stop', 'it'] } });
    assert.equal(spec.annotations['io.kubernetes.pod.terminationGracePeriod'], '30');
    assert.equal(spec.annotations['io.kubernetes.container.restartCount'], '3');
    assert.equal(spec.labels['io.kubernetes.container.name'], 'main');
    assert.equal(spec.logPath, 'main/3.log');
  });
});
