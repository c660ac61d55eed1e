/** The table of `design.md` 4.2, one test a row. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ExecState } from '../runtime-state.ts';
import { type FoundDelivery, type RecoveryDecision, recoverDelivery } from './recover.ts';

const running: FoundDelivery = {
  handler: 'exec',
  attempt: 1,
  exec: { kind: 'unknown' },
  container: 'running',
  otherBoot: false,
  deadlinePassed: false,
  unwanted: false,
  sleepOver: false,
};

describe('recoverDelivery()', () => {
  const stopped: ExecState = { kind: 'stopped', exitCode: 3 };
  const rows: readonly (readonly [string, Partial<FoundDelivery>, RecoveryDecision])[] = [
    ['follows an exec that runs', { exec: { kind: 'running' } }, { kind: 'follow' }],
    ['takes status and output of an exec that has ended', { exec: stopped }, { kind: 'follow' }],
    ['… though its container has ended meanwhile', { exec: stopped, container: 'ended' }, { kind: 'follow' }],
    ['… and though the deadline has passed', { exec: stopped, deadlinePassed: true }, { kind: 'follow' }],
    ['starts an exec that was only created', { exec: { kind: 'created' } }, { kind: 'startCreated' }],
    ['delivers again what the runtime does not know', {}, { kind: 'deliverAgain', attempt: 2 }],
    ['… counting on', { attempt: 7 }, { kind: 'deliverAgain', attempt: 8 }],
    ['delivers an http hook again', { handler: 'httpGet' }, { kind: 'deliverAgain', attempt: 2 }],
    ['goes on with what is left of a sleep', { handler: 'sleep' }, { kind: 'continueSleep' }],
    ['takes a sleep whose time is over as slept', { handler: 'sleep', sleepOver: true }, { kind: 'finish', outcome: 'succeeded' }],
    [
      '… also when the deadline has passed since',
      { handler: 'sleep', sleepOver: true, deadlinePassed: true },
      { kind: 'finish', outcome: 'succeeded' },
    ],
    ['is interrupted with its container', { container: 'ended' }, { kind: 'finish', outcome: 'interrupted', reason: 'containerExited' }],
    [
      '… also while the runtime still calls its exec running',
      { container: 'ended', exec: { kind: 'running' } },
      { kind: 'finish', outcome: 'interrupted', reason: 'containerExited' },
    ],
    ['… also a sleep', { container: 'ended', handler: 'sleep' }, { kind: 'finish', outcome: 'interrupted', reason: 'containerExited' }],
    [
      'begins nothing after the deadline',
      { deadlinePassed: true },
      { kind: 'finish', outcome: 'timedOut', reason: 'the grace period ended while no agent ran' },
    ],
    [
      '… starts no exec either',
      { deadlinePassed: true, exec: { kind: 'created' } },
      { kind: 'finish', outcome: 'timedOut', reason: 'the grace period ended while no agent ran' },
    ],
    ['… but follows one that runs, so that it can be ended', { deadlinePassed: true, exec: { kind: 'running' } }, { kind: 'follow' }],
    [
      'cancels a postStart that nobody waits for',
      { unwanted: true },
      { kind: 'finish', outcome: 'cancelled', reason: 'the container is being stopped' },
    ],
    ['… but follows one that runs, so that it can be ended', { unwanted: true, exec: { kind: 'running' } }, { kind: 'follow' }],
    ['skips what another boot began', { otherBoot: true }, { kind: 'skip', reason: 'hostRebooted' }],
    [
      '… whatever else is found',
      { otherBoot: true, container: 'ended', exec: stopped, deadlinePassed: true },
      { kind: 'skip', reason: 'hostRebooted' },
    ],
  ];
  for (const [title, found, decision] of rows) {
    it(title, () => {
      assert.deepEqual(recoverDelivery({ ...running, ...found }), decision);
    });
  }

  it('begins nothing in a container that has ended, in another boot, or after the deadline', () => {
    const exec = fc.constantFrom<ExecState>({ kind: 'unknown' }, { kind: 'created' }, { kind: 'running' }, stopped);
    const found = fc.record({
      handler: fc.constantFrom('exec', 'httpGet', 'sleep', 'tcpSocket'),
      attempt: fc.integer({ min: 1, max: 5 }),
      exec,
      container: fc.constantFrom('running', 'ended'),
      otherBoot: fc.boolean(),
      deadlinePassed: fc.boolean(),
      unwanted: fc.boolean(),
      sleepOver: fc.boolean(),
    });
    fc.assert(
      fc.property(found, (one) => {
        const { kind } = recoverDelivery(one);
        const begins = kind === 'deliverAgain' || kind === 'startCreated' || kind === 'continueSleep';
        assert.ok(!begins || (one.container === 'running' && !one.otherBoot && !one.deadlinePassed && !one.unwanted));
      }),
    );
  });
});
