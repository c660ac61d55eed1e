/** `hooklet up` as a service: what lives on without it, what it takes up again, and what it refuses. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ONE_WISH_MS } from '../../src/cli/stop-signals.ts';
import { Hooklet, runToEnd } from './hooklet.ts';
import { isThere, until } from './host/host-traces.ts';
import { HookLog, podOf } from './kill-hooks.ts';
import { container, podText, shell } from './pod-text.ts';
import { deliveries, isReady, shellsWith, Up } from './up.ts';

/** In the command line of each container's own process. */
const MAIN = "trap 'exit 0' TERM";

describe('hooklet up', () => {
  let hooklet: Hooklet;
  let log: HookLog;
  const ups: Up[] = [];
  const start = async (args: readonly string[] = [], env?: NodeJS.ProcessEnv): Promise<Up> => {
    const up = await Up.start(hooklet, args, env);
    ups.push(up);
    return up;
  };
  beforeEach(async () => {
    hooklet = await Hooklet.open();
    log = await HookLog.open();
  });
  afterEach(async () => {
    for (const up of ups.splice(0)) await up.kill();
    await hooklet.close();
    await log.remove();
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    it(`${signal}: containers and hooks in flight go on, and the next one takes them up: each hook is delivered once`, async () => {
      const first = await start();
      const starting = { name: 'start', ends: 'started', exitCode: 0 };
      const stopping = { name: 'stop', ends: 'stopped', exitCode: 0 };
      await first.apply('begins', podOf('begins', [{ name: 'main', postStart: starting }], { log }));
      await first.apply('ends', podOf('ends', [{ name: 'main', preStop: stopping }], { log }));
      await first.untilReady('ends');
      await log.until(['begin start']);
      await first.ok('delete pod ends --wait=false');
      await log.until(['begin stop']);
      const hooks = async () => [...(await shellsWith(hooklet, 'begin start')), ...(await shellsWith(hooklet, 'begin stop'))];
      const hooksBefore = await hooks();
      const containersBefore = await shellsWith(hooklet, MAIN);
      deepEqual([hooksBefore.length, containersBefore.length], [2, 2]);

      first.signal(signal);
      equal(await first.ended(), signal === 'SIGTERM' ? 0 : null);
      deepEqual([await hooks(), await shellsWith(hooklet, MAIN)], [hooksBefore, containersBefore]);
      await log.openGate('stopped');
      await log.until(['end stop']);

      const second = await start();
      await second.untilGone('ends');
      deepEqual(await hooks(), hooksBefore.slice(0, 1));
      await log.openGate('started');
      await second.untilReady('begins');
      const containers = await shellsWith(hooklet, MAIN);
      deepEqual([containers.length, containers.every((one) => containersBefore.includes(one))], [1, true]);
      equal((await second.pod('begins'))?.status.containerStatuses[0].restartCount, 0);
      deepEqual([...(await log.lines())].sort(), ['begin start', 'begin stop', 'end start', 'end stop']);
      deepEqual(await deliveries(hooklet), ['begins postStart 1 succeeded', 'ends preStop 1 succeeded']);
      deepEqual([...first.garbage, ...second.garbage], []);
    });

  it('--drain-on-exit ends every Pod gracefully before it leaves, and its containerd with it', async () => {
    const up = await start(['--drain-on-exit']);
    await up.apply('web', podOf('web', [{ name: 'main', preStop: { name: 'stop', ends: 1, exitCode: 0 } }], { log }));
    await up.untilReady('web');
    up.signal('SIGTERM');
    equal(await up.ended(), 0);
    deepEqual(await log.lines(), ['begin stop', 'end stop']);
    deepEqual(await deliveries(hooklet), ['web preStop 1 succeeded']);
    equal(up.said('left')?.['pods'], 'ended');
    const { containerdSocket } = await hooklet.paths();
    equal(await isThere(containerdSocket), false);
  });

  it('a second SIGTERM during the drain leaves the Pods as they are', async () => {
    const up = await start(['--drain-on-exit']);
    await up.apply('web', podOf('web', [{ name: 'main', preStop: { name: 'stop', ends: 'gate', exitCode: 0 } }], { log }));
    await up.untilReady('web');
    up.signal('SIGTERM');
    await log.until(['begin stop']);
    // Two that come at once are one.
    await setTimeout(2 * ONE_WISH_MS);
    up.signal('SIGTERM');
    equal(await up.ended(), 0);
    equal(up.said('left')?.['pods'], 'go on');
    equal((await shellsWith(hooklet, 'begin stop')).length, 1);
  });

  it('run beside it is refused with 3 and is told of "hooklet apply"; reset ends it first, and says so', async () => {
    const up = await start();
    const run = await hooklet.command('run', await hooklet.file('pod.yaml', podText('web', [container('main')])));
    equal(run.code, 3);
    match(
      run.stderr,
      new RegExp(`in use by 'hooklet up' \\(pid ${up.pid}\\); give it Pods with 'hooklet apply -f FILE --state-dir ${hooklet.stateDir}'`),
    );
    await up.apply('web', podText('web', [container('main')]));
    await up.untilReady('web');

    const unsure = await hooklet.command('reset');
    equal(unsure.code, 2);
    equal(isReady(await up.pod('web')), true);
    const reset = await hooklet.command('reset', '--yes');
    equal(reset.code, 0);
    match(reset.stderr, new RegExp(`the daemon 'hooklet up' \\(pid ${up.pid}\\), which is ended first`));
    match(reset.stderr, new RegExp(`ending 'hooklet up' \\(pid ${up.pid}\\)`));
    equal(await up.ended(), 0);
    equal(await isThere(hooklet.stateDir), false);
  });

  it('two of them serve side by side, each its own Pods', async () => {
    const other = await Hooklet.open();
    let second: Up | undefined;
    try {
      const first = await start();
      second = await Up.start(other);
      await Promise.all([first, second].map((up) => up.apply('same', podText('same', [container('main')]))));
      await Promise.all([first.untilReady('same'), second.untilReady('same')]);
      const [one, two] = [await first.pod('same'), await second.pod('same')];
      ok(one?.metadata.uid !== two?.metadata.uid && one?.status.podIP !== two?.status.podIP);
      await second.ok('delete pod same --grace-period=1');
      second.signal('SIGTERM');
      equal(await second.ended(), 0);
      equal(isReady(await first.pod('same')), true);
    } finally {
      await second?.kill();
      await other.close();
    }
  });

  it('is ready, for systemd, once its API answers; it says when it stops', async () => {
    const told = `${hooklet.stateDir}-told`;
    const script = `#!/bin/sh\nKUBECONFIG="${hooklet.stateDir}/admin.kubeconfig" kubectl get --raw=/readyz > /dev/null 2>&1\necho "$1 api=$?" >> "${told}"\n`;
    await chmod(await hooklet.file('notify', script), 0o755);
    await hooklet.file('told', '');
    const bin = `${hooklet.stateDir}-bin`;
    await runToEnd('mkdir', [bin]);
    await hooklet.file('bin/systemd-notify', script);
    await chmod(`${bin}/systemd-notify`, 0o755);
    try {
      const up = await start([], { ...process.env, PATH: `${bin}:${process.env['PATH']}`, NOTIFY_SOCKET: '/nowhere' });
      await until('systemd was told', async () => (await readFile(told, 'utf8')) !== '');
      up.signal('SIGTERM');
      equal(await up.ended(), 0);
      deepEqual((await readFile(told, 'utf8')).trim().split('\n'), ['READY=1 api=0', 'STOPPING=1 api=0']);
    } finally {
      await runToEnd('rm', ['-rf', bin]);
    }
  });

  it('/metrics tells of Pods, hooks, requests and the process, to who may read it', async () => {
    const up = await start();
    await up.apply('web', podText('web', [container('main', { lifecycle: { postStart: shell('true'), preStop: shell('exit 3') } })]));
    await up.untilReady('web');
    const running = await up.ok('get --raw=/metrics');
    match(running, /^hooklet_pods\{phase="Running"\} 1$/m);
    match(running, /^hooklet_containers\{state="running"\} 1$/m);
    match(running, /^hooklet_hook_deliveries_total\{hook="postStart",handler="exec",outcome="succeeded"\} 1$/m);
    match(running, /^hooklet_store_objects\{resource="pods"\} 1$/m);
    match(running, /^process_open_fds \d+$/m);
    await up.ok('delete pod web');
    const after = await up.ok('get --raw=/metrics');
    match(after, /^hooklet_hook_deliveries_total\{hook="preStop",handler="exec",outcome="failed"\} 1$/m);
    match(after, /^hooklet_hook_duration_seconds_count\{hook="preStop",outcome="failed"\} 1$/m);
    match(after, /^terminated_containers_total\{container_type="container",exit_code="0"\} 1$/m);
    match(after, /^hooklet_api_requests_total\{verb="DELETE",code="200"\} 1$/m);
    match(after, /^hooklet_journal_append_duration_seconds_count [1-9]\d*$/m);
    equal(after.includes('hooklet_pods{'), false);
    equal(after.includes('web'), false);
    const nobody = await up.kubectl('get', '--raw=/metrics', '--as=nobody');
    equal(nobody.code, 1);
    match(nobody.stderr, /Forbidden|forbidden/);
  });
});

describe('hooklet up, what it refuses', () => {
  let hooklet: Hooklet;
  beforeEach(async () => {
    hooklet = await Hooklet.open({ withStateDir: false });
  });
  afterEach(async () => hooklet.close());

  it('a port that is taken: 3, with the remedy, as text and as JSON', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const { port } = taken.address() as AddressInfo;
      const listen = ['--listen', `127.0.0.1:${port}`];
      const expected = `the API cannot listen on 127.0.0.1:${port}: something else listens there; choose another place with --listen`;
      const { code, stderr } = await hooklet.command('up', ...listen);
      equal(code, 3);
      ok(stderr.includes(`hooklet: ${expected}\n`), stderr);
      const json = await hooklet.command('up', ...listen, '--log-format', 'json');
      equal(json.code, 3);
      const { level, message } = JSON.parse(json.stderr.trim().split('\n').at(-1) ?? '');
      deepEqual([level, message], ['error', expected]);
    } finally {
      taken.close();
    }
  });

  for (const listen of ['6443', 'localhost', '127.0.0.1:66000', '127.0.0.1:', '::1:6443', 'a b:1'])
    it(`--listen ${JSON.stringify(listen)}: 2, before anything is made`, async () => {
      const { code, stderr } = await hooklet.command('up', '--listen', listen);
      equal(code, 2);
      match(stderr, /--listen <address:port>/);
      equal(await isThere(hooklet.stateDir), false);
    });

  it('--manifests with a directory that is not there: 2, before anything is made', async () => {
    const { code, stderr } = await hooklet.command('up', '--listen', '127.0.0.1:0', '--manifests', `${hooklet.stateDir}-none`);
    equal(code, 2);
    match(stderr, /there is no directory ".*-none"; make it, or name another one/);
    equal(await isThere(hooklet.stateDir), false);
  });
});
