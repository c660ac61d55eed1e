/** What the execs of probes promise and a fake cannot show: real processes and pipes, the death of an agent and of containerd. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { hasCode } from '../../../src/ports/hooklet-error.ts';
import { newContainerSpec, newSandboxSpec } from '../../../src/ports/runtime-subject.contract.ts';
import { PrivateContainerd } from './private-containerd.ts';
import { type Agent, newAgent, subjectOf, untilAnswering } from './runtime-harness.ts';

const containerd = new PrivateContainerd();
const never = new AbortController().signal;
let agent: Agent;
let containerId: string;
let execs = 0;

before(async () => {
  await containerd.start();
  agent = newAgent(containerd);
  await agent.imageImport.importArchive(containerd.archive);
  const subject = subjectOf(containerd, agent);
  const sandbox = newSandboxSpec(subject);
  const sandboxId = await agent.cri.runPodSandbox(sandbox);
  containerId = await agent.cri.createContainer(sandboxId, sandbox, newContainerSpec(subject, 'runs'));
  await agent.cri.startContainer(containerId);
});
after(async () => {
  agent?.close();
  await containerd.remove();
});

const nextId = (): string => {
  execs += 1;
  return `probe-liveness-test-${execs}`;
};

const shell = (script: string, { by = agent, execId = nextId(), signal = never, onStarted = () => {} } = {}) =>
  by.nativeExec.run(containerId, execId, ['sh', '-c', script], { signal, onStarted });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Processes of the container whose command line has these words. */
function running(words: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === words &&
        readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(containerId)
      );
    } catch {
      return false;
    }
  }).length;
}

/** Folders of pipes for such execs. */
const batches = (): readonly string[] => readdirSync(containerd.pipesDir).filter((name) => name.startsWith('t'));

const isUnknown = async (by: Agent, execId: string): Promise<boolean> =>
  (await by.nativeExec.state(containerId, execId)).kind === 'unknown';

describe('ContainerdExec.run() on a real containerd', () => {
  it('uses the same few pipes again and again, and leaves none behind', async () => {
    for (let time = 0; time < 20; time += 1) assert.equal((await shell(`exit ${time % 3}`)).exitCode, time % 3);
    const [dir = '', ...others] = batches();
    const files = (): readonly string[] => readdirSync(`${containerd.pipesDir}/${dir}`).sort();
    await until(() => !files().some((name) => name.endsWith('.exec')));
    assert.deepEqual([files().join(), others], ['0,1,2,3,4,5,hold', []]);
  });

  it('drains what the process writes and keeps the first 10 KiB', async () => {
    const { exitCode, output } = await shell('echo begin; dd if=/dev/zero bs=1M count=64 2>/dev/null; exit 3');
    assert.deepEqual([exitCode, output.length, output.toString('utf8', 0, 6)], [3, 10_240, 'begin\n']);
  });

  it('ends when the process itself does, though a child holds its output', async () => {
    const begun = performance.now();
    const { exitCode, output } = await shell('sleep 601 & echo parent ended');
    assert.deepEqual([exitCode, output.toString()], [0, 'parent ended\n']);
    assert.ok(performance.now() - begun < 5000);
  });

  it('an aborted run ends the children of the process with it', async () => {
    const controller = new AbortController();
    const ran = shell('sleep 602 & sleep 602', { signal: controller.signal });
    await until(() => running('sleep 602') === 2);
    controller.abort('timedOut');
    await assert.rejects(ran, (error) => error === 'timedOut');
    await until(() => running('sleep 602') === 0);
  });

  it('an abort while it is being started leaves nothing', async () => {
    for (const afterMs of [0, 5, 15, 30]) {
      const execId = nextId();
      const controller = new AbortController();
      const ran = shell('sleep 603', { execId, signal: controller.signal });
      setTimeout(() => controller.abort('timedOut'), afterMs);
      await assert.rejects(ran, (error) => error === 'timedOut');
      await until(() => isUnknown(agent, execId));
      assert.equal(running('sleep 603'), 0);
    }
  });

  it('removeForgotten() ends what a killed agent has left, and leaves alone what this one runs', async () => {
    const dead = newAgent(containerd);
    const [left, own] = [nextId(), nextId()];
    const lost = shell('sleep 604', { by: dead, execId: left }).catch(() => undefined);
    await until(() => running('sleep 604') === 1);
    // Its connection is gone, and what it would still do with it; its folder stays as it was.
    dead.channel.close();
    await lost;
    const controller = new AbortController();
    const ran = shell('sleep 605', { execId: own, signal: controller.signal });
    await until(() => running('sleep 605') === 1);
    await agent.nativeExec.removeForgotten();
    assert.ok(await isUnknown(agent, left));
    assert.deepEqual([running('sleep 604'), running('sleep 605')], [0, 1]);
    assert.equal(batches().length, 1);
    controller.abort('done');
    await assert.rejects(ran, (error) => error === 'done');
  });

  it('rejects when containerd goes away; what is left is ended once it is back', async () => {
    const execId = nextId();
    const ran = shell('sleep 606', { execId });
    const rejected = assert.rejects(ran, (error) => hasCode(error, 'runtimeUnavailable'));
    await until(() => running('sleep 606') === 1);
    await containerd.kill();
    await rejected;
    await assert.rejects(shell('true'), (error) => hasCode(error, 'runtimeUnavailable'));
    await containerd.start();
    await untilAnswering(agent);
    assert.equal(running('sleep 606'), 1);
    await agent.nativeExec.removeForgotten();
    assert.ok(await isUnknown(agent, execId));
    assert.equal(running('sleep 606'), 0);
    assert.equal((await shell('exit 4')).exitCode, 4);
  });

  it('an agent that dies while an exec is being started leaves one that the next agent finds, and ends at once', async () => {
    for (const afterMs of [6, 12, 18, 24, 30]) {
      const execId = nextId();
      const dead = newAgent(containerd);
      const lost = shell('exec sleep 607', { by: dead, execId }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      dead.channel.close();
      await lost;
      const begun = performance.now();
      await agent.nativeExec.removeForgotten();
      assert.ok(await isUnknown(agent, execId));
      assert.ok(performance.now() - begun < 5000, `it took ${performance.now() - begun} ms`);
      await until(() => running('sleep 607') === 0);
    }
  });

  it('close() leaves no pipes where nothing runs', async () => {
    const other = newAgent(containerd);
    await shell('true', { by: other });
    assert.equal(batches().length, 2);
    await until(() => {
      other.nativeExec.close();
      return batches().length === 1;
    });
    other.close();
  });
});
