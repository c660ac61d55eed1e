import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSpec, SandboxSpec } from '../core/runtime-spec.ts';
import { containerConfig, containerState, labelSelector, sandboxConfig, sandboxState } from './cri-messages.ts';
import {
  Container,
  ContainerConfig,
  ContainerState,
  ContainerStatus,
  NamespaceMode,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxState,
  PodSandboxStatus,
} from './gen/cri.ts';

const sandbox: SandboxSpec = {
  uid: 'u1',
  namespace: 'default',
  name: 'web',
  attempt: 2,
  namespaces: { network: 'pod', pid: 'container', ipc: 'pod' },
  hostname: 'web',
  logDirectory: '/logs/u1',
  cgroupParent: '/hooklet-1',
  portMappings: [{ protocol: 'UDP', containerPort: 53, hostPort: 5353, hostIP: '127.0.0.1' }],
  labels: { app: 'web' },
  annotations: { note: 'x' },
};

const container: ContainerSpec = {
  name: 'main',
  restartCount: 3,
  image: 'busybox',
  command: ['sh'],
  args: ['-c', 'true'],
  workingDir: '/srv',
  env: [{ name: 'A', value: '1' }],
  mounts: [{ containerPath: '/data', hostPath: '/host', readOnly: true, propagation: 'HostToContainer' }],
  resources: { cpuPeriod: 100_000, cpuQuota: 50_000, cpuShares: 512, memoryLimitBytes: 2 ** 40, oomScoreAdj: -997 },
  logPath: 'main/3.log',
  stdin: false,
  tty: true,
  labels: {},
  annotations: {},
};

/** What arrives at the other end of the wire. */
const sentSandbox = (spec: SandboxSpec) =>
  PodSandboxConfig.decode(PodSandboxConfig.encode(PodSandboxConfig.fromPartial(sandboxConfig(spec, 'abcd1234'))).finish());
const sentContainer = () =>
  ContainerConfig.decode(ContainerConfig.encode(ContainerConfig.fromPartial(containerConfig(sandbox, container, 'abcd1234'))).finish());

test('sandboxConfig() carries the specification and the labels by which it is found again', () => {
  const sent = sentSandbox(sandbox);
  assert.deepEqual(sent.metadata, { name: 'web', uid: 'u1', namespace: 'default', attempt: 2 });
  assert.deepEqual(sent.labels, { app: 'web', 'io.kubernetes.pod.uid': 'u1', 'dev.hooklet.state': 'abcd1234' });
  assert.deepEqual(labelSelector('abcd1234', 'u1'), { 'io.kubernetes.pod.uid': 'u1', 'dev.hooklet.state': 'abcd1234' });
  assert.deepEqual(labelSelector('abcd1234', undefined), { 'dev.hooklet.state': 'abcd1234' });
  assert.deepEqual(sent.portMappings, [{ protocol: 1, containerPort: 53, hostPort: 5353, hostIp: '127.0.0.1' }]);
  assert.deepEqual(
    [sent.hostname, sent.logDirectory, sent.annotations, sent.linux?.cgroupParent],
    ['web', '/logs/u1', { note: 'x' }, '/hooklet-1'],
  );
});

test('a Pod has its own network, shares IPC, and keeps the processes of its containers apart', () => {
  const expected = { network: NamespaceMode.POD, pid: NamespaceMode.CONTAINER, ipc: NamespaceMode.POD };
  assert.deepEqual(sentSandbox(sandbox).linux?.securityContext?.namespaceOptions, expected);
  assert.deepEqual(sentContainer().linux?.securityContext?.namespaceOptions, expected);
});

test('a Pod on the host network has no hostname of its own, whatever its specification says', () => {
  const sent = sentSandbox({ ...sandbox, namespaces: { ...sandbox.namespaces, network: 'node' } });
  assert.equal(sent.hostname, '');
  assert.equal(sent.linux?.securityContext?.namespaceOptions?.network, NamespaceMode.NODE);
});

test('containerConfig() carries the specification', () => {
  const { linux, ...sent } = sentContainer();
  assert.deepEqual(sent, {
    metadata: { name: 'main', attempt: 3 },
    image: { image: 'busybox' },
    command: ['sh'],
    args: ['-c', 'true'],
    workingDir: '/srv',
    envs: [{ key: 'A', value: '1' }],
    mounts: [{ containerPath: '/data', hostPath: '/host', readonly: true, propagation: 1 }],
    labels: { 'io.kubernetes.pod.uid': 'u1', 'dev.hooklet.state': 'abcd1234' },
    annotations: {},
    logPath: 'main/3.log',
    stdin: false,
    stdinOnce: false,
    tty: true,
  });
  assert.deepEqual(linux?.resources, {
    cpuPeriod: 100_000n,
    cpuQuota: 50_000n,
    cpuShares: 512n,
    memoryLimitInBytes: 2n ** 40n,
    oomScoreAdj: -997n,
  });
  assert.ok(linux?.securityContext?.maskedPaths.includes('/proc/kcore') && linux.securityContext.readonlyPaths.includes('/proc/sys'));
});

test('sandboxState() counts nanoseconds as milliseconds and trusts the status before the list', () => {
  const listed = PodSandbox.fromPartial({
    id: 's',
    metadata: { uid: 'u1', namespace: 'n', name: 'p', attempt: 1 },
    createdAt: 1_700_000_000_123_456_789n,
    annotations: { a: 'b' },
  });
  const ready = PodSandboxStatus.fromPartial({ network: { ip: '10.0.0.2' } });
  const common = { id: 's', uid: 'u1', namespace: 'n', name: 'p', attempt: 1, createdAtMs: 1_700_000_000_123, annotations: { a: 'b' } };
  assert.deepEqual(sandboxState(listed, ready), { ...common, ready: true, ip: '10.0.0.2' });
  assert.deepEqual(sandboxState(listed, PodSandboxStatus.fromPartial({ state: PodSandboxState.SANDBOX_NOTREADY })), {
    ...common,
    ready: false,
  });
});

const exited = (exitCode: number, reason: string, state: ContainerState = ContainerState.CONTAINER_EXITED) =>
  containerState(
    Container.fromPartial({ id: 'c', labels: { 'io.kubernetes.pod.uid': 'u1' } }),
    ContainerStatus.fromPartial({ state, exitCode, reason }),
  );

test('containerState() tells exit code, reason and times', () => {
  const status = ContainerStatus.fromPartial({
    state: ContainerState.CONTAINER_EXITED,
    startedAt: 2_000_000n,
    finishedAt: 3_000_000n,
    exitCode: 1,
    reason: 'Error',
    message: 'why',
  });
  const state = containerState(
    Container.fromPartial({ id: 'c', podSandboxId: 's', metadata: { name: 'main', attempt: 4 }, createdAt: 1_000_000n }),
    status,
  );
  assert.deepEqual(
    { ...state, annotations: undefined },
    {
      id: 'c',
      uid: '',
      sandboxId: 's',
      name: 'main',
      restartCount: 4,
      phase: 'exited',
      createdAtMs: 1,
      startedAtMs: 2,
      finishedAtMs: 3,
      exitCode: 1,
      reason: 'Error',
      message: 'why',
      annotations: undefined,
    },
  );
});

test("containerState() takes a time that never was, also Go's year 1, for 0", () => {
  const status = ContainerStatus.fromPartial({
    state: ContainerState.CONTAINER_RUNNING,
    startedAt: 5_000_000n,
    finishedAt: -6_795_364_578_871_345_152n,
  });
  const { startedAtMs, finishedAtMs, phase } = containerState(Container.fromPartial({}), status);
  assert.deepEqual([startedAtMs, finishedAtMs, phase], [5, 0, 'running']);
});

for (const [exitCode, reason, expected] of [
  [137, 'OOMKilled', 'OOMKilled'],
  [0, 'OOMKilled', 'Completed'],
  [1, 'OOMKilled', 'Error'],
  [137, 'Error', 'Error'],
] as const) {
  test(`containerState() of exit code ${exitCode} and the runtime's "${reason}" has the reason ${expected}`, () => {
    assert.equal(exited(exitCode, reason).reason, expected);
  });
}

test('containerState() of a running container in which a hook ran out of memory has no reason', () => {
  assert.equal(exited(0, 'OOMKilled', ContainerState.CONTAINER_RUNNING).reason, '');
});
