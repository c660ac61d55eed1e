/** One Pod with both hooks from the first record to the last, and nothing of it on the host afterwards. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ONE_WISH_MS } from '../../src/cli/stop-signals.ts';
import { describeRecord } from '../scenarios/scenario.ts';
import { Hooklet, program, runToEnd } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { until } from './host/host-traces.ts';
import { leftOnHost, ownChains } from './left-on-host.ts';
import { container, podText, shell } from './pod-text.ts';

/** `design.md` 2, the closed vocabulary. */
const VOCABULARY = [
  ...['agent.started', 'agent.recovered', 'pod.accepted', 'pod.rejected', 'sandbox.ready', 'image.pulling', 'image.pulled', 'image.failed'],
  ...['container.created', 'container.started', 'container.failed', 'hook.started', 'hook.finished', 'hook.skipped', 'container.ready'],
  ...['container.unready', 'probe.failed', 'pod.deleting', 'container.stopping', 'signal.sent', 'container.exited', 'container.restarting'],
  ...['event', 'log', 'pod.ended', 'pod.removed'],
];

const STORY = [
  'main container.started',
  'main hook.started postStart exec #1',
  'main hook.finished postStart succeeded',
  'main container.ready',
  'pod.deleting 10',
  'main hook.started preStop exec #1',
  'main hook.finished preStop succeeded',
  'main signal.sent SIGTERM',
  'main container.exited 0 stop',
  'pod.removed',
];

describe('hooklet run examples/lifecycle-demo --for 5s -o json', () => {
  let hooklet: Hooklet;
  let run: HookletRun;
  let code: number | null;
  let chains: readonly string[];
  const midway = { logs: 0, finished: 0, ready: 0 };
  before(async () => {
    hooklet = await Hooklet.open();
    run = hooklet.run('examples/lifecycle-demo/pod.yaml', '--for', '5s');
    await run.untilOne('hook.started');
    await run.until((record) => record.type === 'log' && record.text === 'at work, second 2');
    midway.logs = run.all('log').length;
    midway.finished = run.all('hook.finished').length;
    midway.ready = run.all('container.ready').length;
    chains = await ownChains(await hooklet.paths());
    code = await run.ended();
  });
  after(async () => hooklet.close());

  it('exits with 0 and tells the story of the Pod in its order', () => {
    equal(code, 0, run.stderr);
    const told = run.records.flatMap((record) =>
      record.type === 'log' || record.type.startsWith('agent.') ? [] : [describeRecord(record)],
    );
    deepEqual(
      told.filter((line) => STORY.some((one) => one.split(' ', 2).join(' ') === line.split(' ', 2).join(' '))),
      STORY,
    );
  });

  it('prints JSON and nothing else on stdout, one object of the closed vocabulary a line', () => {
    deepEqual(run.garbage, []);
    for (const record of run.records) {
      ok(VOCABULARY.includes(record.type), JSON.stringify(record));
      match(record.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      if (!record.type.startsWith('agent.')) equal(record.pod, 'default/lifecycle-demo');
      if (!record.type.startsWith('agent.')) match(record.uid ?? '', /^[0-9a-f-]{36}$/);
    }
  });

  it('lets the ENTRYPOINT write while postStart runs, and calls the container ready only after it', () => {
    ok(midway.logs >= 2);
    deepEqual([midway.finished, midway.ready], [0, 0]);
    const [postStart] = run.all('hook.finished', { hook: 'postStart' });
    ok((postStart?.durationMs ?? 0) >= 3000, JSON.stringify(postStart));
  });

  it('leaves no process, shim, bridge, mount, namespace, cgroup, run directory or iptables chain', async () => {
    ok(chains.length > 0, 'the Pod had no chain of its own to look for');
    deepEqual(await leftOnHost(await hooklet.paths(), chains), []);
  });

  it('hooks tells of both deliveries afterwards, as a table and as JSON', async () => {
    const json = await hooklet.command('hooks', '-o', 'json');
    const rows = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    deepEqual(
      rows.map(({ pod, container, hook, handler, attempt, outcome, exitCode }) => [
        pod,
        container,
        hook,
        handler,
        attempt,
        outcome,
        exitCode,
      ]),
      [
        ['default/lifecycle-demo', 'main', 'postStart', 'exec', 1, 'succeeded', 0],
        ['default/lifecycle-demo', 'main', 'preStop', 'exec', 1, 'succeeded', 0],
      ],
    );
    const table = await hooklet.command('hooks', 'lifecycle-demo');
    equal(table.code, 0);
    match(table.stdout, /^POD +CONTAINER +HOOK .*\n.*postStart.*succeeded.*\n.*preStop.*succeeded/);
  });

  it('hooks output prints what each delivery wrote, byte for byte', async () => {
    const postStart = await hooklet.command('hooks', 'output', 'lifecycle-demo', '-c', 'main', '--hook', 'postStart');
    deepEqual(postStart, { code: 0, stdout: 'warming the cache\ncache is warm\n', stderr: '' });
    const preStop = await hooklet.command('hooks', 'output', 'default/lifecycle-demo', '-c', 'main', '--hook', 'preStop');
    deepEqual(preStop, { code: 0, stdout: 'finishing open requests\nall requests are done\n', stderr: '' });
  });

  it('colours are on a terminal only, and never with NO_COLOR', async () => {
    const command = `'${program}' hooks --state-dir '${hooklet.stateDir}'`;
    const { NO_COLOR: _, ...env }: NodeJS.ProcessEnv = { ...process.env, TERM: 'xterm' };
    const onTerminal = (more: NodeJS.ProcessEnv) => runToEnd('script', ['-qec', command, '/dev/null'], { ...env, ...more });
    ok((await onTerminal({})).stdout.includes('\x1b['), 'no colours on a terminal');
    const plain = await onTerminal({ NO_COLOR: '1' });
    match(plain.stdout, /postStart/);
    ok(!plain.stdout.includes('\x1b'), plain.stdout);
    ok(!(await runToEnd('sh', ['-c', command], env)).stdout.includes('\x1b'));
  });
});

/** Resolves when the run has answered a signal, and the next one will not be taken for the same wish. */
async function heardAsOneWish(run: HookletRun, answer: RegExp): Promise<void> {
  await until(`hooklet says ${answer}`, () => answer.test(run.stderr));
  const heard = performance.now();
  await until('the next signal is another wish', () => performance.now() - heard > ONE_WISH_MS);
}

describe('hooklet run', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(async () => hooklet.close());

  it('in text shows the life and the log without colours, then a table of the hooks with their output', async () => {
    const lifecycle = { postStart: shell('echo "from postStart"'), preStop: shell('echo "from preStop"') };
    const main = container('main', {
      lifecycle,
      command: ['sh', '-c', 'trap "exit 0" TERM; echo "from main"; while true; do sleep 9 & wait $!; done'],
    });
    const file = await hooklet.file('text.yaml', podText('text', [main]));
    const { code, stdout, stderr } = await hooklet.command('run', file, '--for', '2s');
    equal(code, 0, stderr);
    ok(!stdout.includes('\x1b') && !stderr.includes('\x1b'));
    const table = stdout.slice(stdout.indexOf('Hooks of default/text'));
    const life = stdout.slice(0, stdout.length - table.length);
    match(life, /from main/);
    match(life, /postStart.*ready.*preStop.*SIGTERM/s);
    match(table, /postStart.*succeeded.*from postStart.*preStop.*succeeded.*from preStop/s);
  });

  it('ends its Pods gracefully at the first SIGINT and exits with 0', async () => {
    const run = hooklet.runInput(podText('interrupted', [container('main', { lifecycle: { preStop: shell('sleep 1') } })]));
    await run.untilOne('container.ready');
    run.signal('SIGINT');
    equal(await run.ended(), 0, run.stderr);
    equal(run.all('hook.finished')[0]?.outcome, 'succeeded');
    equal(run.all('container.exited')[0]?.by, 'stop');
    match(run.stderr, /gracefully/);
  });

  it('shortens the grace at the second SIGINT, in the middle of preStop', async () => {
    const main = container('main', { lifecycle: { preStop: shell('sleep 60') } });
    const run = hooklet.runInput(podText('hurried', [main], { terminationGracePeriodSeconds: 60 }));
    await run.untilOne('container.ready');
    run.signal('SIGINT');
    await run.untilOne('hook.started', { hook: 'preStop' });
    await heardAsOneWish(run, /gracefully/);
    const second = performance.now();
    run.signal('SIGINT');
    equal(await run.ended(), 1, run.stderr);
    ok(performance.now() - second < 8_000, 'the second SIGINT did not shorten the grace');
    deepEqual(
      run.all('pod.deleting').map(({ graceSeconds }) => graceSeconds),
      [60, 1],
    );
    equal(run.all('hook.finished')[0]?.outcome, 'timedOut');
    equal(run.all('pod.removed').length, 1);
  });

  it('leaves at the third SIGINT a Pod that cannot be removed, and the next run goes on with it', async () => {
    const main = container('main', { volumeMounts: [{ name: 'data', mountPath: '/data' }] });
    const file = await hooklet.file('stuck.yaml', podText('stuck', [main], { volumes: [{ name: 'data', emptyDir: {} }] }));
    const run = hooklet.run(file);
    const { uid } = await run.untilOne('container.ready');
    const point = join((await hooklet.paths()).podsDir, uid, 'volumes', 'kubernetes.io~empty-dir', 'data', 'point');
    await mkdir(point);
    equal((await runToEnd('mount', ['-t', 'tmpfs', 'tmpfs', point])).code, 0);
    try {
      run.signal('SIGINT');
      await heardAsOneWish(run, /something is mounted there; unmount it first/);
      run.signal('SIGINT');
      await heardAsOneWish(run, /the grace is now 1 s/);
      run.signal('SIGINT');
      equal(await run.ended(), 1, run.stderr);
      match(run.stderr, /not ended yet: default\/stuck; .*\n.*"hooklet run".*\n.*hooklet reset --state-dir/);
      equal(run.all('pod.removed').length, 0);
    } finally {
      await runToEnd('umount', [point]);
    }
    const next = hooklet.run(file, '--for', '1s');
    await next.until((record) => record.type === 'pod.removed' && record.uid === uid);
    equal(await next.ended(), 0, next.stderr);
  });

  it('leaves nothing on the host after all that', async () => {
    deepEqual(await leftOnHost(await hooklet.paths()), []);
  });
});
