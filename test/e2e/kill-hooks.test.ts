import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { SystemClock } from '../../src/host/system-clock.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import type { DeliveryRow } from '../../src/printing/delivery-rows.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { until } from './host/host-traces.ts';
import type { KillOrder } from './kill-agent.ts';
import { containerdPid } from './kill-containerd.ts';
import { HookLog, outputOf, podOf, type ToldContainer, type ToldHook, untilRunning } from './kill-hooks.ts';
import { KillRun } from './kill-run.ts';

type Kill = 'the agent' | 'containerd' | 'the agent and containerd';
const KILLS: readonly Kill[] = ['the agent', 'containerd', 'the agent and containerd'];

/** Ten of a kind: five end once everything is back, five while what was killed is dead. */
function tenHooks(kind: 'start' | 'stop'): readonly ToldHook[] {
  const five = (name: string, exitCode: number) =>
    Array.from({ length: 5 }, (_, n): ToldHook => ({ name: `${kind}-${name}-${n}`, ends: `${kind}-${name}`, exitCode }));
  return [...five('late', 0), ...five('meanwhile', 3)];
}

const begin = ({ name }: ToldHook): string => `begin ${name}`;
const end = ({ name }: ToldHook): string => `end ${name}`;
const endsMeanwhile = ({ exitCode }: ToldHook): boolean => exitCode !== 0;

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

  /** Kills while ten hooks run, lets five of them end, comes back, lets the others end. Resolves with the run that goes on. */
  async function killDuring(kind: 'start' | 'stop', run: HookletRun, { kill, file }: { kill: Kill; file: string }): Promise<HookletRun> {
    const hooks = tenHooks(kind);
    await log.until(hooks.map(begin));
    // The hook may tell a moment before containerd has heard of it; what a kill within that moment does is told below.
    await untilRunning(
      paths,
      run.all('hook.started').filter((started) => started.hook === (kind === 'start' ? 'postStart' : 'preStop')),
    );
    const killed = containerdPid(paths);
    if (kill !== 'the agent') process.kill(killed, 'SIGKILL');
    if (kill !== 'containerd') await run.kill();
    await log.openGate(`${kind}-meanwhile`);
    await log.until(hooks.filter(endsMeanwhile).map(end));
    const goesOn = kill === 'containerd' ? run : hooklet.run(file);
    if (goesOn !== run) await goesOn.untilOne('agent.recovered');
    await log.openGate(`${kind}-late`);
    return goesOn;
  }

  /** Every one of them began once, ended once, and its exit code and all of its output are kept. */
  async function checkOnce(
    hooks: readonly (ToldHook & { readonly pod: string; readonly container: string })[],
    hook: 'postStart' | 'preStop',
  ) {
    const lines = await log.lines();
    const rows = (await hooklet.command('hooks', '-o', 'json')).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as DeliveryRow);
    for (const told of hooks) {
      deepEqual(
        lines.filter((line) => line.split(' ')[1] === told.name),
        [begin(told), end(told)],
      );
      const deliveries = rows.filter((row) => row.pod === `default/${told.pod}` && row.container === told.container && row.hook === hook);
      deepEqual(
        deliveries.map(({ attempt, outcome, exitCode }) => ({ attempt, outcome, exitCode })),
        [{ attempt: 1, outcome: endsMeanwhile(told) ? 'failed' : 'succeeded', exitCode: told.exitCode }],
        told.name,
      );
      const shown = await hooklet.command('hooks', 'output', told.pod, '-c', told.container, '--hook', hook);
      deepEqual({ stdout: shown.stdout, stderr: shown.stderr }, outputOf(told));
    }
  }

  for (const kill of KILLS) {
    it(`run exactly once, with exit code and output kept, when kill -9 hits ${kill}: ten postStart, ten preStop`, async () => {
      const postStarts = tenHooks('start');
      const starting = await hooklet.file(
        'starting.yaml',
        postStarts.map((hook) => podOf(hook.name, [{ name: 'main', postStart: hook }], { log })).join('\n---\n'),
      );
      const starts = await killDuring('start', hooklet.run(starting), { kill, file: starting });
      for (const { name } of postStarts) await starts.untilOne('hook.finished', { pod: name, hook: 'postStart' });
      await checkOnce(
        postStarts.map((hook) => ({ ...hook, pod: hook.name, container: 'main' })),
        'postStart',
      );
      await starts.kill();

      const preStops = tenHooks('stop');
      const stopping = await hooklet.file('stopping.yaml', podOf('stopping', preStops.map(stoppedBy), { log }));
      const first = hooklet.run(stopping);
      for (const { name } of preStops) await first.untilOne('container.ready', { pod: 'stopping', container: name });
      first.signal('SIGTERM');
      const stops = await killDuring('stop', first, { kill, file: stopping });
      if (stops !== first) {
        // Without another wish to stop the Pod of the file would start anew once the deletion is through.
        equal((await stops.untilOne('agent.recovered', { pod: 'stopping' })).message, 'its deletion goes on');
        stops.signal('SIGTERM');
      }
      // Five hooks failed; a run is only asked about the Pods that it was to run.
      equal(await stops.ended(), stops === first ? 1 : 0, stops.stderr);
      await checkOnce(
        preStops.map((hook) => ({ ...hook, pod: 'stopping', container: hook.name })),
        'preStop',
      );
    });
  }

  it('goes on until the deadline that was stored, not until one of the next agent, when it is a preStop that overruns', async () => {
    const overruns: ToldHook = { name: 'overruns', ends: 'never', exitCode: 0 };
    const yaml = await hooklet.file('overruns.yaml', podOf('overruns', [stoppedBy(overruns)], { log, grace: 5 }));
    const first = hooklet.run(yaml);
    await first.untilOne('container.ready');
    first.signal('SIGTERM');
    await log.until([begin(overruns)]);
    const deleting = await first.untilOne('pod.deleting');
    await first.kill();
    const halfWay = deleting.deadline.monotonicMs - 2500;
    await until('half the grace is over, and no agent lives', () => new SystemClock().now().monotonicMs > halfWay);
    const second = hooklet.run(yaml);
    const signal = await second.untilOne('signal.sent');
    const afterDeadlineMs = signal.at.monotonicMs - deleting.deadline.monotonicMs;
    ok(afterDeadlineMs >= 0 && afterDeadlineMs < 2000, `signal sent ${afterDeadlineMs} ms after the deadline`);
    const [finished] = second.all('hook.finished', { hook: 'preStop' });
    deepEqual([finished?.attempt, finished?.outcome], [1, 'timedOut']);
    deepEqual(await log.lines(), [begin(overruns)]);
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

  const hooks = Array.from({ length: 8 }, (_, n): ToldHook => ({ name: `stop-${n}`, ends: 2, exitCode: 0 }));

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
