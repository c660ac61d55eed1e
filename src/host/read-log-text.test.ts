import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { LogOptions, LogRead } from '../ports/pod-streams.ts';
import { logTextReader } from './read-log-text.ts';

const entry = (text: string): string => `2030-01-01T00:00:00.123456789Z stdout F ${text}\n`;

function logOf(t: TestContext, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-log-text-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, '0.log');
  writeFileSync(file, text);
  return file;
}

function opened(t: TestContext, file: string, options: Partial<LogOptions> = {}) {
  const complete = Promise.withResolvers<void>();
  const gone = new AbortController();
  t.after(() => gone.abort());
  const read: LogRead = {
    file,
    options: { follow: false, timestamps: false, ...options },
    untilComplete: () => complete.promise,
    signal: gone.signal,
  };
  // The clock stands still: whatever is told when following was told because of an event.
  return { log: logTextReader(new ManualClock())(read), complete: complete.resolve, gone };
}

/** Gathers as it comes. */
class Gathered {
  text = '';
  #changed = Promise.withResolvers<void>();
  readonly done: Promise<void>;

  constructor(log: Promise<AsyncIterable<Uint8Array> | undefined>) {
    this.done = this.#gather(log);
  }

  async #gather(log: Promise<AsyncIterable<Uint8Array> | undefined>): Promise<void> {
    for await (const bytes of (await log) ?? []) {
      this.text += Buffer.from(bytes).toString();
      this.#changed.resolve();
      this.#changed = Promise.withResolvers<void>();
    }
  }

  async until(text: string): Promise<void> {
    while (!this.text.endsWith(text)) await this.#changed.promise;
  }
}

const isOpen = (file: string): boolean =>
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  });

describe('logTextReader()', () => {
  it('reads what is there, and leaves nothing open', async (t) => {
    const file = logOf(t, entry('one') + entry('two'));
    const gathered = new Gathered(opened(t, file).log);
    await gathered.done;
    assert.deepEqual([gathered.text, isOpen(file)], ['one\ntwo\n', false]);
  });

  it('begins with the last lines, and ends at the limit', async (t) => {
    const file = logOf(t, entry('one') + entry('two') + entry('three'));
    const gathered = new Gathered(opened(t, file, { tailLines: 2, limitBytes: 6 }).log);
    await gathered.done;
    assert.equal(gathered.text, 'two\nth');
  });

  it('has nothing to read without a file, and through a link', async (t) => {
    const file = logOf(t, entry('secret'));
    symlinkSync(file, `${file}.link`);
    assert.equal(await opened(t, `${file}.none`).log, undefined);
    assert.equal(await opened(t, `${file}.link`).log, undefined);
  });

  it('follows what is written, through a rotation, until it is complete', async (t) => {
    const file = logOf(t, entry('one'));
    const { log, complete } = opened(t, file, { follow: true });
    const gathered = new Gathered(log);
    await gathered.until('one\n');
    appendFileSync(file, entry('two'));
    await gathered.until('two\n');
    renameSync(file, `${file}.1`);
    writeFileSync(file, entry('three'));
    await gathered.until('three\n');
    appendFileSync(file, entry('last'));
    complete();
    await gathered.done;
    assert.deepEqual([gathered.text, isOpen(file)], ['one\ntwo\nthree\nlast\n', false]);
  });

  it('stops following when nobody reads any more, and leaves nothing open', async (t) => {
    const file = logOf(t, entry('one'));
    const { log, gone } = opened(t, file, { follow: true });
    const gathered = new Gathered(log);
    await gathered.until('one\n');
    assert.equal(isOpen(file), true);
    gone.abort();
    await gathered.done;
    assert.equal(isOpen(file), false);
  });

  it('reads no further than it is asked to', async (t) => {
    const file = logOf(t, entry('x'.repeat(1000)).repeat(1000));
    const { log } = opened(t, file);
    const text = (await log)?.[Symbol.asyncIterator]();
    const first = await text?.next();
    assert.ok(first?.done === false && first.value.length <= 64 * 1024);
    await text?.return?.();
    assert.equal(isOpen(file), false);
  });
});
