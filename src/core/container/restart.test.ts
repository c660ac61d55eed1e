import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Container, Pod, RestartPolicy } from '../../model/pod.ts';
import type { ContainerRole } from '../../model/pod-containers.ts';
import type { Fact } from '../journal-record.ts';
import { EMPTY_HISTORY, foldRecord, type PodHistory } from '../pod/pod-history.ts';
import { DEFAULT_SETTINGS } from '../pod/pod-view.ts';
import type { ContainerRun } from './container-history.ts';
import { backOffMs, imageBackOffMs, willRestart } from './restart.ts';

const ended = (exitCode: number): ContainerRun => ({
  restartCount: 0,
  phase: 'exited',
  isReady: false,
  round: 0,
  exited: { exitCode, by: 'self', reason: '', wallMs: 0 },
});

const podWith = (restartPolicy: RestartPolicy): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'b', uid: 'u' },
  spec: { restartPolicy, terminationGracePeriodSeconds: 30, containers: [] },
});

interface Case {
  readonly role?: ContainerRole;
  readonly spec?: Partial<Container>;
  readonly history?: Partial<PodHistory>;
}

const judged = (policy: RestartPolicy, run: ContainerRun, { role = 'regular', spec = {}, history = {} }: Case = {}): boolean | 'all' =>
  willRestart(
    { pod: podWith(policy), history: { ...EMPTY_HISTORY, ...history } },
    { role, spec: { name: 'main', image: 'i', imagePullPolicy: 'Never', ...spec } },
    run,
  );

describe('willRestart()', () => {
  for (const [policy, role, exitCode, expected] of [
    ['Always', 'regular', 0, true],
    ['Always', 'regular', 1, true],
    ['OnFailure', 'regular', 0, false],
    ['OnFailure', 'regular', 1, true],
    ['OnFailure', 'regular', 137, true],
    ['Never', 'regular', 0, false],
    ['Never', 'regular', 1, false],
    ['Always', 'init', 0, false],
    ['Always', 'init', 1, true],
    ['OnFailure', 'init', 0, false],
    ['OnFailure', 'init', 1, true],
    ['Never', 'init', 1, false],
  ] as const) {
    it(`${policy}: an exit of a container (${role}) with ${exitCode} ${expected ? 'is' : 'is not'} followed by another start`, () => {
      assert.equal(judged(policy, ended(exitCode), { role }), expected);
    });
  }

  it('restarts a sidecar whatever the policy of its Pod', () => {
    for (const exitCode of [0, 1])
      assert.equal(judged('Never', ended(exitCode), { role: 'sidecar', spec: { restartPolicy: 'Always' } }), true);
  });

  it('goes by the policy of the container before that of the Pod', () => {
    assert.equal(judged('Never', ended(1), { spec: { restartPolicy: 'OnFailure' } }), true);
    assert.equal(judged('Always', ended(1), { spec: { restartPolicy: 'Never' } }), false);
  });

  it('goes by the first rule that matches before any policy', () => {
    const never = { restartPolicy: 'Never' } as const;
    const rule = (operator: 'In' | 'NotIn', values: readonly number[], action: 'Restart' | 'RestartAllContainers' = 'Restart') => ({
      spec: { ...never, restartPolicyRules: [{ action, exitCodes: { operator, values } }] },
    });
    assert.equal(judged('Always', ended(42), rule('In', [42])), true);
    assert.equal(judged('Always', ended(1), rule('In', [42])), false);
    assert.equal(judged('Always', ended(1), rule('NotIn', [42])), true);
    assert.equal(judged('Always', ended(42), rule('In', [42], 'RestartAllContainers')), 'all');
  });

  it('replaces an instance whose image has changed, and each one of a round that was started over', () => {
    const at = { bootId: 'b', monotonicMs: 0, wallMs: 0 };
    const replaced = { ...ended(0), stopping: { reason: 'imageChanged', graceSeconds: 1, deadline: at } } as const;
    assert.equal(judged('Never', replaced), true);
    assert.equal(judged('Never', ended(0), { history: { round: 1, restartedInRound: 1 } }), true);
    assert.equal(judged('Never', { ...ended(0), round: 1 }, { history: { round: 1, restartedInRound: 1 } }), false);
  });

  it('initialises anew in a new sandbox, and leaves regular containers to their policy', () => {
    assert.equal(judged('OnFailure', ended(0), { role: 'init', history: { round: 1 } }), true);
    assert.equal(judged('OnFailure', ended(0), { history: { round: 1 } }), false);
  });

  it('tries again what could not even be created, whatever the policy', () => {
    assert.equal(judged('Never', { restartCount: 0, phase: 'notCreated', isReady: false, round: 0 }), true);
  });
});

/** The wait before each start of a container whose runs take the given times, as journal and core decide it together. */
function waits(runsMs: readonly number[]): readonly number[] {
  let history = EMPTY_HISTORY;
  let wallMs = 1_900_000_000_000;
  const add = (fact: Fact): void => {
    history = foldRecord(history, { time: new Date(wallMs).toISOString(), pod: 'a/b', uid: 'u', ...fact });
  };
  return runsMs.map((runMs, restartCount) => {
    const of = { container: 'main', restartCount };
    const before = history.containers['main'];
    const backoffMs = before === undefined ? 0 : backOffMs(before, DEFAULT_SETTINGS);
    if (before !== undefined) add({ type: 'container.restarting', container: 'main', restartCount: restartCount - 1, backoffMs });
    wallMs += backoffMs;
    add({ type: 'container.created', ...of, containerId: String(restartCount), bootId: 'b', hooksDue: [] });
    wallMs += runMs;
    add({ type: 'container.exited', ...of, exitCode: 1, reason: 'Error', by: 'self' });
    return backoffMs / 1000;
  });
}

describe('the crash back-off (lifecycle.md 10)', () => {
  const times = (n: number, ms: number): readonly number[] => Array.from({ length: n }, () => ms);

  it('of a process that exits at once: nothing, nothing, then 10, 20, 40 … 300 s', () => {
    assert.deepEqual(waits(times(10, 0)), [0, 0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('is counted from the exit: how long the process ran does not shorten it', () => {
    assert.deepEqual(waits(times(6, 60_000)), [0, 0, 10, 20, 40, 80]);
  });

  it('is forgotten by a run of more than 600 s', () => {
    assert.deepEqual(waits([0, 0, 0, 600_000, 600_001, 0, 0]), [0, 0, 10, 20, 40, 0, 10]);
  });

  it('is 0 or 10 s times a power of 2, at most 300 s, for any runs', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 30 }), (runs) => {
        const allowed = new Set([0, 10, 20, 40, 80, 160, 300]);
        assert.ok(waits(runs).every((wait) => allowed.has(wait)));
      }),
    );
  });
});

describe('backOffMs()', () => {
  it('is capped by the node’s setting, which is also where it begins when that is below 10 s', () => {
    const container = (steps: number) => ({ run: ended(1), backOff: { steps, lastUpdateWallMs: 0 } });
    const capped = (maxRestartPeriodMs: number): readonly number[] =>
      [1, 2, 3, 4, 5, 6, 1000].map((steps) => backOffMs(container(steps), { maxRestartPeriodMs }) / 1000);
    assert.deepEqual(capped(300_000), [10, 20, 40, 80, 160, 300, 300]);
    assert.deepEqual(capped(30_000), [10, 20, 30, 30, 30, 30, 30]);
    assert.deepEqual(capped(1_000), [1, 1, 1, 1, 1, 1, 1]);
  });
});

describe('imageBackOffMs()', () => {
  it('is 10, 20, 40 … 300 s', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => imageBackOffMs(failures) / 1000),
      [10, 20, 40, 80, 160, 300, 300, 300],
    );
  });
});
