import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { PodRecord, PrintedRecord } from '../core/journal-record.ts';
import { MemoryContainerLogs } from '../fakes/memory-container-logs.ts';
import { RecordFeed } from './record-feed.ts';

const of = { time: '2030-01-01T00:00:00.000Z', pod: 'default/demo', uid: 'u1' };
const main = { container: 'main', restartCount: 0 };
const started: PodRecord = { ...of, type: 'container.started', ...main, containerId: 'c1' };
const exited: PodRecord = { ...of, type: 'container.exited', ...main, exitCode: 0, reason: 'Completed', by: 'self' };
const ready: PodRecord = { ...of, type: 'container.ready', ...main };
const FILE = '/logs/u1/main/0.log';

const fail = (error: unknown): void => {
  throw error;
};

interface Fixture {
  readonly feed: RecordFeed;
  readonly logs: MemoryContainerLogs;
  readonly shown: string[];
}

function fixture(options: { readonly withLogs?: boolean } = {}): Fixture {
  const logs = new MemoryContainerLogs();
  const shown: string[] = [];
  const show = (record: PrintedRecord): void => {
    shown.push(record.type === 'log' ? `${record.stream}: ${record.text}` : record.type);
  };
  return { feed: new RecordFeed({ ...(options.withLogs === false ? {} : { logs }), logsDir: '/logs', show, onError: fail }), logs, shown };
}

describe('RecordFeed', () => {
  it('shows the lines of a container between its start and its end', async () => {
    const { feed, logs, shown } = fixture();
    feed.push(started);
    await setImmediate();
    logs.write(FILE, 'hello');
    await setImmediate();
    feed.push(ready);
    await setImmediate();
    logs.write(FILE, 'oops', { stream: 'stderr' });
    feed.push(exited);
    await feed.end();
    deepEqual(shown, ['container.started', 'stdout: hello', 'container.ready', 'stderr: oops', 'container.exited']);
  });

  it('shows lines that were there before it followed, and all before the end of the run', async () => {
    const { feed, logs, shown } = fixture();
    logs.write(FILE, 'early');
    feed.push(started);
    await feed.end();
    logs.write(FILE, 'too late');
    await setImmediate();
    deepEqual(shown, ['container.started', 'stdout: early']);
  });

  it('follows each instance of a container by itself', async () => {
    const { feed, logs, shown } = fixture();
    logs.write(FILE, 'first');
    logs.write('/logs/u1/main/1.log', 'second');
    feed.push(started);
    feed.push(exited);
    feed.push({ ...started, restartCount: 1, containerId: 'c2' });
    await feed.end();
    deepEqual(shown, ['container.started', 'stdout: first', 'container.exited', 'container.started', 'stdout: second']);
  });

  it('shows of a container that was left running what it writes from now on', async () => {
    const { feed, logs, shown } = fixture();
    logs.write(FILE, 'old', { time: '2030-01-01T00:00:01.000Z' });
    logs.write(FILE, 'new', { time: '2030-01-01T00:00:05.000Z' });
    const created: PodRecord = { ...of, type: 'container.created', ...main, containerId: 'c1', bootId: 'b', hooksDue: [] };
    feed.followLeft({ uid: 'u1', records: [created, started] }, Date.parse('2030-01-01T00:00:04.000Z'));
    feed.push(exited);
    await feed.end();
    deepEqual(shown, ['stdout: new', 'container.exited']);
  });

  it('says where a line was cut', async () => {
    const { shown } = fixture();
    const show = (record: PrintedRecord): void => {
      if (record.type === 'log') shown.push(record.text);
    };
    const logs = {
      follow: (_file: string, onLine: (line: { time: string; stream: 'stdout'; text: string; cutBytes: number }) => void) => {
        onLine({ time: of.time, stream: 'stdout', text: 'start', cutBytes: 7 });
        return { drained: async () => {} };
      },
    };
    const feed = new RecordFeed({ logs, logsDir: '/logs', show, onError: fail });
    feed.push(started);
    await feed.end();
    deepEqual(shown, ['start … 7 bytes cut']);
  });

  it('shows all that comes after a record that could not be shown, and says so', async () => {
    const shown: string[] = [];
    const errors: unknown[] = [];
    const broken = new Error('cannot be printed');
    const logs = {
      follow: () => ({ drained: () => Promise.reject(new Error('cannot be read')) }),
    };
    const show = (record: PrintedRecord): void => {
      if (record.type === 'container.ready') throw broken;
      shown.push(record.type);
    };
    const feed = new RecordFeed({ logs, logsDir: '/logs', show, onError: (error) => errors.push(error) });
    for (const record of [started, ready, exited]) feed.push(record);
    feed.push({ ...started, restartCount: 1 });
    await feed.end();
    deepEqual(shown, ['container.started', 'container.exited', 'container.started']);
    deepEqual(errors.map(String), ['Error: cannot be printed', 'Error: cannot be read', 'Error: cannot be read']);
  });

  it('goes on telling lines after one that could not be shown', async () => {
    const { logs } = fixture();
    const shown: string[] = [];
    const errors: unknown[] = [];
    const show = (record: PrintedRecord): void => {
      if (record.type !== 'log') return;
      if (record.text === 'bad') throw new Error('cannot be printed');
      shown.push(record.text);
    };
    const feed = new RecordFeed({ logs, logsDir: '/logs', show, onError: (error) => errors.push(error) });
    logs.write(FILE, 'bad');
    logs.write(FILE, 'good');
    feed.push(started);
    await feed.end();
    deepEqual(shown, ['good']);
    equal(errors.length, 1);
  });

  it('shows no lines without logs', async () => {
    const { feed, logs, shown } = fixture({ withLogs: false });
    logs.write(FILE, 'hello');
    feed.push(started);
    feed.push(exited);
    await feed.end();
    deepEqual(shown, ['container.started', 'container.exited']);
  });
});
