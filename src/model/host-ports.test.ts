import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conflict, formatHostPort, type HostPort, hostPortsOf } from './host-ports.ts';
import type { Container, ContainerPort, PodManifest } from './pod.ts';

const port = (address: string, number: number, protocol: HostPort['protocol'] = 'TCP'): HostPort => ({
  pod: 'default/a',
  protocol,
  port: number,
  address,
});

describe('hostPortsOf()', () => {
  const pod = (...ports: ContainerPort[]): Pick<PodManifest, 'metadata' | 'spec'> => {
    const containers: readonly Container[] = ports.map((one, index) => ({
      name: `c${index}`,
      image: 'i',
      imagePullPolicy: 'Never',
      ports: [one],
    }));
    return {
      metadata: { name: 'a', namespace: 'default' },
      spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers },
    };
  };

  it('finds those of every container, and none without a hostPort', () => {
    deepEqual(
      hostPortsOf(
        pod(
          { containerPort: 80, protocol: 'TCP' },
          { containerPort: 81, protocol: 'UDP', hostPort: 8081 },
          { containerPort: 82, protocol: 'TCP', hostPort: 8082, hostIP: '0.0.0.0' },
          { containerPort: 83, protocol: 'TCP', hostPort: 8083, hostIP: '127.0.0.1' },
        ),
      ),
      [port('', 8081, 'UDP'), port('', 8082), port('127.0.0.1', 8083)],
    );
  });
});

describe('conflict()', () => {
  const cases: readonly (readonly [HostPort, HostPort, boolean])[] = [
    [port('', 80), port('', 80), true],
    [port('', 80), port('127.0.0.1', 80), true],
    [port('127.0.0.1', 80), port('', 80), true],
    [port('127.0.0.1', 80), port('127.0.0.2', 80), false],
    [port('', 80), port('', 81), false],
    [port('', 80), port('', 80, 'UDP'), false],
  ];
  for (const [a, b, expected] of cases) {
    it(`${formatHostPort(a)} and ${formatHostPort(b)}: ${expected}`, () => equal(conflict(a, b), expected));
  }
});

describe('formatHostPort()', () => {
  it('puts an IPv6 address in brackets', () => equal(formatHostPort(port('::1', 80)), '[::1]:80/TCP'));
});
