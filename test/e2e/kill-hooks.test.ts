import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, type TestContext } from 'node:test';
import type { HookFinished, PrintedRecord } from '../../src/core/journal-record.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import type { DeliveryRow } from '../../src/printing/delivery-rows.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import type { KillOrder } from './kill-agent.ts';
import { containerdPid } from './kill-containerd.ts';
import { HookLog, outputOf, podOf, type ToldContainer, type ToldHook } from './kill-hooks.ts';
import { KillRun } from './kill-run.ts';

/** Who is killed, what is out of the game meanwhile, and how it goes on: resolves with the run that does. */
type Kill = 'the agent' | 'containerd' | 'the agent and containerd';
const KILLS: readonly Kill[] = ['the agent', 'containerd', 'the agent and containerd'];

/** Long enough to be running still when the next agent comes, and short enough to end while none lives. */
const stillRuns = (name: string): ToldHook => ({ name, seconds: 4, exitCode: 0 });
const endsMeanwhile = (name: string): ToldHook => ({ name, seconds: 1, exitCode: 3 });

const FIVE = [1, 2, 3, 4, 5];
const postStarts = [...FIVE.map((n) => stillRuns(`long-start-${n}`)), ...FIVE.map((n) => endsMeanwhile(`short-start-${n}`))];
const preStops = [...FIVE.map((n) => stillRuns(`long-stop-${n}`)), ...FIVE.map((n) => endsMeanwhile(`short-stop-${n}`))];
const begin = ({ name }: ToldHook): string => `begin ${name}`;
const end = ({ name }: ToldHook): string => `end ${name}`;
const isShort = ({ exitCode }: ToldHook): boolean => exitCode !== 0;

describe('exec hooks in flight', () => {
  let hooklet: Hooklet;
  let paths: HostPaths;
  let log: HookLog;
  beforeEach(async () => {
    hooklet = await Hooklet.open();
    paths = await hooklet.paths();
    log = await HookLog.open();
  });
  afterEach(async () => {
    await hooklet.close();
    await log.remove();
  });

  /** Kills while all of `hooks` run, waits until the short ones have ended, and comes back. */
  async function killDuring(hooks: readonly ToldHook[], run: HookletRun, { kill, again }: { kill: Kill; again: string }): Promise<HookletRun> {
    await log.until(hooks.map(begin));
    if (kill !== 'the agent') process.kill(containerdPid(paths), 'SIGKILL');
    if (kill === 'containerd') return run;
    await run.kill();
    await log.until(hooks.filter(isShort).map(end));
    return hooklet.run(again);
  }

  /** Every one of them began once, ended once, and its exit code and all of its output are kept. */
  async function checkOnce(hooks: readonly (ToldHook & { readonly pod: string; readonly container: string })[], hook: 'postStart' | 'preStop') {
    const lines = await log.lines();
    const rows = (await hooklet.command('hooks', '-o', 'json')).stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as DeliveryRow);
    for (const told of hooks) {
      deepEqual(
        lines.filter((line) => line.split(' ')[1] === told.name),
        [begin(told), end(told)],
      );
      const deliveries = rows.filter((row) => row.pod === `default/${told.pod}` && row.container === told.container && row.hook === hook);
      deepEqual(
        deliveries.map(({ attempt, outcome, exitCode }) => ({ attempt, outcome, exitCode })),
        [{ attempt: 1, outcome: isShort(told) ? 'failed' : 'succeeded', exitCode: told.exitCode }],
        told.name,
      );
      const shown = await hooklet.command('hooks', 'output', told.pod, '-c', told.container, '--hook', hook);
      deepEqual({ stdout: shown.stdout, stderr: shown.stderr }, outputOf(told));
    }
  }

  const finished = (run: HookletRun, hook: string): readonly HookFinished[] =>
    run.records.filter((record): record is HookFinished => record.type === 'hook.finished' && record.hook === hook);

  for (const kill of KILLS) {
    it(`run exactly once when ${kill} is killed with kill -9: 10 postStart, 10 preStop`, async () => {
      const starting = await hooklet.file(
        'starting.yaml',
        postStarts.map((hook) => podOf(hook.name, [{ name: 'main', postStart: hook }], { log })).join('\n---\n'),
      );
      const starts = await killDuring(postStarts, hooklet.run(starting), { kill, again: starting });
      await starts.until(() => finished(starts, 'postStart').length === postStarts.length);
      await checkOnce(
        postStarts.map((hook) => ({ ...hook, pod: hook.name, container: 'main' })),
        'postStart',
      );
      await starts.kill();

      const stopping = await hooklet.file('stopping.yaml', podOf('stopping', preStops.map(stoppedBy), { log }));
      const first = hooklet.run(stopping);
      await first.until(() => first.records.filter(({ type, pod }) => type === 'container.ready' && pod === 'default/stopping').length === preStops.length);
      first.signal('SIGTERM');
      const stops = await killDuring(preStops, first, { kill, again: stopping });
      if (stops !== first) {
        // Its deletion goes on. Without another wish to stop the Pod of the file would start anew after it.
        equal((await stops.untilOne('agent.recovered', { pod: 'stopping' })).message, 'its deletion goes on');
        stops.signal('SIGTERM');
      }
      equal(await stops.ended(), 1, stops.stderr); // five of the hooks failed
      await checkOnce(
        preStops.map((hook) => ({ ...hook, pod: 'stopping', container: hook.name })),
        'preStop',
      );
    });
  }

  it('goes on until the deadline that was stored, not until one of the next agent, when it is a preStop that overruns', async () => {
    const overruns: ToldHook = { name: 'overruns', seconds: 60, exitCode: 0 };
    const yaml = await hooklet.file('overruns.yaml', podOf('overruns', [stoppedBy(overruns)], { log, grace: 5 }));
    const first = hooklet.run(yaml);
    await first.until(({ type }) => type === 'container.ready');
    first.signal('SIGTERM');
    await log.until([begin(overruns)]);
    const deleting = (await first.until(({ type }) => type === 'pod.deleting')) as Extract<PrintedRecord, { type: 'pod.deleting' }>;
    await first.kill();
    await new Promise((resolve) => setTimeout(resolve, 2000)); // of the grace, while no agent lives
    const second = hooklet.run(yaml);
    const signal = (await second.until(({ type }) => type === 'signal.sent')) as Extract<PrintedRecord, { type: 'signal.sent' }>;
    const afterDeadlineMs = signal.at.monotonicMs - deleting.deadline.monotonicMs;
    ok(afterDeadlineMs >= 0 && afterDeadlineMs < 2000, `signal sent ${afterDeadlineMs} ms after the deadline`);
    deepEqual(
      finished(second, 'preStop').map(({ attempt, outcome }) => ({ attempt, outcome })),
      [{ attempt: 1, outcome: 'timedOut' }],
    );
    equal((await log.lines()).filter((line) => line === begin(overruns)).length, 1);
    await second.until(({ type, uid }) => type === 'pod.removed' && uid === deleting.uid);
    await second.kill();
  });
});

describe('exec hooks that are just being started', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(() => hooklet.close());

  const hooks = Array.from({ length: 8 }, (_, n): ToldHook => ({ name: `stop-${n}`, seconds: 1, exitCode: 0 }));

  /** Kills between `hook.started`, the making of the exec and its start: some of the eight have begun, others have not. */
  async function killEarly(t: TestContext, kill: NonNullable<KillOrder['kill']>): Promise<Readonly<Record<string, readonly string[]>>> {
    const log = await HookLog.open();
    t.after(() => log.remove());
    const yaml = await hooklet.file('early.yaml', podOf('early', hooks.map(stoppedBy), { log }));
    const agent = new KillRun({ stateDir: hooklet.stateDir, files: [yaml], kill });
    t.after(() => agent.kill());
    await agent.until('all are ready', (lines) => lines.filter(({ type }) => type === 'container.ready').length === hooks.length);
    agent.tell('stop');
    if (kill.victim === 'agent') {
      equal(await agent.ended(), 'SIGKILL', agent.stderr);
      const next = new KillRun({ stateDir: hooklet.stateDir, files: [yaml] });
      t.after(() => next.kill());
      await next.until('the Pod is removed', (lines) => lines.some(({ type }) => type === 'pod.removed'));
    } else {
      await agent.until('the Pod is gone', (lines) => lines.some(({ type }) => type === 'gone'));
    }
    const lines = await log.lines();
    return Object.fromEntries(hooks.map(({ name }) => [name, lines.filter((line) => line.split(' ')[1] === name)]));
  }

  const moments = [
    ['execCreate', 0],
    ['execCreate', 15],
    ['execStart', 0],
    ['execStart', 20],
    ['execStart', 50],
  ] as const;

  for (const [inside, afterMs] of moments) {
    it(`run exactly once when the agent is killed ${afterMs} ms into the first ${inside}`, async (t) => {
      const told = await killEarly(t, { inside, victim: 'agent', afterMs });
      for (const hook of hooks) deepEqual(told[hook.name], [begin(hook), end(hook)]);
    });

    // A start that containerd's death cuts off may have made a process of which nobody can learn how it ends. It is
    // ended, and the hook delivered again: at least once, and never twice at the same time.
    it(`run to their end exactly once when containerd is killed ${afterMs} ms into the first ${inside}`, async (t) => {
      const told = await killEarly(t, { inside, victim: 'containerd', afterMs });
      for (const hook of hooks) {
        const lines = told[hook.name] ?? [];
        ok(lines.length <= 3, lines.join(', '));
        deepEqual(lines.slice(-2), [begin(hook), end(hook)]);
        equal(lines.filter((line) => line === end(hook)).length, 1);
      }
    });
  }
});

const stoppedBy = (hook: ToldHook): ToldContainer => ({ name: hook.name, preStop: hook });
