/** `hooklet hooks` and `hooklet hooks output` on a journal as an agent left it; no containers. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { Fact, HookName, PodRecord } from '../core/journal-record.ts';
import { HookOutputFiles } from '../host/hook-output-files.ts';
import { SystemClock } from '../host/system-clock.ts';
import type { Pod } from '../model/pod.ts';
import { SqliteJournal } from '../sqlite/sqlite-journal.ts';

const launcher = new URL('../../bin/hooklet', import.meta.url).pathname;
const at = { bootId: 'b', monotonicMs: 0, wallMs: 0 };

let stateDir = '';
let journal: SqliteJournal;

const record = (name: string, uid: string, fact: Fact): PodRecord => ({
  time: '2030-01-01T00:00:00.000Z',
  pod: `default/${name}`,
  uid,
  ...fact,
});
const accepted = (name: string, uid: string): PodRecord =>
  record(name, uid, {
    type: 'pod.accepted',
    spec: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid }, spec: {} } as unknown as Pod,
  });

function delivered(name: string, uid: string, hook: HookName, attempt = 1): readonly PodRecord[] {
  const delivery = { container: 'main', restartCount: 0, hook, handler: 'exec', attempt, retry: 0 } as const;
  return [
    record(name, uid, { type: 'hook.started', ...delivery, containerId: 'c', at }),
    record(name, uid, { type: 'hook.finished', ...delivery, outcome: 'succeeded', durationMs: 12, exitCode: 0 }),
  ];
}

function start(args: readonly string[]): ChildProcess {
  return spawn(launcher, ['hooks', ...args, '--state-dir', stateDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
}

async function hooks(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: Buffer; readonly stderr: string }> {
  const child = start(args);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  if (child.stdout === null || child.stderr === null) throw new Error('the child has no pipes');
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

before(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'hooklet-hooks-'));
  journal = SqliteJournal.open({ file: join(stateDir, 'journal.db'), clock: new SystemClock() });
  await journal.append([
    accepted('demo', 'u1'),
    ...delivered('demo', 'u1', 'postStart'),
    ...delivered('demo', 'u1', 'preStop'),
    record('demo', 'u1', { type: 'pod.removed' }),
    accepted('demo', 'u2'),
    ...delivered('demo', 'u2', 'postStart', 1),
    ...delivered('demo', 'u2', 'postStart', 2),
    accepted('quiet', 'u3'),
  ]);
  const output = new HookOutputFiles(join(stateDir, 'hook-output'));
  const stream = (bytes: Buffer | string, tail = '', cutBytes = 0) => ({ head: Buffer.from(bytes), tail: Buffer.from(tail), cutBytes });
  const key = { uid: 'u2', container: 'main', restartCount: 0, hook: 'postStart' } as const;
  await output.write({ ...key, attempt: 1 }, { stdout: stream('first\n'), stderr: stream('') });
  await output.write({ ...key, attempt: 2 }, { stdout: stream(Buffer.from([0xff, 0x00, 0x1b])), stderr: stream('start\n', 'end\n', 9) });
});

after(() => {
  journal.close();
  rmSync(stateDir, { recursive: true, force: true });
});

describe('hooklet hooks', () => {
  it('shows every delivery, those of removed Pods too', async () => {
    const { code, stdout } = await hooks();
    equal(code, 0);
    const lines = stdout.toString().trimEnd().split('\n');
    equal(lines.length, 5);
    match(lines[0] ?? '', /^POD +CONTAINER +HOOK +HANDLER/);
    match(lines[4] ?? '', /^default\/demo +main +postStart +exec +2 .* 12 ms +succeeded +0$/);
  });

  it('prints one JSON object a delivery, and nothing else on stdout', async () => {
    const { stdout } = await hooks('default/demo', '-o', 'json');
    const rows = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    deepEqual(
      rows.map(({ uid, hook, attempt, outcome }) => [uid, hook, attempt, outcome]),
      [
        ['u1', 'postStart', 1, 'succeeded'],
        ['u1', 'preStop', 1, 'succeeded'],
        ['u2', 'postStart', 1, 'succeeded'],
        ['u2', 'postStart', 2, 'succeeded'],
      ],
    );
  });

  it('says on stderr that a Pod had no hooks, and refuses one that it does not know', async () => {
    const quiet = await hooks('quiet');
    deepEqual([quiet.code, quiet.stdout.length], [0, 0]);
    const unknown = await hooks('nobody');
    equal(unknown.code, 2);
    match(unknown.stderr, /knows no Pod "nobody".*default\/demo, default\/quiet/);
  });

  it('goes on with what happens, until it is told to stop', { timeout: 30_000 }, async () => {
    const child = start(['demo', '--watch', '-o', 'json']);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const nextText = (): Promise<string> =>
      new Promise((resolve) => child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString())));
    try {
      equal((await nextText()).trimEnd().split('\n').length, 4);
      const news = nextText();
      await journal.append(delivered('demo', 'u2', 'preStop').slice(0, 1));
      const row = JSON.parse(await news) as Record<string, unknown>;
      deepEqual([row['pod'], row['hook'], row['outcome']], ['default/demo', 'preStop', 'running']);
      child.kill('SIGINT');
      equal(await ended, 0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('hooklet hooks output', () => {
  it('prints what the last delivery of the newest Pod wrote, byte for byte, each stream on its own', async () => {
    const { code, stdout, stderr } = await hooks('output', 'demo', '-c', 'main', '--hook', 'postStart');
    equal(code, 0);
    deepEqual([...stdout], [0xff, 0x00, 0x1b]);
    equal(stderr, 'start\n… 9 bytes cut …\nend\n');
  });

  it('prints the delivery that is asked for', async () => {
    const { stdout } = await hooks('output', 'default/demo', '--hook', 'postStart', '--attempt', '1');
    equal(stdout.toString(), 'first\n');
  });

  it('gives both streams as JSON, bytes that are no text as base64', async () => {
    const { stdout } = await hooks('output', 'demo', '--hook', 'postStart', '-o', 'json');
    const row = JSON.parse(stdout.toString()) as Record<string, unknown>;
    equal(row['attempt'], 2);
    deepEqual(row['stdout'], { head: '/wAb', tail: '', cutBytes: 0, encoding: 'base64' });
    deepEqual(row['stderr'], { head: 'start\n', tail: 'end\n', cutBytes: 9, encoding: 'utf-8' });
  });

  it('says what there is when there is no such delivery', async () => {
    const { code, stdout, stderr } = await hooks('output', 'demo', '--hook', 'postStart', '--attempt', '7');
    deepEqual([code, stdout.length], [2, 0]);
    match(stderr, /no such delivery: those it has are -c main --hook postStart/);
    const quiet = await hooks('output', 'nobody');
    equal(quiet.code, 2);
    ok(quiet.stderr.includes('knows no Pod'));
  });
});
