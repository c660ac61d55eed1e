/** What hooklet asks CRI for and a fake cannot show: namespaces, mounts, limits, whose Pods are listed. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ContainerSpec, SandboxSpec } from '../../../src/core/runtime-spec.ts';
import { CriRuntime } from '../../../src/cri/cri-runtime.ts';
import { newContainerSpec, newSandboxSpec } from '../../../src/ports/runtime-subject.contract.ts';
import { PrivateContainerd } from './private-containerd.ts';
import { type Agent, newAgent, subjectOf } from './runtime-harness.ts';

const containerd = new PrivateContainerd();
let agent: Agent;

before(async () => {
  await containerd.start();
  agent = newAgent(containerd);
  await agent.imageImport.importArchive(containerd.archive);
});
after(async () => {
  agent?.close();
  await containerd.remove();
});

interface Made {
  readonly sandbox: SandboxSpec;
  readonly sandboxId: string;
  readonly containerId: string;
}

async function start(sandboxChanges: Partial<SandboxSpec>, changes: Partial<ContainerSpec>): Promise<Made> {
  const subject = subjectOf(containerd, agent);
  const sandbox = { ...newSandboxSpec(subject), ...sandboxChanges };
  const sandboxId = await agent.cri.runPodSandbox(sandbox);
  const containerId = await agent.cri.createContainer(sandboxId, sandbox, { ...newContainerSpec(subject, 'runs'), ...changes });
  await agent.cri.startContainer(containerId);
  return { sandbox, sandboxId, containerId };
}

async function shell({ containerId }: Made, script: string): Promise<string> {
  const { stdout, stderr } = await agent.cri.execSync(containerId, ['sh', '-c', script], new AbortController().signal);
  return `${stdout}${stderr}`.trim();
}

test('containers of a Pod share its network and IPC, and do not see each other’s processes', async () => {
  const first = await start({}, {});
  const spec = { ...newContainerSpec(subjectOf(containerd, agent), 'runs'), name: 'second' };
  const secondId = await agent.cri.createContainer(first.sandboxId, first.sandbox, spec);
  await agent.cri.startContainer(secondId);
  const second = { ...first, containerId: secondId };
  const namespaces = 'for ns in net ipc pid; do readlink /proc/self/ns/$ns; done';
  const [a, b] = [(await shell(first, namespaces)).split('\n'), (await shell(second, namespaces)).split('\n')];
  assert.deepEqual([a[0] === b[0], a[1] === b[1], a[2] === b[2]], [true, true, false]);
  assert.notEqual(a[0], readlinkSync('/proc/self/ns/net'));
  assert.equal(await shell(first, 'hostname'), first.sandbox.hostname);
  assert.equal(await shell(first, 'echo $COLOUR'), 'green');
});

test('a Pod on the host network has the host’s network and name', async () => {
  const pod = await start({ namespaces: { network: 'node', pid: 'container', ipc: 'pod' }, hostname: 'ignored' }, {});
  assert.equal(await shell(pod, 'readlink /proc/self/ns/net'), readlinkSync('/proc/self/ns/net'));
  assert.equal(await shell(pod, 'hostname'), hostname());
  const [state] = await agent.cri.listSandboxes(pod.sandbox.uid);
  assert.equal(state?.ready, true);
});

test('mounts, limits and log arrive where they were asked for', async () => {
  const hostPath = join(containerd.dir, 'data');
  mkdirSync(hostPath);
  writeFileSync(join(hostPath, 'file'), 'from the host');
  const mounts = [{ containerPath: '/data', hostPath, readOnly: true, propagation: 'None' }] as const;
  const resources = { cpuPeriod: 100_000, cpuQuota: 50_000, cpuShares: 512, memoryLimitBytes: 32 * 1024 * 1024, oomScoreAdj: 900 };
  const command = ['sh', '-c', 'echo to the log; while :; do sleep 1; done'];
  const pod = await start({}, { mounts, resources, command, workingDir: '/tmp' });
  assert.equal(await shell(pod, 'cat /data/file'), 'from the host');
  assert.match(await shell(pod, 'touch /data/new'), /Read-only file system/);
  assert.equal(await shell(pod, 'pwd'), '/tmp');
  assert.equal(await shell(pod, 'cat /proc/1/oom_score_adj'), '900');
  const cgroup = (await shell(pod, 'cat /proc/1/cgroup')).split('\n');
  assert.ok(
    cgroup.some((line) => line.includes(`${containerd.cgroupParent}/`)),
    cgroup.join(),
  );
  const log = join(pod.sandbox.logDirectory, 'runs/0.log');
  assert.match(readFileSync(log, 'utf8'), /^\d{4}-\S+ stdout F to the log\n$/);
});

test('a container has neither privileges nor the host’s secrets', async () => {
  const pod = await start({}, {});
  assert.match(await shell(pod, 'grep CapEff /proc/1/status'), /00000000a80425fb/); // containerd's default fourteen
  assert.ok(readFileSync('/proc/interrupts').length > 0);
  assert.equal(await shell(pod, 'cat /proc/interrupts'), '');
  assert.match(await shell(pod, 'echo 1 >/proc/sys/kernel/panic'), /Read-only file system/);
});

test('another hooklet on the same runtime does not see these Pods', async () => {
  const pod = await start({}, {});
  const other = new CriRuntime(agent.channel, 'another0');
  assert.deepEqual([await other.listSandboxes(), await other.listContainers()], [[], []]);
  assert.deepEqual(await other.listContainers(pod.sandbox.uid), []);
  assert.ok((await agent.cri.listContainers()).some(({ id }) => id === pod.containerId));
});
