import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wantedProbe } from '../../test/probes/wanted-probe.ts';
import type { ProbeOutcome } from '../core/probe/probe-outcome.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { ExecProgram } from '../fakes/scripted-programs.ts';
import { ScriptedRuntime } from '../fakes/scripted-runtime.ts';
import { ExecTurns } from './exec-turns.ts';
import type { ProbeParts } from './probe-parts.ts';
import { runProbe } from './run-probe.ts';

interface Begun {
  readonly native?: boolean;
  readonly turns?: ExecTurns;
  readonly command?: readonly string[];
  readonly timeoutSeconds?: number;
}

/** A running container, and one exec probe in it. */
async function begin(program: (argv: readonly string[]) => ExecProgram, given: Begun = {}) {
  const clock = new ManualClock({ settleTurns: 2 });
  const runtime = new ScriptedRuntime(clock, { exec: program });
  const sandboxId = await runtime.cri.runPodSandbox({ uid: 'u1', attempt: 0, annotations: {} } as never);
  const spec = { name: 'main', restartCount: 0, annotations: {} } as never;
  const containerId = await runtime.cri.createContainer(sandboxId, undefined as never, spec);
  await runtime.cri.startContainer(containerId);
  let execs = 0;
  const parts = {
    clock,
    cri: runtime.cri,
    ...(given.native === false ? {} : { nativeExec: runtime.nativeExec }),
    execTurns: given.turns ?? new ExecTurns(2),
    nextExecId: (kind: string) => `probe-${kind}-${++execs}`,
  } as unknown as ProbeParts;
  const controller = new AbortController();
  const wanted = wantedProbe(
    { exec: { command: given.command ?? ['check', '$(WORD)'] }, timeoutSeconds: given.timeoutSeconds ?? 1 },
    { containerId },
  );
  const run = (): Promise<ProbeOutcome> => runProbe(wanted, parts, controller.signal);
  return { clock, runtime, containerId, controller, run };
}

describe('runProbe() of an exec probe', () => {
  for (const native of [true, false]) {
    const by = native ? 'by an exec of its own' : 'by ExecSync';

    it(`${by}: succeeds with 0, and expands the command`, async () => {
      const { clock, runtime, run } = await begin(() => ({ takesMs: 50, stdout: 'out' }), { native });
      const outcome = run();
      await clock.advance(50);
      deepEqual(await outcome, { result: 'success' });
      match(runtime.world.calls.join(), /: check hi/);
      equal(clock.pending, 0);
    });

    it(`${by}: fails with the first 10 KiB of both streams`, async () => {
      const { clock, run } = await begin(() => ({ takesMs: 50, exitCode: 1, stdout: 'o'.repeat(10_000), stderr: 'e'.repeat(1000) }), {
        native,
      });
      const outcome = run();
      await clock.advance(50);
      deepEqual(await outcome, { result: 'failure', message: 'o'.repeat(10_000) + 'e'.repeat(240) });
    });

    it(`${by}: fails when its time is over, without another try`, async () => {
      const { clock, runtime, run } = await begin(() => ({}), { native, timeoutSeconds: 3 });
      const outcome = run();
      await clock.advance(2999);
      equal(clock.msToNext, 1);
      await clock.advance(1);
      deepEqual(await outcome, { result: 'failure', message: 'command timed out: "check hi" timed out after 3s' });
      equal(runtime.world.calls.filter((call) => /check/.test(call)).length, 1);
    });

    it(`${by}: a program that cannot be started says nothing of the container, and is tried three times`, async () => {
      const { runtime, run } = await begin(() => ({ startError: 'exec: "check": not found' }), { native });
      deepEqual(await run(), { result: 'unknown', message: 'exec: "check": not found' });
      equal(runtime.world.calls.filter((call) => /check hi/.test(call)).length, 3);
    });

    it(`${by}: the second try is heard when only the first had no answer`, async () => {
      const { clock, runtime, run } = await begin(() => ({ takesMs: 50 }), { native });
      runtime.world.faults.add({ method: native ? 'runExec' : 'execSync', call: 1, work: 'notDone' });
      const outcome = run();
      await clock.advance(50);
      deepEqual(await outcome, { result: 'success' });
    });

    it(`${by}: rejects at once when it is ended, and leaves nothing`, async () => {
      const { clock, runtime, run, controller } = await begin(() => ({}), { native });
      const outcome = run();
      await clock.settle();
      controller.abort('not wanted');
      await rejects(outcome, (error) => error === 'not wanted');
      equal(clock.pending, 0);
      if (native) equal(runtime.world.execs.size, 0);
    });
  }

  it('leaves nothing of its exec, and does not name it in an error', async () => {
    const { clock, runtime, run, containerId } = await begin(() => ({ takesMs: 50 }));
    const outcome = run();
    await clock.advance(50);
    await outcome;
    equal(runtime.world.execs.size, 0);
    await runtime.nativeExec.create(containerId, 'probe-readiness-2', ['x']);
    await runtime.nativeExec.create(containerId, 'probe-readiness-3', ['x']);
    await runtime.nativeExec.create(containerId, 'probe-readiness-4', ['x']);
    deepEqual(await run(), { result: 'unknown', message: 'Cannot make exec "readiness": it exists' });
  });

  it('waits for its turn, which does not count against its timeout', async () => {
    const turns = new ExecTurns(1);
    const held = Promise.withResolvers<void>();
    const holding = turns.take(new AbortController().signal, () => held.promise);
    const { clock, run } = await begin(() => ({ takesMs: 900 }), { turns });
    const outcome = run();
    await clock.advance(5000);
    held.resolve();
    await holding;
    await clock.advance(900);
    deepEqual(await outcome, { result: 'success' });
  });

  it('gives its turn on as soon as it runs', async () => {
    const turns = new ExecTurns(1);
    const { clock, run } = await begin(() => ({ takesMs: 900 }), { turns });
    const outcome = run();
    await clock.settle();
    equal(await turns.take(new AbortController().signal, async () => 'next'), 'next');
    await clock.advance(900);
    deepEqual(await outcome, { result: 'success' });
  });
});
