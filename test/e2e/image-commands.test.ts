/** Image commands side by side, beside a run, and before it: one containerd, and none when the last has ended. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcHostProcesses } from '../../src/host/proc-host-processes.ts';
import { Hooklet, program } from './hooklet.ts';
import { until } from './host/host-traces.ts';
import { leftOnHost } from './left-on-host.ts';
import { baseImage, container, podText } from './pod-text.ts';
import { dockerArchive } from './runtime/busybox-archive.ts';

const IMPORTED = 'localhost/hooklet-test/imported:1';

describe('hooklet image', () => {
  let hooklet: Hooklet;
  const children = new Set<ChildProcess>();
  beforeEach(async () => {
    hooklet = await Hooklet.open();
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    await hooklet.close();
  });

  async function containerdPids(): Promise<readonly number[]> {
    const { containerdConfigFile } = await hooklet.paths();
    return new ProcHostProcesses().find('containerd').flatMap(({ pid, argv }) => (argv.includes(containerdConfigFile) ? [pid] : []));
  }

  /** A process that holds the lock as an image command does, until it is killed. */
  async function heldByImage(): Promise<ChildProcess> {
    const { stateDir, lockFile } = await hooklet.paths();
    const file = new URL('../../src/host/state-lock-file.ts', import.meta.url).href;
    const script = `
      import { StateLockFile } from ${JSON.stringify(file)};
      const options = ${JSON.stringify({ stateDir, lockFile, command: 'hooklet image' })};
      await new StateLockFile(options).acquire();
      console.log('held');
      setInterval(() => {}, 60_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.add(child);
    await once(child.stdout, 'data');
    return child;
  }

  it('five at once all succeed, one after the other, and leave nothing on the host', async () => {
    equal((await hooklet.command('image', 'base')).code, 0);
    const all = await Promise.all([['list'], ['base'], ['list'], ['base'], ['list']].map((args) => hooklet.command('image', ...args)));
    for (const { code, stdout, stderr } of all) {
      equal(code, 0, stderr);
      ok(stdout.includes(baseImage));
    }
    await sleep(500); // a supervisor that was still there would restart what another one has ended
    deepEqual(await containerdPids(), []);
    deepEqual(await leftOnHost(await hooklet.paths()), []);
  });

  it('works beside a run with its containerd, whose end is the business of the run alone', async () => {
    const run = hooklet.runInput(podText('runs', [container('main')]));
    // From the first moment: containerd may not even have been started.
    const early = hooklet.command('image', 'list');
    await run.untilOne('container.ready');
    equal((await early).code, 0, (await early).stderr);
    const pids = await containerdPids();
    equal(pids.length, 1);

    const archive = await hooklet.file('image.tar', dockerArchive([{ name: IMPORTED }]));
    const [imported, listed] = await Promise.all([hooklet.command('image', 'import', archive), hooklet.command('image', 'list')]);
    deepEqual([imported.code, imported.stdout, imported.stderr, listed.code, listed.stderr], [0, `${IMPORTED}\n`, '', 0, '']);
    deepEqual(await containerdPids(), pids);

    run.signal('SIGINT');
    equal(await run.ended(), 0, run.stderr);
    deepEqual(await containerdPids(), []);
    deepEqual(await leftOnHost(await hooklet.paths()), []);
  });

  it('is waited for by a run, and by another one', async () => {
    equal((await hooklet.command('image', 'base')).code, 0);
    const holder = await heldByImage();
    const run = hooklet.runInput(podText('waits', [container('main')]), '--for', '1s');
    const list = spawn(program, ['image', 'list', '--state-dir', hooklet.stateDir], { stdio: ['ignore', 'ignore', 'pipe'] });
    children.add(list);
    const listEnds = once(list, 'close');
    let listSays = '';
    list.stderr.on('data', (chunk: Buffer) => {
      listSays += chunk.toString();
    });
    const waits = `hooklet: waiting for 'hooklet image' (pid ${holder.pid})`;
    await until('both wait', () => run.stderr.includes(waits) && listSays.includes(waits));
    deepEqual(await containerdPids(), []);
    holder.kill('SIGKILL');
    equal(await run.ended(), 0, run.stderr);
    deepEqual((await listEnds)[0], 0, listSays);
    deepEqual(await containerdPids(), []);
  });

  it('says that it starts containerd only when it does', async () => {
    match((await hooklet.command('image', 'list')).stderr, /^hooklet: starting containerd\n$/);
    const run = hooklet.runInput(podText('runs', [container('main')]));
    await run.untilOne('container.ready');
    equal(run.stderr.match(/starting containerd/g)?.length, 1);
    await run.kill();
    const { stderr } = await hooklet.command('image', 'list');
    equal(stderr, '');
  });

  it('ends a containerd that a killed one has left, but not one that has containers', async () => {
    equal((await hooklet.command('image', 'base')).code, 0);
    const killed = spawn(program, ['image', 'base', '--state-dir', hooklet.stateDir], { stdio: 'ignore' });
    children.add(killed);
    await until('containerd runs', async () => (await containerdPids()).length === 1);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    equal((await containerdPids()).length, 1);
    equal((await hooklet.command('image', 'list')).code, 0);
    deepEqual(await containerdPids(), []);
    deepEqual(await leftOnHost(await hooklet.paths()), []);

    const run = hooklet.runInput(podText('runs', [container('main')]));
    await run.untilOne('container.ready');
    await run.kill();
    const pids = await containerdPids();
    equal(pids.length, 1);
    equal((await hooklet.command('image', 'list')).code, 0);
    deepEqual(await containerdPids(), pids);
  });

  it('reads standard input to its end before it opens anything', async (t) => {
    const spool = await mkdtemp(join(tmpdir(), 'hooklet-e2e-spool-'));
    t.after(() => rm(spool, { recursive: true }));
    const env = { ...process.env, TMPDIR: spool };
    const child = spawn(program, ['image', 'import', '-', '--state-dir', hooklet.stateDir], { stdio: 'pipe', env });
    children.add(child);
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const archive = dockerArchive([{ name: IMPORTED }]);
    child.stdin.write(archive.subarray(0, 1000));
    await until('it reads', async () => (await readdir(spool)).length > 0);
    await sleep(500); // as long as a containerd takes to start, and more
    // Another command is not kept waiting by it.
    const { code, stderr } = await hooklet.command('image', 'list');
    deepEqual([code, stderr], [0, 'hooklet: starting containerd\n']);
    child.stdin.end(archive.subarray(1000));
    const [stdout, complaints] = await said;
    equal(stdout, `${IMPORTED}\n`, complaints);
    deepEqual(await readdir(spool), []);
  });
});
