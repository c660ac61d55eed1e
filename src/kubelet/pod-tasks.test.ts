import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PodTasks, type TaskEnd } from './pod-tasks.ts';

const NO_FACTS: TaskEnd = { facts: [] };

function open(): { readonly tasks: PodTasks; ends(): number } {
  let ends = 0;
  const tasks = new PodTasks(() => {
    ends += 1;
  });
  return { tasks, ends: () => ends };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('PodTasks', () => {
  it('start() runs at most one task a key', async () => {
    const { tasks } = open();
    let runs = 0;
    const run = async (): Promise<TaskEnd> => {
      runs += 1;
      return NO_FACTS;
    };
    tasks.start('a', run);
    tasks.start('a', run);
    await settle();
    tasks.start('a', run);
    assert.equal(runs, 1, 'a task whose facts nobody took is still there');
    tasks.forget('a');
    tasks.start('a', run);
    assert.equal(runs, 2);
  });

  it('finished() tells ended tasks until they are forgotten', async () => {
    const { tasks, ends } = open();
    const gate = Promise.withResolvers<TaskEnd>();
    tasks.start('a', () => gate.promise);
    await settle();
    assert.deepEqual([tasks.keys(), tasks.finished(), ends()], [['a'], [], 0]);
    gate.resolve({ facts: [{ type: 'pod.removed' }] });
    await settle();
    assert.deepEqual(
      tasks.finished().map(({ key, facts }) => [key, facts]),
      [['a', [{ type: 'pod.removed' }]]],
    );
    assert.deepEqual([tasks.keys(), ends()], [['a'], 1]);
    tasks.forget('a');
    assert.deepEqual([tasks.keys(), tasks.finished()], [[], []]);
  });

  it('end() aborts with the first reason that is given', async () => {
    const { tasks } = open();
    let reason: unknown;
    tasks.start('a', async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reason = signal.reason;
      return NO_FACTS;
    });
    assert.deepEqual([tasks.end('a', 'timedOut'), tasks.end('a', 'cancelled'), tasks.end('none', 'x')], [true, false, false]);
    tasks.endAll('agentLeaves');
    await settle();
    assert.equal(reason, 'timedOut');
  });

  it('a task that throws is finished without facts, with what it threw', async () => {
    const { tasks } = open();
    const broken = new Error('broken');
    tasks.start('a', () => Promise.reject(broken));
    await settle();
    assert.deepEqual(
      tasks.finished().map(({ key, facts, error }) => [key, facts, error]),
      [['a', [], broken]],
    );
  });
});
