import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { Clock } from '../ports/clock.ts';
import { containerLogsContract, ToldLines } from '../ports/container-logs.contract.ts';
import { ContainerLogReader } from './container-log-reader.ts';
import { lookEveryMs, type WatchDirectory } from './followed-log-file.ts';

function logFile(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-logs-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'uid', 'main', '0.log');
}

const entry = (text: string, tag = 'F', stream = 'stdout'): string => `2030-01-01T00:00:00.123456789Z ${stream} ${tag} ${text}\n`;

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, text);
}

// The clock stands still: whatever is told in these tests was told because of an event.
containerLogsContract('ContainerLogReader', (t) => {
  const file = logFile(t);
  return { logs: new ContainerLogReader(new ManualClock()), file, write: (text, stream) => write(file, entry(text, 'F', stream)) };
});

interface Following {
  readonly clock?: Clock;
  readonly watch?: WatchDirectory;
}

function follow(t: TestContext, file: string, { clock = new ManualClock(), watch }: Following = {}) {
  const controller = new AbortController();
  t.after(() => controller.abort());
  const told = new ToldLines();
  const log = new ContainerLogReader(clock, watch).follow(file, told.tell, controller.signal);
  return { log, told, controller };
}

describe('ContainerLogReader', () => {
  it('waits for an entry that is written in parts, and joins pieces', async (t) => {
    const file = logFile(t);
    const { told } = follow(t, file);
    const whole = entry('first ', 'P') + entry('second');
    write(file, entry('zero') + whole.slice(0, 10));
    await told.reach(1);
    write(file, whole.slice(10, 70));
    write(file, whole.slice(70));
    await told.reach(2);
    assert.deepEqual(told.texts, ['zero', 'first second']);
  });

  it('tells the end of a rotated file before the new one, and misses nothing', async (t) => {
    const file = logFile(t);
    const { log, told } = follow(t, file);
    write(file, entry('one'));
    await told.reach(1);
    renameSync(file, `${file}.20300101`);
    // The runtime writes to the old file until it is told to open the new one.
    appendFileSync(`${file}.20300101`, entry('two'));
    await told.reach(2);
    appendFileSync(`${file}.20300101`, entry('three'));
    write(file, entry('four'));
    await told.reach(4);
    renameSync(file, `${file}.20300102`);
    write(file, entry('five'));
    await log.drained();
    assert.deepEqual(told.texts, ['one', 'two', 'three', 'four', 'five']);
  });

  it('begins again in a file that was truncated', async (t) => {
    const file = logFile(t);
    const { told } = follow(t, file);
    write(file, entry('a long line before the truncation') + entry('and another'));
    await told.reach(2);
    truncateSync(file);
    write(file, entry('new'));
    await told.reach(3);
    assert.deepEqual(told.texts.slice(2), ['new']);
  });

  it('follows through a directory that is removed and made again', async (t) => {
    const file = logFile(t);
    const { told } = follow(t, file);
    write(file, entry('one'));
    await told.reach(1);
    rmSync(dirname(dirname(file)), { recursive: true });
    write(file, entry('two'));
    await told.reach(2);
    assert.deepEqual(told.texts, ['one', 'two']);
  });

  it('drained() tells a last line whose end was never written', async (t) => {
    const file = logFile(t);
    const { log, told } = follow(t, file);
    write(file, entry('begun', 'P'));
    await log.drained();
    assert.deepEqual(told.texts, ['begun']);
  });

  it('reads a file far larger than its buffer to the end', async (t) => {
    const file = logFile(t);
    const texts = Array.from({ length: 20_000 }, (_, index) => `line ${index} with some text`);
    write(file, texts.map((text) => entry(text)).join(''));
    const { log, told } = follow(t, file);
    await log.drained();
    assert.deepEqual(told.texts, texts);
  });

  it('finds new lines by looking now and then where no watch can be had', async (t) => {
    const file = logFile(t);
    const clock = new ManualClock();
    const watch: WatchDirectory = () => {
      throw new Error('ENOSPC');
    };
    const { told } = follow(t, file, { clock, watch });
    write(file, entry('one'));
    const looks = async (count: number): Promise<void> => {
      // File reads end in their own time: wait until the reader waits for the clock again.
      while (told.lines.length < count) {
        while (clock.pending === 0) await clock.settle();
        await clock.advance(lookEveryMs);
      }
    };
    await looks(1);
    write(file, entry('two'));
    await looks(2);
    assert.deepEqual(told.texts, ['one', 'two']);
  });

  it('opens neither a link nor a pipe in the place of a log', async (t) => {
    const file = logFile(t);
    const secret = join(dirname(dirname(dirname(file))), 'secret');
    writeFileSync(secret, entry('secret'));
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(secret, file);
    const linked = follow(t, file);
    await linked.log.drained();
    assert.deepEqual(linked.told.texts, []);
    execFileSync('mkfifo', [`${file}.pipe`]);
    const piped = follow(t, `${file}.pipe`);
    await piped.log.drained();
    assert.deepEqual(piped.told.texts, []);
  });

  it('leaves no descriptor, watch or wait behind', async (t) => {
    const file = logFile(t);
    const clock = new ManualClock();
    const watches = new Set<object>();
    const watch: WatchDirectory = () => {
      const watcher = { close: () => watches.delete(watcher) };
      watches.add(watcher);
      return watcher;
    };
    write(file, entry('one'));
    const drained = follow(t, file, { clock, watch });
    const aborted = follow(t, file, { clock, watch });
    await Promise.all([drained.told.reach(1), aborted.told.reach(1)]);
    assert.equal(watches.size, 2);
    await drained.log.drained();
    aborted.controller.abort();
    await aborted.log.drained();
    assert.equal(watches.size, 0);
    assert.equal(clock.pending, 0);
    const open = readdirSync('/proc/self/fd').map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    });
    assert.deepEqual(
      open.filter((path) => path === file),
      [],
    );
  });
});
