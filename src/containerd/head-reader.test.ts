import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { HeadReader } from './head-reader.ts';

let pipe: string;
beforeEach(() => {
  pipe = join(mkdtempSync(join(tmpdir(), 'hooklet-head-')), 'pipe');
  execFileSync('mkfifo', [pipe]);
});
afterEach(() => rmSync(dirname(pipe), { recursive: true, force: true }));

/** For reading too: so it never waits for a reader. */
const openWriter = (): number => openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);

describe('HeadReader', () => {
  it('keeps the first bytes, counts all, and sees the end', async () => {
    const reader = new HeadReader(pipe, 5);
    const writer = openWriter();
    reader.start();
    writeSync(writer, 'hello ');
    writeSync(writer, 'world');
    equal(reader.hasEnded, false);
    closeSync(writer);
    await reader.ended;
    deepEqual([reader.head.toString(), reader.totalBytes, reader.hasEnded], ['hello', 11, true]);
    equal(reader.readNow(100), 'ended');
    reader.close();
  });

  it('takes as much as a writer has, without growing', async () => {
    const reader = new HeadReader(pipe, 10);
    const writer = spawn('dd', ['if=/dev/zero', `of=${pipe}`, 'bs=64k', 'count=256'], { stdio: 'ignore' });
    const gone = once(writer, 'exit');
    const held = openWriter();
    reader.start();
    await gone;
    closeSync(held);
    await reader.ended;
    deepEqual([reader.head.length, reader.totalBytes], [10, 256 * 64 * 1024]);
    reader.close();
  });

  it('readNow() takes what is there, and tells whether there is more', () => {
    const reader = new HeadReader(pipe, 100);
    const writer = openWriter();
    reader.start();
    writeSync(writer, 'x'.repeat(20_000));
    deepEqual([reader.readNow(1), reader.readNow(100_000), reader.totalBytes], ['more', 'empty', 20_000]);
    closeSync(writer);
    deepEqual([reader.readNow(1), reader.hasEnded], ['ended', true]);
    reader.close();
  });

  it('close() before the end is no end', async () => {
    for (const starts of [true, false]) {
      const reader = new HeadReader(pipe, 100);
      const writer = openWriter();
      if (starts) reader.start();
      reader.close();
      await reader.ended;
      deepEqual([reader.hasEnded, reader.readNow(1)], [false, 'ended']);
      closeSync(writer);
    }
  });
});
