import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkHistory } from './check-history.ts';
import { leftBehind } from './check-world.ts';
import { container, exec, pod, Scenario, sleep } from './scenario.ts';

const both = pod('demo', [container('main', { lifecycle: { postStart: exec('start'), preStop: exec('stop') } })]);
const takes = (postStart: number, preStop: number) => ({
  exec: ([name]: readonly string[]) => ({ takesMs: name === 'start' ? postStart : preStop }),
});

describe('an agent that starts again', () => {
  it('goes on with an unchanged Pod under its uid, and with its hook where that is', async () => {
    const scenario = new Scenario(takes(3000, 100));
    await scenario.start(both);
    await scenario.clock.advance(1000);
    await scenario.kill();
    await scenario.clock.advance(500);
    await scenario.start(both);
    await scenario.clock.advance(5000);
    deepEqual(scenario.timeline().slice(5), [
      '0.0 main hook.started postStart exec #1',
      '1.5 agent.recovered',
      '3.0 main hook.finished postStart succeeded',
      '3.0 main container.ready',
    ]);
    equal(new Set(scenario.journal.records.map(({ uid }) => uid)).size, 1);
  });

  it('takes the outcome of a hook that ended while no agent ran', async () => {
    const scenario = new Scenario(takes(1000, 100));
    await scenario.start(both);
    await scenario.kill();
    await scenario.clock.advance(60_000);
    await scenario.start(both);
    deepEqual(scenario.timeline().slice(-2), ['60.0 main hook.finished postStart succeeded', '60.0 main container.ready']);
  });

  it('sleeps only what is left of a sleep', async () => {
    const scenario = new Scenario();
    const sleeper = pod('demo', [container('main', { lifecycle: { postStart: sleep(10) } })]);
    await scenario.start(sleeper);
    await scenario.clock.advance(4000);
    await scenario.kill();
    await scenario.clock.advance(3000);
    await scenario.start(sleeper);
    await scenario.clock.advance(5000);
    equal(
      scenario.timeline().find((line) => line.includes('finished')),
      '10.0 main hook.finished postStart succeeded',
    );
  });

  it('goes on with what is left of a stop, also when nothing is left', async () => {
    for (const [downMs, expected] of [
      [4000, ['15.0 main hook.finished preStop timedOut', '15.0 main signal.sent SIGTERM', '17.0 main signal.sent SIGKILL']],
      [60_000, ['66.0 main hook.finished preStop timedOut', '66.0 main signal.sent SIGTERM', '68.0 main signal.sent SIGKILL']],
    ] as const) {
      const scenario = new Scenario({
        program: () => ({ onSignal: { SIGTERM: 'ignored' } }),
        exec: ([name]) => (name === 'stop' ? {} : { takesMs: 0 }),
      });
      await scenario.start(both);
      await scenario.clock.advance(5000);
      await scenario.delete(10);
      await scenario.clock.advance(1000);
      await scenario.kill();
      await scenario.clock.advance(downMs);
      await scenario.start();
      await scenario.clock.advance(20_000);
      deepEqual(scenario.stops().slice(3, 6), expected);
    }
  });

  it('begins no preStop after the deadline has passed', async () => {
    const scenario = new Scenario(takes(0, 0));
    await scenario.start(both);
    const stopping = scenario.journal.calls + 2;
    scenario.journal.crashAt(stopping, 'after');
    await scenario.delete(10);
    equal(scenario.types().at(-1), 'container.stopping');
    await scenario.clock.advance(60_000);
    await scenario.start();
    await scenario.clock.advance(1000);
    deepEqual(scenario.stops().slice(2), [
      '60.0 main hook.skipped preStop deadlinePassed',
      '60.0 main signal.sent SIGTERM',
      '60.0 main container.exited 143 stop',
      '60.0 pod.ended Failed',
      '60.0 pod.removed',
    ]);
  });

  it('ends a Pod whose manifest has changed before the new one starts, with preStop', async () => {
    const scenario = new Scenario(takes(0, 2000));
    await scenario.start(both);
    await scenario.kill();
    await scenario.start(pod('demo', [container('main', { args: ['other'] })]));
    await scenario.clock.advance(5000);
    const first = scenario.journal.records[0]?.uid;
    const lines = scenario.journal.records.map((record) => `${record.uid === first ? 'old' : 'new'} ${scenario.lineOf(record)}`);
    deepEqual(
      lines.filter((line) => /recovered|preStop|removed|new .*(accepted|ready)/.test(line)),
      [
        'old 0.0 agent.recovered',
        'old 0.0 main hook.started preStop exec #1',
        'old 2.0 main hook.finished preStop succeeded',
        'old 2.0 pod.removed',
        'new 2.0 pod.accepted',
        'new 2.0 sandbox.ready',
        'new 2.0 main container.ready',
      ],
    );
  });

  it('after it had left: its Pods and hooks went on, nothing began anew', async () => {
    const scenario = new Scenario(takes(3000, 100));
    await scenario.start(both);
    await scenario.clock.advance(1000);
    await scenario.leave();
    const { length } = scenario.types();
    await scenario.clock.advance(1000);
    equal(scenario.types().length, length);
    await scenario.kill();
    await scenario.start(both);
    await scenario.clock.advance(5000);
    deepEqual(scenario.timeline().slice(-2), ['3.0 main hook.finished postStart succeeded', '3.0 main container.ready']);
    equal(scenario.runtime.world.deeds.filter(({ kind }) => kind === 'execStarted').length, 1);
  });

  it('removes what belongs to no Pod it knows', async () => {
    const scenario = new Scenario();
    await scenario.start(both);
    await scenario.kill();
    scenario.journal = new Scenario().journal;
    await scenario.start();
    equal(scenario.runtime.world.sandboxes.size, 0);
    equal(scenario.runtime.world.containers.size, 0);
  });
});

describe('a reboot', () => {
  it('in the middle of postStart: it was not run to its end, nothing is due, the container starts anew', async () => {
    const scenario = new Scenario(takes(3000, 100));
    await scenario.start(both);
    await scenario.clock.advance(1000);
    await scenario.reboot(29_000);
    await scenario.start(both);
    await scenario.clock.advance(5000);
    deepEqual(scenario.timeline().slice(6), [
      '30.0 agent.recovered',
      '30.0 main hook.skipped postStart hostRebooted',
      '30.0 main hook.skipped preStop hostRebooted',
      '30.0 main container.exited 137 self',
      '30.0 sandbox.ready',
      '30.0 main container.restarting 0',
      '30.0 main image.pulled',
      '30.0 main container.created',
      '30.0 main container.started',
      '30.0 main hook.started postStart exec #1',
      '33.0 main hook.finished postStart succeeded',
      '33.0 main container.ready',
    ]);
  });

  it('in the middle of a stop ends it', async () => {
    const scenario = new Scenario(takes(0, 5000));
    await scenario.start(both);
    await scenario.clock.advance(1000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    await scenario.reboot(28_000);
    await scenario.start();
    await scenario.clock.advance(5000);
    deepEqual(scenario.stops().slice(3), [
      '30.0 main hook.skipped preStop hostRebooted',
      '30.0 main container.exited 137 self',
      '30.0 pod.ended Failed',
      '30.0 pod.removed',
    ]);
    deepEqual(checkHistory(scenario.journal.records), []);
    deepEqual(leftBehind(scenario), []);
  });
});

describe('a journal that cannot be written', () => {
  it('lets stops go on, preStop included; what happened is written once it can be', async () => {
    const scenario = new Scenario(takes(100, 2000));
    await scenario.start(both);
    await scenario.clock.advance(1000);
    scenario.journal.setFull(true);
    await scenario.delete();
    await scenario.clock.advance(1000);
    equal(scenario.runtime.world.deeds.at(-1)?.what, 'preStop-1');
    equal(scenario.hasUnwritten, true);
    scenario.journal.setFull(false);
    await scenario.clock.advance(10_000);
    deepEqual(scenario.timeline().slice(8), [
      '1.0 event JournalUnwritable x1',
      '1.0 pod.deleting 30',
      '1.0 main event Killing x1',
      '1.0 main container.stopping podDeleted 30',
      '1.0 main hook.started preStop exec #1',
      '3.0 main hook.finished preStop succeeded',
      '3.0 main signal.sent SIGTERM',
      '3.0 main container.exited 143 stop',
      '3.0 pod.ended Failed',
      '3.0 pod.removed',
    ]);
    equal(scenario.hasUnwritten, false);
  });

  it('is still known after the Pod has gone', async () => {
    const scenario = new Scenario(takes(0, 100));
    await scenario.start(both);
    scenario.journal.setFull(true);
    await scenario.delete();
    await scenario.clock.advance(20_000);
    deepEqual(scenario.source.list(), []);
    equal(scenario.hasUnwritten, true);
  });

  it('makes starts wait', async () => {
    const scenario = new Scenario(takes(100, 100));
    scenario.journal.setFull(true);
    await scenario.start(both);
    await scenario.clock.advance(30_000);
    equal(scenario.runtime.world.containers.size, 0);
    scenario.journal.setFull(false);
    await scenario.clock.advance(30_000);
    equal(scenario.types().at(-1), 'container.ready');
  });

  it('makes a postStart wait, but not the end of its container', async () => {
    const scenario = new Scenario(takes(100, 100));
    const { world } = scenario.runtime;
    scenario.journal.onRecord(({ record }) => record.type === 'container.created' && scenario.journal.setFull(true));
    await scenario.start(both);
    await scenario.clock.advance(30_000);
    equal(world.containers.size, 1);
    deepEqual(
      world.deeds.filter(({ kind }) => kind === 'execStarted'),
      [],
    );
    await scenario.delete();
    await scenario.clock.advance(20_000);
    equal(world.containers.size, 0);
    deepEqual(
      world.deeds.filter(({ kind }) => kind === 'execStarted').map(({ what }) => what),
      ['postStart-1', 'preStop-1'],
    );
  });

  it('keeps the exec of a hook whose outcome is not durable: the next agent takes it from there', async () => {
    const scenario = new Scenario({ program: () => ({ onSignal: { SIGTERM: 'ignored' } }), ...takes(0, 1000) });
    await scenario.start(both);
    await scenario.delete();
    await scenario.clock.advance(500);
    scenario.journal.setFull(true);
    await scenario.clock.advance(2000);
    await scenario.kill();
    await scenario.start();
    await scenario.clock.advance(40_000);
    const preStops = scenario.runtime.world.deeds.filter(({ kind, what }) => kind === 'execStarted' && what.startsWith('preStop'));
    deepEqual(
      preStops.map(({ what }) => what),
      ['preStop-1'],
    );
    ok(scenario.timeline().includes('2.5 main hook.finished preStop succeeded'));
  });

  it('writes what two containers did side by side once each, and all of it', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 500 }) });
    const stopper = { lifecycle: { preStop: exec('stop') } };
    await scenario.start(pod('two', [container('a', stopper), container('b', stopper)]));
    scenario.journal.setFull(true);
    await scenario.delete();
    scenario.journal.setFull(false);
    await scenario.clock.advance(10_000);
    deepEqual(checkHistory(scenario.journal.records), []);
    for (const name of ['a', 'b']) {
      const own = scenario
        .timeline()
        .filter((line) => line.includes(` ${name} `))
        .map((line) => line.slice(6));
      deepEqual(own.slice(4), [
        'event Killing x1',
        'container.stopping podDeleted 30',
        'hook.started preStop exec #1',
        'hook.finished preStop succeeded',
        'signal.sent SIGTERM',
        'container.exited 143 stop',
      ]);
    }
  });
});
