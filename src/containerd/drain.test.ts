import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { type Drainable, drain, inFlightBytes } from './drain.ts';

/** A pipe that gives what the test puts in. */
class ScriptedPipe implements Drainable {
  totalBytes = 0;
  readonly #end = Promise.withResolvers<void>();
  readonly ended = this.#end.promise;
  /** Bytes that the next looks find; `ended` when there are no more. */
  readonly #looks: (number | 'ended')[];

  constructor(...looks: (number | 'ended')[]) {
    this.#looks = looks;
  }

  readNow(limit: number): 'ended' | 'more' | 'empty' {
    const next = this.#looks.shift() ?? 0;
    if (next === 'ended') return 'ended';
    this.totalBytes += Math.min(next, limit);
    return next >= limit ? 'more' : 'empty';
  }

  end(): void {
    this.#looks.unshift('ended');
    this.#end.resolve();
  }
}

const never = new AbortController().signal;

test('drain() is over at once when the writers are gone', async () => {
  const begun = performance.now();
  await drain([new ScriptedPipe('ended'), new ScriptedPipe('ended')], never);
  assert.ok(performance.now() - begun < 50);
});

test('drain() does not wait out its patience when the end comes meanwhile', async () => {
  const pipe = new ScriptedPipe(10);
  const drained = drain([pipe], never);
  const begun = performance.now();
  pipe.end();
  await drained;
  assert.ok(performance.now() - begun < 50);
});

test('drain() goes on while bytes come, and is over when none came for a while', async () => {
  const pipe = new ScriptedPipe(100, 20, 3);
  await drain([pipe], never);
  assert.equal(pipe.totalBytes, 123);
});

test('drain() gives up a writer that never pauses once its own process can have written no more', async () => {
  const pipe = new ScriptedPipe(...Array<number>(1000).fill(100_000));
  await drain([pipe], never);
  assert.equal(pipe.totalBytes, inFlightBytes);
});

test('drain() rejects with the reason of an abort and leaves nothing behind', async () => {
  const controller = new AbortController();
  const reason = new Error('left');
  const drained = drain([new ScriptedPipe(1, 1, 1)], controller.signal);
  controller.abort(reason);
  await assert.rejects(drained, reason);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});
