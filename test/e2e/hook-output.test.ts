/** What becomes of what a hook writes: never in the way of the hook, bounded, kept apart, told to nobody unasked. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { container, podText, shell } from './pod-text.ts';

const KEPT_OF_STREAM = 64 * 1024;
const GIB = 1024 ** 3;

interface KeptStream {
  readonly head: string;
  readonly tail: string;
  readonly cutBytes: number;
  readonly encoding: string;
}

const background = podText('background', [
  container('main', {
    lifecycle: { postStart: shell('sleep 40 & echo started it'), preStop: shell('(while :; do echo more; sleep 0.1; done) & echo first') },
  }),
]);

/** Only the container knows it: the Pod that is written to the journal has it enciphered. */
const SECRET = 'Uif-dbu-jt-bmjwf'.replace(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) - 1));
const tellsSecret = 'echo Uif-dbu-jt-bmjwf | tr B-Zb-z A-Ya-y | tee /dev/stderr';
const secret = podText('secret', [
  container('main', { lifecycle: { postStart: shell(tellsSecret), preStop: shell(`${tellsSecret}; exit 3`) } }),
]);

describe('the output of an exec hook', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(async () => hooklet.close());

  it('does not keep a hook from ending when its background child holds the pipe', async () => {
    const run = hooklet.runInput(background, '--for', '2s');
    equal(await run.ended(), 0, run.stderr);
    const hooks = run.all('hook.finished');
    deepEqual(
      hooks.map(({ hook, outcome }) => [hook, outcome]),
      [
        ['postStart', 'succeeded'],
        ['preStop', 'succeeded'],
      ],
    );
    for (const { hook, durationMs } of hooks) ok(durationMs < 3000, `${hook} ended after ${durationMs} ms`);
    equal((await kept('background', 'postStart')).stdout.head, 'started it\n');
    match((await kept('background', 'preStop')).stdout.head, /^first\n|^more\n/);
  });

  it('may be 1 GiB: the hook succeeds, the agent does not grow, the beginning and the end are kept', async (t) => {
    const flood = 'echo begin; dd if=/dev/zero bs=1M count=1024 2>/dev/null; echo end';
    const main = container('main', { lifecycle: { postStart: shell(flood), preStop: shell(`{ ${flood}; } >&2`) } });
    const run = hooklet.runInput(podText('gigabyte', [main], { terminationGracePeriodSeconds: 60 }));
    const toStdout = await growthDuring(run, 'postStart');
    run.signal('SIGINT');
    const toStderr = await growthDuring(run, 'preStop');
    equal(await run.ended(), 0, run.stderr);
    checkGrowth(t, { toStdout, toStderr });
    checkFlood(await kept('gigabyte', 'postStart'), 'stdout');
    checkFlood(await kept('gigabyte', 'preStop'), 'stderr');
  });

  it('is in no record, event or message, whether its hook succeeded or failed, and only hooks output tells it', async () => {
    const run = hooklet.runInput(secret, '--for', '1s');
    equal(await run.ended(), 1);
    deepEqual(
      run.all('hook.finished').map(({ hook, outcome, exitCode }) => [hook, outcome, exitCode]),
      [
        ['postStart', 'succeeded', 0],
        ['preStop', 'failed', 3],
      ],
    );
    equal(run.all('event').filter(({ reason }) => reason === 'FailedPreStopHook').length, 1);
    ok(!JSON.stringify(run.records).includes(SECRET) && !run.stderr.includes(SECRET));
    const { journalFile, containerdLogFile } = await hooklet.paths();
    for (const file of [journalFile, `${journalFile}-wal`, containerdLogFile]) ok(!readOrEmpty(file).includes(SECRET), file);
    const listed = await hooklet.command('hooks', '-o', 'json');
    ok(!listed.stdout.includes(SECRET));
    for (const hook of ['postStart', 'preStop']) {
      const told = await hooklet.command('hooks', 'output', 'secret', '-c', 'main', '--hook', hook);
      deepEqual(told, { code: 0, stdout: `${SECRET}\n`, stderr: `${SECRET}\n` });
    }
  });

  async function kept(pod: string, hook: string): Promise<{ readonly stdout: KeptStream; readonly stderr: KeptStream }> {
    const { code, stdout, stderr } = await hooklet.command('hooks', 'output', pod, '-c', 'main', '--hook', hook, '-o', 'json');
    equal(code, 0, stderr);
    return JSON.parse(stdout) as Awaited<ReturnType<typeof kept>>;
  }
});

function checkFlood(output: { readonly stdout: KeptStream; readonly stderr: KeptStream }, stream: 'stdout' | 'stderr'): void {
  const { head, tail, cutBytes, encoding } = output[stream];
  equal(encoding, 'utf-8');
  ok(head.startsWith('begin\n\0') && tail.endsWith('\0end\n'));
  ok(head.length + tail.length <= KEPT_OF_STREAM);
  equal(head.length + cutBytes + tail.length, GIB + 'begin\nend\n'.length);
  deepEqual(output[stream === 'stdout' ? 'stderr' : 'stdout'], { head: '', tail: '', cutBytes: 0, encoding: 'utf-8' });
}

/** How many bytes the agent's peak of resident memory grew while a hook ran. */
async function growthDuring(run: HookletRun, hook: 'postStart' | 'preStop'): Promise<number> {
  await run.untilOne('hook.started', { hook });
  const before = resident(run, 'VmRSS');
  writeFileSync(`/proc/${run.pid}/clear_refs`, '5'); // the peak is counted anew from here (proc_pid_clear_refs(5))
  equal((await run.untilOne('hook.finished', { hook })).outcome, 'succeeded');
  return resident(run, 'VmHWM') - before;
}

function resident(run: HookletRun, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${run.pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024;
}

/** Far above what was seen (a few MiB, the garbage of a moment), and a thirtieth of what was written. */
const MAY_GROW_BYTES = 32 * 1024 * 1024;

function checkGrowth(t: TestContext, growths: Readonly<Record<string, number>>): void {
  for (const [of, bytes] of Object.entries(growths)) {
    t.diagnostic(`1 GiB ${of}: the agent's peak grew by ${(bytes / 1024 / 1024).toFixed(1)} MiB`);
    ok(bytes < MAY_GROW_BYTES, `${of}: the agent grew by ${bytes} bytes`);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
