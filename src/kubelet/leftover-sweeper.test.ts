import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SandboxSpec } from '../core/runtime-spec.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { ScriptedRuntime } from '../fakes/scripted-runtime.ts';
import type { LivingIds } from '../ports/leftover-sweep.ts';
import { SILENT_LOGGER } from '../ports/logger.ts';
import { LeftoverSweeper } from './leftover-sweeper.ts';
import { StartSlots } from './start-slots.ts';

const sandbox = (uid: string): SandboxSpec => ({
  uid,
  namespace: 'default',
  name: uid,
  attempt: 0,
  namespaces: { network: 'pod', pid: 'container', ipc: 'pod' },
  hostname: uid,
  logDirectory: '/logs',
  cgroupParent: '/hooklet',
  portMappings: [],
  labels: {},
  annotations: {},
});

function open() {
  const clock = new ManualClock({ settleTurns: 2 });
  const runtime = new ScriptedRuntime(clock);
  const swept: LivingIds[] = [];
  let failures = 0;
  const sweep = async (living: LivingIds) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('the runtime is not there yet');
    }
    swept.push(living);
    return [];
  };
  const slots = new StartSlots(2);
  const sweeper = new LeftoverSweeper({ clock, runtime, sweep: { sweep }, logger: SILENT_LOGGER }, slots);
  const failNext = (count: number): void => {
    failures = count;
  };
  return { clock, runtime, slots, sweeper, swept, failNext };
}

describe('LeftoverSweeper', () => {
  it('spares what the runtime knows, and says when it knows something half made', async () => {
    const { clock, runtime, sweeper, swept } = open();
    const ready = await runtime.cri.runPodSandbox(sandbox('a'));
    sweeper.sweepAfterBreak();
    await clock.settle();
    const stopped = await runtime.cri.runPodSandbox(sandbox('b'));
    await runtime.cri.stopPodSandbox(stopped);
    sweeper.sweepAfterBreak();
    await clock.settle();
    deepEqual(swept, [
      { podUids: ['a'], sandboxIds: [ready], containerIds: [], isUnfinished: false },
      { podUids: ['b', 'a'], sandboxIds: [stopped, ready], containerIds: [], isUnfinished: true },
    ]);
  });

  it('sweeps again when a survivor of the break is removed, and not when what came later is', async () => {
    const { clock, runtime, sweeper, swept } = open();
    const survivor = await runtime.cri.runPodSandbox(sandbox('survivor'));
    sweeper.sweepAfterBreak();
    await clock.settle();
    const later = await runtime.cri.runPodSandbox(sandbox('later'));
    for (const id of [later, survivor]) {
      await runtime.cri.removePodSandbox(id);
      sweeper.removed(id);
      await clock.settle();
    }
    deepEqual(
      swept.map(({ sandboxIds }) => sandboxIds),
      [[survivor], []],
    );
    sweeper.removed(survivor);
    await clock.settle();
    equal(swept.length, 2);
  });

  it('waits until nothing is being started, and sweeps once for all that asked meanwhile', async () => {
    const { clock, slots, sweeper, swept } = open();
    const start = Promise.withResolvers<void>();
    void slots.use(() => start.promise);
    for (let asked = 0; asked < 3; asked += 1) sweeper.sweepAfterBreak();
    await clock.settle();
    equal(swept.length, 0);
    start.resolve();
    await clock.settle();
    equal(swept.length, 1);
  });

  it('tries again when the runtime does not answer yet, and lets starts happen in between', async () => {
    const { clock, slots, sweeper, swept, failNext } = open();
    failNext(2);
    sweeper.sweepAfterBreak();
    await clock.settle();
    let isStarted = false;
    await slots.use(async () => {
      isStarted = true;
    });
    equal(isStarted, true);
    await clock.advance(10_000);
    equal(swept.length, 1);
  });

  it('leave() waits for the sweep under way', async () => {
    const { sweeper, swept } = open();
    sweeper.sweepAfterBreak();
    await sweeper.leave();
    equal(swept.length, 1);
  });

  it('leave() gives up a sweep that only fails', async () => {
    const { clock, sweeper, swept, failNext } = open();
    failNext(1000);
    sweeper.sweepAfterBreak();
    await clock.settle();
    await sweeper.leave();
    failNext(0);
    await clock.advance(10_000);
    equal(swept.length, 0);
  });
});
