import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutputQueue } from './output-queue.ts';

/** A descriptor that writes when the test says so, `atMost` bytes at a time. */
class SlowReader {
  readonly texts: string[] = [];
  writes = 0;
  atMost = Number.POSITIVE_INFINITY;
  error: NodeJS.ErrnoException | undefined;
  #open = Promise.resolve();
  #letGo: () => void = () => {};

  readonly write = async (_descriptor: number, bytes: Buffer): Promise<number> => {
    this.writes += 1;
    await this.#open;
    if (this.error !== undefined) throw this.error;
    const taken = bytes.subarray(0, this.atMost);
    this.texts.push(taken.toString());
    return taken.length;
  };

  stopReading(): void {
    this.#open = new Promise((resolve) => {
      this.#letGo = resolve;
    });
  }

  goOn(): void {
    this.#letGo();
  }
}

const errorWith = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

describe('OutputQueue', () => {
  it('writes texts in their order, those of one tick at once', async () => {
    const reader = new SlowReader();
    const queue = new OutputQueue(1, reader.write);
    queue.line('one');
    queue.text(Buffer.from('two\n'));
    await queue.flushed();
    queue.line('three');
    await queue.flushed();
    deepEqual(reader.texts, ['one\ntwo\n', 'three\n']);
  });

  it('goes on where a short write ended', async () => {
    const reader = new SlowReader();
    reader.atMost = 2;
    const queue = new OutputQueue(1, reader.write);
    queue.line('abcde');
    await queue.flushed();
    equal(reader.texts.join(''), 'abcde\n');
  });

  it('drops and counts what may be lost once too much is unsent, and nothing else', async () => {
    const reader = new SlowReader();
    reader.stopReading();
    const queue = new OutputQueue(1, reader.write);
    queue.line('x'.repeat(9 * 1024 * 1024));
    queue.line('a log line', { mayBeLost: true });
    queue.line('a fact');
    equal(queue.droppedLines, 1);
    reader.goOn();
    await queue.flushed();
    const written = reader.texts.join('');
    ok(written.endsWith('x\na fact\n'));
    queue.line('a log line', { mayBeLost: true });
    await queue.flushed();
    ok(reader.texts.join('').endsWith('a fact\na log line\n'));
  });

  it('tells once that nobody reads, and then drops everything', async () => {
    const reader = new SlowReader();
    reader.error = errorWith('EPIPE');
    const queue = new OutputQueue(1, reader.write);
    let told = 0;
    queue.onClosed(() => {
      told += 1;
    });
    queue.line('one');
    await queue.flushed();
    queue.line('two');
    await queue.flushed();
    equal(told, 1);
    equal(reader.writes, 1);
  });

  it('tries again while a non-blocking pipe is full', async () => {
    const reader = new SlowReader();
    reader.error = errorWith('EAGAIN');
    const queue = new OutputQueue(1, (descriptor, bytes) => {
      if (reader.writes === 2) reader.error = undefined;
      return reader.write(descriptor, bytes);
    });
    queue.line('one');
    await queue.flushed();
    deepEqual(reader.texts, ['one\n']);
    equal(reader.writes, 3);
  });
});
