import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodSpec } from '../../model/pod.ts';
import { sandboxSpec } from './sandbox-spec.ts';

const main: Container = {
  name: 'main',
  image: 'i:1',
  imagePullPolicy: 'IfNotPresent',
  ports: [
    { name: 'web', containerPort: 80, protocol: 'TCP', hostPort: 8080, hostIP: '127.0.0.1' },
    { containerPort: 53, protocol: 'UDP', hostPort: 0 },
    { containerPort: 54, protocol: 'UDP' },
  ],
};

const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'demo',
    namespace: 'shop',
    uid: 'u1',
    labels: { app: 'x', 'io.kubernetes.pod.uid': 'forged' },
    annotations: { note: 'n' },
  },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [main], ...spec },
});

const places = { logDirectory: '/logs/u1', cgroupParent: '/hooklet-1/besteffort/podu1', hostname: 'demo' };

describe('sandboxSpec()', () => {
  it('carries the Pod’s name, labels, and the ports that the host lends', () => {
    assert.deepEqual(sandboxSpec(pod(), 2, places), {
      uid: 'u1',
      namespace: 'shop',
      name: 'demo',
      attempt: 2,
      namespaces: { network: 'pod', pid: 'container', ipc: 'pod' },
      hostname: 'demo',
      logDirectory: '/logs/u1',
      cgroupParent: '/hooklet-1/besteffort/podu1',
      security: { supplementalGroups: [], strictGroups: false, privileged: false },
      sysctls: {},
      portMappings: [{ protocol: 'TCP', containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' }],
      labels: { app: 'x', 'io.kubernetes.pod.name': 'demo', 'io.kubernetes.pod.namespace': 'shop', 'io.kubernetes.pod.uid': 'u1' },
      annotations: { note: 'n' },
    });
  });

  it('of the host’s network has no host name and maps no port', () => {
    const { namespaces, hostname, portMappings } = sandboxSpec(pod({ hostNetwork: true, hostname: 'h' }), 0, places);
    assert.deepEqual([namespaces.network, hostname, portMappings], ['node', '', []]);
  });

  it('maps the ports of sidecars, and not those of init containers that have ended by then', () => {
    const port = (hostPort: number) => [{ containerPort: 1, protocol: 'TCP', hostPort }] as const;
    const initContainers: readonly Container[] = [
      { ...main, name: 'init', ports: port(1) },
      { ...main, name: 'side', ports: port(2), restartPolicy: 'Always' },
    ];
    const { portMappings } = sandboxSpec(pod({ initContainers }), 0, places);
    assert.deepEqual(
      portMappings.map(({ hostPort }) => hostPort),
      [2, 8080],
    );
  });

  it('names kernel parameters as the kernel does, and resolves names as it is told', () => {
    const sysctls = [
      { name: 'net/ipv4/conf/eth0.100/forwarding', value: '1' },
      { name: 'kernel.shm_rmid_forced', value: '0' },
    ];
    const dns = { servers: ['10.0.0.1'], searches: [], options: [] };
    const made = sandboxSpec(pod({ securityContext: { sysctls } }), 0, { ...places, dns });
    assert.deepEqual(made.sysctls, { 'net.ipv4.conf.eth0/100.forwarding': '1', 'kernel.shm_rmid_forced': '0' });
    assert.deepEqual(made.dns, dns);
  });
});
