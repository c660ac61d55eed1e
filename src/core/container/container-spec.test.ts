import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodSpec } from '../../model/pod.ts';
import type { ContainerSecurity } from '../runtime-spec.ts';
import { containerSpec } from './container-spec.ts';

const main: Container = {
  name: 'main',
  image: 'i:1',
  imagePullPolicy: 'IfNotPresent',
  command: ['/bin/a'],
  args: ['$(X)', ''],
  lifecycle: { preStop: { exec: { command: ['stop', 'it'] } } },
};

const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'shop', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [main], ...spec },
});

const security: ContainerSecurity = {
  supplementalGroups: [],
  strictGroups: false,
  addCapabilities: [],
  dropCapabilities: [],
  privileged: false,
  readOnlyRoot: true,
  noNewPrivileges: false,
  seccomp: { type: 'unconfined' },
  unmaskedProc: false,
};

const mounts = [{ containerPath: '/data', hostPath: '/pods/u1/data', readOnly: false, propagation: 'None' }] as const;

describe('containerSpec()', () => {
  const env = new Map([
    ['X', 'x'],
    ['EMPTY', ''],
  ]);
  const spec = containerSpec(pod(), main, 3, { env, mounts, nodeMemoryBytes: 2 ** 34, security });

  it('expands variables in command and args, and carries the environment as it was resolved', () => {
    assert.deepEqual([spec.command, spec.args, spec.workingDir], [['/bin/a'], ['x', ''], '']);
    assert.deepEqual(spec.env, [
      { name: 'X', value: 'x' },
      { name: 'EMPTY', value: '' },
    ]);
  });

  it('carries mounts, security, and what standard input and terminal are to be', () => {
    assert.deepEqual([spec.mounts, spec.security], [mounts, security]);
    assert.deepEqual([spec.stdin, spec.stdinOnce, spec.tty], [false, false, false]);
    const open = containerSpec(pod(), { ...main, stdin: true, stdinOnce: true, tty: true }, 0, {
      env,
      mounts,
      nodeMemoryBytes: 1,
      security,
    });
    assert.deepEqual([open.stdin, open.stdinOnce, open.tty], [true, true, true]);
  });

  it('limits the container as its Pod’s class says', () => {
    assert.equal(spec.resources.oomScoreAdj, 1000);
  });

  it('writes down what another agent needs to stop the container', () => {
    assert.deepEqual(JSON.parse(spec.annotations['io.kubernetes.container.preStopHandler'] ?? ''), { exec: { command: ['stop', 'it'] } });
    assert.equal(spec.annotations['io.kubernetes.pod.terminationGracePeriod'], '30');
    assert.equal(spec.annotations['io.kubernetes.container.restartCount'], '3');
    assert.equal(spec.labels['io.kubernetes.container.name'], 'main');
    assert.equal(spec.logPath, 'main/3.log');
  });
});
