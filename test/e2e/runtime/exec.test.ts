/** What a native exec promises and a fake cannot show: real processes, pipes, kills. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ContainerSpec } from '../../../src/core/runtime-spec.ts';
import type { ExecEnd } from '../../../src/ports/exec-processes.ts';
import { hasCode } from '../../../src/ports/hooklet-error.ts';
import type { RuntimeEvent } from '../../../src/ports/runtime-events.ts';
import { newContainerSpec, newSandboxSpec } from '../../../src/ports/runtime-subject.contract.ts';
import { images, PrivateContainerd } from './private-containerd.ts';
import { type Agent, newAgent, subjectOf, untilAnswering } from './runtime-harness.ts';

const containerd = new PrivateContainerd();
const never = new AbortController().signal;
const memoryLimitBytes = 64 * 1024 * 1024;
let agent: Agent;
let sandboxId: string;
let containerId: string;

before(async () => {
  await containerd.start();
  agent = newAgent(containerd);
  await agent.imageImport.importArchive(containerd.archive);
  ({ sandboxId, containerId } = await startContainer({ image: images.web }));
});
after(async () => {
  agent?.close();
  await containerd.remove();
});

async function startContainer(changes: Partial<ContainerSpec>): Promise<{ sandboxId: string; containerId: string }> {
  const subject = subjectOf(containerd, agent);
  const sandbox = newSandboxSpec(subject);
  const id = await agent.cri.runPodSandbox(sandbox);
  const plain = newContainerSpec(subject, 'runs');
  const made = await agent.cri.createContainer(id, sandbox, { ...plain, resources: { ...plain.resources, memoryLimitBytes }, ...changes });
  await agent.cri.startContainer(made);
  return { sandboxId: id, containerId: made };
}

async function run(execId: string, ...argv: string[]): Promise<ExecEnd> {
  await agent.nativeExec.create(containerId, execId, argv);
  return agent.nativeExec.follow(containerId, execId, { start: true, signal: never });
}

const shell = (execId: string, script: string) => run(execId, 'sh', '-c', script);
const text = (end: ExecEnd) => `${end.output.stdout.head}${end.output.stdout.tail}`;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Takes all memory there is; the kernel is asked to kill this process for it, and not the container's first one. */
const STARVE = 'echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero';

describe('ContainerdExec on a real containerd', () => {
  it('runs in the namespaces, cgroup, user, environment and directory of the container', async () => {
    const facts = 'for ns in mnt net pid ipc uts; do readlink /proc/self/ns/$ns; done; cat /proc/self/cgroup; id; pwd; env';
    const sees = text(await shell('facts', facts));
    const init = await initPid();
    for (const ns of ['mnt', 'net', 'pid', 'ipc', 'uts']) assert.ok(sees.includes(readlinkSync(`/proc/${init}/ns/${ns}`)), ns);
    for (const line of readFileSync(`/proc/${init}/cgroup`, 'utf8').trim().split('\n')) assert.ok(sees.includes(line), line);
    assert.match(sees, /^uid=1000\(web\) gid=1000\(web\)/m);
    assert.match(sees, /^\/tmp$/m);
    const environment = readFileSync(`/proc/${init}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry !== '');
    // A shell adds these three for itself.
    const own = sees.split('\n').filter((line) => /^[A-Z]\w*=/.test(line) && !/^(SHLVL|OLDPWD|PWD|_)=/.test(line));
    assert.deepEqual(own.sort(), environment.filter((entry) => !/^(SHLVL|OLDPWD|PWD|_)=/.test(entry)).sort());
  });

  it('passes argv verbatim and nothing more', async () => {
    const end = await run('argv', 'sh', '-c', 'printf "%s|" "$0" "$@"', 'a b', '$(HOME)', '', '*');
    assert.equal(text(end), 'a b|$(HOME)||*|');
    assert.equal(text(await run('cmdline', 'cat', '/proc/self/cmdline')), 'cat\0/proc/self/cmdline\0');
  });

  it('ends when the process itself ends, though a background child holds its output', async () => {
    const begun = performance.now();
    const end = await shell('background', 'sleep 600 & echo parent ended');
    assert.equal(text(end), 'parent ended\n');
    assert.ok(performance.now() - begun < 5000);
    await agent.nativeExec.kill(containerId, 'background');
    assert.equal(text(await shell('ps', 'ps | grep -c "[s]leep 600"')), '0\n', 'kill() left the child of the session alive');
  });

  it('ends though a background child goes on writing', async () => {
    const end = await shell('chatty', '(while :; do echo zzzzzzzzzzzzzzz; done) & echo first');
    assert.match(text(end), /first/);
    await agent.nativeExec.kill(containerId, 'chatty');
  });

  it('drains 1 GiB without growing, keeps the beginning and the end, and counts what was cut', async () => {
    const rss = process.memoryUsage().rss;
    const end = await shell('gigabyte', 'echo begin; dd if=/dev/zero bs=1M count=1024 2>/dev/null; echo end');
    const { head, tail, cutBytes } = end.output.stdout;
    assert.equal(end.exitCode, 0);
    assert.equal(head.length + tail.length + cutBytes, 1024 ** 3 + 10);
    assert.deepEqual([head.length, tail.length], [32768, 32768]);
    assert.ok(head.toString().startsWith('begin\n') && tail.toString().endsWith('\0end\n'));
    assert.ok(process.memoryUsage().rss - rss < 64 * 1024 * 1024, `grew by ${process.memoryUsage().rss - rss} bytes`);
  });

  it('tells a process that the kernel killed for want of memory from one that was killed otherwise', async () => {
    const starved = await shell('starved', STARVE);
    assert.deepEqual([starved.exitCode, starved.oomKilled], [137, true]);
    const killed = await shell('killed', 'kill -9 $$');
    assert.deepEqual([killed.exitCode, killed.oomKilled], [137, false]);
    const [state] = (await agent.cri.listContainers()).filter(({ id }) => id === containerId);
    assert.deepEqual([state?.phase, state?.reason], ['running', ''], 'the container bears the mark of a hook that died in it');
  });

  it('RuntimeEvents tell the end of an exec and the lack of memory', async () => {
    const seen: RuntimeEvent[] = [];
    const stop = agent.events.subscribe((event) => seen.push(event));
    try {
      await until(() => seen.some(({ kind }) => kind === 'connected'));
      await shell('watched', STARVE);
      await until(() => seen.some(({ kind }) => kind === 'execExited') && seen.some(({ kind }) => kind === 'oom'));
      assert.equal(seen[0]?.kind, 'connected');
      assert.deepEqual(
        seen.find(({ kind }) => kind === 'execExited'),
        { kind: 'execExited', containerId, execId: 'watched', exitCode: 137 },
      );
      assert.deepEqual(
        seen.find(({ kind }) => kind === 'oom'),
        { kind: 'oom', containerId },
      );
    } finally {
      stop();
    }
  });

  it('imageStopSignal() reads STOPSIGNAL of the image, also by its id', async () => {
    assert.equal(await agent.signals.imageStopSignal(images.web), 'SIGQUIT');
    assert.equal(await agent.signals.imageStopSignal((await agent.cri.imageId(images.web)) ?? ''), 'SIGQUIT');
  });

  it('kill() reaches the children of the process, and spares what left its session', async () => {
    await agent.nativeExec.create(containerId, 'family', ['sh', '-c', 'sleep 701 & setsid sleep 702 & sleep 703']);
    const followed = agent.nativeExec.follow(containerId, 'family', { start: true, signal: never });
    await until(async () => (await agent.cri.execSync(containerId, ['ps'], never)).stdout.toString().split(/sleep 70\d/).length > 3);
    await agent.nativeExec.kill(containerId, 'family');
    assert.equal((await followed).exitCode, 137);
    const left = (await agent.cri.execSync(containerId, ['ps'], never)).stdout.toString().match(/sleep 70\d/g);
    assert.deepEqual(left, ['sleep 702']);
  });

  it('remove() leaves no pipes and no keeper', async () => {
    await run('tidy', 'true');
    const dirs = readdirSync(containerd.pipesDir);
    await agent.nativeExec.remove(containerId, 'tidy');
    const gone = dirs.filter((dir) => !readdirSync(containerd.pipesDir).includes(dir));
    assert.equal(gone.length, 1);
    await until(() => keepersOf(join(containerd.pipesDir, gone[0] ?? '')) === 0);
  });
});

describe('ContainerdExec when the agent is killed', () => {
  async function killAgentDuring(execId: string, afterMs: number): Promise<void> {
    const { socket, instanceId, pipesDir } = containerd;
    const argv = ['sh', '-c', `echo ran >>/tmp/${execId}; echo before; sleep 0.4; echo after; exit 6`];
    const order = JSON.stringify({ socket, instanceId, pipesDir, containerId, execId, argv });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'exec-agent.ts'), order], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await Promise.race([once(child.stdout, 'data').then(() => 'created'), once(child, 'close').then(() => 'nothing')]);
    assert.equal(said, 'created', 'the agent ended before it had made the exec');
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  for (const afterMs of [0, 6, 8, 10, 12, 15, 20, 30, 60, 200]) {
    it(`${afterMs} ms after its creation, the exec is followed to its end with all its output, or has never run`, async () => {
      const execId = `orphan-${afterMs}`;
      await killAgentDuring(execId, afterMs);
      const { kind } = await agent.nativeExec.state(containerId, execId);
      if (kind !== 'unknown') {
        const end = await agent.nativeExec.follow(containerId, execId, { start: kind === 'created', signal: never });
        assert.deepEqual([end.exitCode, text(end)], [6, 'before\nafter\n']);
      }
      // Between "it was started" in the agent's own books and the request itself lies about a millisecond.
      const { stdout } = await agent.cri.execSync(containerId, ['sh', '-c', `cat /tmp/${execId} 2>/dev/null | wc -l`], never);
      assert.equal(stdout.toString().trim(), kind === 'unknown' ? '0' : '1');
    });
  }

  it('and the process ends while no agent lives, exit code and output are there afterwards', async () => {
    await killAgentDuring('alone', 150);
    await until(async () => (await agent.nativeExec.state(containerId, 'alone')).kind === 'stopped');
    const end = await agent.nativeExec.follow(containerId, 'alone', { start: false, signal: never });
    assert.deepEqual([end.exitCode, text(end)], [6, 'before\nafter\n']);
  });

  it('removeForgotten() of the next agent ends the spare keepers of the last one', async () => {
    await killAgentDuring('spares', 0);
    await until(() => spareDirs().length >= 1);
    const left = spareDirs();
    const next = newAgent(containerd);
    try {
      await next.nativeExec.removeForgotten();
      assert.deepEqual(
        spareDirs().filter((dir) => left.includes(dir)),
        [],
      );
      await until(() => left.every((dir) => keepersOf(dir) === 0));
    } finally {
      next.close();
    }
  });
});

describe('ContainerdExec when containerd is killed', () => {
  async function killContainerdDuring(execId: string, afterMs: number): Promise<unknown> {
    await agent.nativeExec.create(containerId, execId, ['sh', '-c', 'echo before; sleep 0.4; echo after; exit 6']);
    const followed = agent.nativeExec.follow(containerId, execId, { start: true, signal: never }).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await containerd.kill();
    const result = await followed;
    await containerd.start();
    await untilAnswering(agent);
    return result;
  }

  it('follow() rejects with runtimeUnavailable; the next one tells exit code and all the output', async () => {
    assert.ok(hasCode(await killContainerdDuring('restart', 150), 'runtimeUnavailable'));
    const end = await agent.nativeExec.follow(containerId, 'restart', { start: false, signal: never });
    assert.deepEqual([end.exitCode, text(end)], [6, 'before\nafter\n']);
  });

  for (const afterMs of [2, 8, 15, 20, 25, 35]) {
    it(`${afterMs} ms after the start was asked for, the exec is followed to its end or gone, and the shim lives`, async () => {
      const execId = `broken-${afterMs}`;
      await killContainerdDuring(execId, afterMs);
      const { kind } = await agent.nativeExec.state(containerId, execId);
      if (kind === 'unknown') {
        await assert.rejects(agent.nativeExec.follow(containerId, execId, { start: true, signal: never }), (error) =>
          hasCode(error, 'runtimeNotFound'),
        );
        const { stdout } = await agent.cri.execSync(containerId, ['ps'], never);
        assert.doesNotMatch(stdout.toString(), /echo before/, 'the process that containerd lost is still at work');
      } else {
        const end = await agent.nativeExec.follow(containerId, execId, { start: kind === 'created', signal: never });
        assert.deepEqual([end.exitCode, text(end)], [6, 'before\nafter\n']);
      }
      const [state] = (await agent.cri.listContainers()).filter(({ id }) => id === containerId);
      assert.equal(state?.phase, 'running', 'the shim did not survive');
    });
  }

  it('RuntimeEvents say disconnected, then connected, and go on', async () => {
    const seen: RuntimeEvent[] = [];
    const stop = agent.events.subscribe((event) => seen.push(event));
    try {
      await until(() => seen.length > 0);
      await containerd.kill();
      await until(() => seen.some(({ kind }) => kind === 'disconnected'));
      await containerd.start();
      await until(() => seen.filter(({ kind }) => kind === 'connected').length === 2);
      await run('after-restart', 'true');
      await until(() => seen.some((event) => event.kind === 'execExited' && event.execId === 'after-restart'));
      assert.deepEqual(
        seen.map(({ kind }) => kind).filter((kind) => kind !== 'execExited'),
        ['connected', 'disconnected', 'connected'],
      );
    } finally {
      stop();
    }
  });

  it('a container that was running is running still', async () => {
    const [sandbox] = (await agent.cri.listSandboxes()).filter(({ id }) => id === sandboxId);
    assert.equal(sandbox?.ready, true);
  });
});

/** As the host sees it. */
async function initPid(): Promise<string> {
  const { stdout } = await agent.cri.execSync(containerId, ['sh', '-c', 'readlink /proc/self/ns/pid'], never);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/ns/pid`));
  const inside = pids.filter((pid) => link(`/proc/${pid}/ns/pid`) === stdout.toString().trim());
  const init = inside.find((pid) => /^NSpid:\s+\d+\s+1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
  assert.ok(init !== undefined);
  return init;
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

const spareDirs = () =>
  readdirSync(containerd.pipesDir)
    .map((name) => join(containerd.pipesDir, name))
    .filter((dir) => !existsSync(join(dir, 'exec')));

function keepersOf(dir: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(`\0${dir}\0`);
    } catch {
      return false;
    }
  }).length;
}
