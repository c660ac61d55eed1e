import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { ExecProgram } from '../fakes/scripted-programs.ts';
import { ScriptedRuntime } from '../fakes/scripted-runtime.ts';
import type { Pod } from '../model/pod.ts';
import type { HookParts, HookReport, HookResult, HookRun } from './hook-run.ts';
import { runExecHook } from './run-exec-hook.ts';

const container = { name: 'main', image: 'i', imagePullPolicy: 'Never' } as const;
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'default', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [container] },
};

/** A running container, and one exec hook in it. */
async function begin(
  program: ExecProgram,
  { native = true, mode = 'deliver' }: { readonly native?: boolean; readonly mode?: HookRun['mode'] } = {},
) {
  const clock = new ManualClock({ settleTurns: 2 });
  const runtime = new ScriptedRuntime(clock, { exec: () => program });
  const sandboxId = await runtime.cri.runPodSandbox({ uid: 'u1', attempt: 0, annotations: {} } as never);
  const containerId = await runtime.cri.createContainer(
    sandboxId,
    undefined as never,
    { name: 'main', restartCount: 0, annotations: {} } as never,
  );
  await runtime.cri.startContainer(containerId);
  const owner = { pod, container, restartCount: 0, hook: 'preStop' } as const;
  const run = {
    handler: {},
    owner,
    containerId,
    mode,
    attempt: 1,
    retry: 0,
    startedAt: clock.now(),
    options: {},
    ...(native ? { execId: 'preStop-1' } : {}),
  };
  const parts = { clock, cri: runtime.cri, ...(native ? { nativeExec: runtime.nativeExec } : {}) };
  const controller = new AbortController();
  const deliver = (): Promise<HookReport> =>
    runExecHook(run as unknown as HookRun, ['a', 'b'], parts as unknown as HookParts, controller.signal);
  return { clock, runtime, containerId, controller, deliver };
}

const withoutOutput = (report: HookReport): Omit<HookResult, 'output'> | 'detached' => {
  if (report === 'detached') return report;
  const { output: _output, ...rest } = report;
  return rest;
};

describe('runExecHook()', () => {
  for (const native of [true, false]) {
    const by = native ? 'by an exec of its own' : 'by ExecSync';

    it(`${by}: succeeds with 0 and keeps both streams`, async () => {
      const { clock, deliver } = await begin({ takesMs: 50, stdout: 'out', stderr: 'err' }, { native });
      const report = deliver();
      await clock.advance(50);
      const { outcome, exitCode, output } = (await report) as HookResult;
      assert.deepEqual([outcome, exitCode, output?.stdout.head.toString(), output?.stderr.head.toString()], ['succeeded', 0, 'out', 'err']);
    });

    it(`${by}: fails with the exit code, and says it the same way every time`, async () => {
      const { clock, deliver } = await begin({ takesMs: 50, exitCode: 3 }, { native });
      const report = deliver();
      await clock.advance(50);
      assert.deepEqual(withoutOutput(await report), { outcome: 'failed', exitCode: 3, reason: 'command exited with 3' });
    });

    it(`${by}: fails with the runtime’s words when it cannot be started`, async () => {
      const { deliver } = await begin({ startError: 'no such file or directory' }, { native });
      assert.deepEqual(await deliver(), { outcome: 'failed', reason: 'no such file or directory' });
    });

    it(`${by}: is detached when the agent leaves`, async () => {
      const { clock, controller, deliver } = await begin({}, { native });
      const report = deliver();
      await clock.settle();
      controller.abort('agentLeaves');
      assert.equal(await report, 'detached');
    });
  }

  it('kills a process that is timed out, and reports its status', async () => {
    const { clock, runtime, controller, deliver } = await begin({ stdout: 'so far' });
    const report = deliver();
    await clock.settle();
    controller.abort('timedOut');
    const { output, ...rest } = (await report) as HookResult;
    assert.deepEqual(
      [rest.outcome, rest.reason, output?.stdout.head.toString()],
      ['timedOut', 'it did not end within the grace period', 'so far'],
    );
    assert.equal(runtime.world.deeds.at(-1)?.kind, 'execEnded');
    assert.equal(clock.pending, 0);
  });

  it('kills a process whose start was still under way at the first try as soon as it is there', async () => {
    const { clock, runtime, controller, deliver } = await begin({});
    runtime.cri.fail({ method: 'killExec', call: 1, work: 'notDone', error: 'runtimeFailed' });
    const report = deliver();
    await clock.settle();
    controller.abort('cancelled');
    await clock.advance(50);
    const rest = withoutOutput(await report);
    assert.deepEqual(rest !== 'detached' && [rest.outcome, rest.exitCode], ['cancelled', 137]);
    assert.equal(clock.pending, 0);
  });

  it('leaves the process alone when the agent leaves', async () => {
    const { clock, runtime, containerId, controller, deliver } = await begin({});
    const report = deliver();
    await clock.settle();
    controller.abort('agentLeaves');
    await report;
    assert.deepEqual(await runtime.nativeExec.state(containerId, 'preStop-1'), { kind: 'running' });
  });

  it('a process that ended by itself first wins over whoever ends the delivery', async () => {
    const { clock, runtime, containerId, controller, deliver } = await begin({});
    const report = deliver();
    await clock.settle();
    const exec = runtime.world.execs.get(`${containerId}/preStop-1`);
    assert.ok(exec !== undefined);
    runtime.world.endExec(exec, 0);
    controller.abort('timedOut');
    assert.deepEqual(withoutOutput(await report), { outcome: 'succeeded', exitCode: 0 });
  });

  it('is interrupted with its container', async () => {
    const { clock, runtime, containerId, controller, deliver } = await begin({});
    const report = deliver();
    await clock.settle();
    controller.abort('interrupted');
    runtime.world.end(runtime.world.container(containerId), 1);
    const rest = withoutOutput(await report);
    assert.ok(rest !== 'detached');
    assert.deepEqual([rest.outcome, rest.reason], ['interrupted', 'containerExited']);
  });

  it('is detached while the runtime is away: the hook goes on', async () => {
    for (const [method, work] of [
      ['exec', 'done'],
      ['exec', 'notDone'],
      ['follow', 'done'],
    ] as const) {
      const { runtime, deliver } = await begin({ takesMs: 10 });
      runtime.cri.fail({ method, call: 1, work });
      assert.equal(await deliver(), 'detached', `${method} ${work}`);
    }
  });

  it('takes up an exec that was only created, and one that runs, without making it again', async () => {
    for (const mode of ['startCreated', 'follow'] as const) {
      const { clock, runtime, containerId, deliver } = await begin({ takesMs: 100 }, { mode });
      await runtime.nativeExec.create(containerId, 'preStop-1', ['a', 'b']);
      const exec = runtime.world.execs.get(`${containerId}/preStop-1`);
      if (mode === 'follow' && exec !== undefined) runtime.world.startExec(exec);
      const report = deliver();
      await clock.advance(100);
      assert.deepEqual(withoutOutput(await report), { outcome: 'succeeded', exitCode: 0 });
      assert.equal(runtime.world.deeds.filter(({ kind }) => kind === 'execStarted').length, 1);
    }
  });
});
