import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExecTurns } from './exec-turns.ts';

const never = new AbortController().signal;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A piece of work that the test ends. */
function work() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const started: { pass?: () => void } = {};
  const run = (pass: () => void): Promise<string> => {
    started.pass = pass;
    return promise;
  };
  return { run, started, end: resolve };
}

describe('ExecTurns', () => {
  it('lets so many begin, and the next when one has ended, in their order', async () => {
    const turns = new ExecTurns(2);
    const works = [work(), work(), work(), work()];
    const results = works.map(({ run }) => turns.take(never, run));
    const begun = (): readonly boolean[] => works.map(({ started }) => started.pass !== undefined);
    await settled();
    deepEqual(begun(), [true, true, false, false]);
    works[1]?.end('second');
    await settled();
    deepEqual(begun(), [true, true, true, false]);
    works[0]?.end('first');
    works[2]?.end('third');
    works[3]?.end('fourth');
    deepEqual(await Promise.all(results), ['first', 'second', 'third', 'fourth']);
  });

  it('lets the next begin when one passes, once, though it goes on', async () => {
    const turns = new ExecTurns(1);
    const [hangs, next, last] = [work(), work(), work()];
    const hanging = turns.take(never, hangs.run);
    const second = turns.take(never, next.run);
    const third = turns.take(never, last.run);
    await settled();
    hangs.started.pass?.();
    hangs.started.pass?.();
    await settled();
    deepEqual([next.started.pass !== undefined, last.started.pass !== undefined], [true, false]);
    hangs.end('hung');
    equal(await hanging, 'hung');
    await settled();
    equal(last.started.pass, undefined, 'the turn of one that had passed was given away twice');
    next.end('a');
    last.end('b');
    deepEqual([await second, await third], ['a', 'b']);
  });

  it('gives the turn on when work fails', async () => {
    const turns = new ExecTurns(1);
    await rejects(
      turns.take(never, () => Promise.reject(new Error('no'))),
      /no/,
    );
    equal(await turns.take(never, async () => 'next'), 'next');
  });

  it('an aborted wait rejects with the reason and takes no turn', async () => {
    const turns = new ExecTurns(1);
    const first = work();
    const running = turns.take(never, first.run);
    const controller = new AbortController();
    const waiting = turns.take(controller.signal, async () => 'never');
    controller.abort('enough');
    await rejects(waiting, (error) => error === 'enough');
    await rejects(
      turns.take(controller.signal, async () => 'never'),
      (error) => error === 'enough',
    );
    first.end('done');
    equal(await running, 'done');
    equal(await turns.take(never, async () => 'next'), 'next');
  });
});
