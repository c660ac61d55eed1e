/** What this host lacks or somebody else holds: exit 3, a message with the remedy, and nothing half done. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from './free-port.ts';
import { type Ended, Hooklet, program, runToEnd } from './hooklet.ts';
import { until } from './host/host-traces.ts';
import { leftOnHost } from './left-on-host.ts';
import { container, podText, shell } from './pod-text.ts';
import { onSmallDisk } from './small-disk.ts';

const withPort = (name: string, hostPort: number): string =>
  podText(name, [container('main', { ports: [{ containerPort: 80, hostPort }] })]);

describe('hooklet run on a host that lacks something', () => {
  let hooklet: Hooklet;
  let file: string;
  let run: readonly string[];
  before(async () => {
    hooklet = await Hooklet.open({ withStateDir: false });
    file = await hooklet.file('pod.yaml', podText('demo', [container('main')]));
    run = ['run', file, '--for', '1s', '-o', 'json', '--state-dir', hooklet.stateDir];
  });
  after(async () => hooklet.close());

  const isRefused = async ({ code, stdout, stderr }: Ended, says: RegExp) => {
    match(stderr, says);
    deepEqual([code, stdout], [3, ''], stderr);
    ok(!stderr.includes('    at '), stderr);
    deepEqual(await leftOnHost(await hooklet.paths()), []);
  };

  it('without root: says so', async () => {
    // It may read everything, so that what is refused is not the way to the program.
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
    await isRefused(await runToEnd('setpriv', [...nobody, program, ...run]), /uid 65534 \(run it as root, e\.g\. with sudo\)/);
    ok(!existsSync(hooklet.stateDir));
  });

  it('without containerd in PATH: names the package', async () => {
    const bin = `${hooklet.stateDir}-bin`;
    await mkdir(bin);
    try {
      for (const name of readdirSync('/usr/bin')) if (!name.startsWith('containerd')) symlinkSync(join('/usr/bin', name), join(bin, name));
      await isRefused(await runToEnd(program, run, { ...process.env, PATH: bin }), /containerd: missing \(apt-get install containerd/);
      ok(!existsSync(hooklet.stateDir));
    } finally {
      await rm(bin, { recursive: true });
    }
  });

  it('with a bridge name that is taken by another interface: names the way to remove it, and touches it not', async () => {
    const { bridgeName } = await hooklet.paths();
    const ip = (...args: readonly string[]) => runToEnd('ip', args, { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' });
    const added = await ip('link', 'add', bridgeName, 'type', 'veth', 'peer', 'name', `${bridgeName}p`);
    equal(added.code, 0, added.stderr);
    try {
      const { code, stdout, stderr } = await runToEnd(program, run);
      match(
        stderr,
        new RegExp(
          `bridge ${bridgeName}: the name is taken.*\\(remove it \\(ip link delete ${bridgeName}\\), or use another --state-dir\\)`,
        ),
      );
      deepEqual([code, stdout], [3, '']);
      ok(existsSync(join('/sys/class/net', bridgeName)));
    } finally {
      await ip('link', 'delete', bridgeName);
    }
    deepEqual(await leftOnHost(await hooklet.paths()), []);
  });

  it('with a port of the host that a program listens on: names the port, the Pod and the remedy', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const wants = await hooklet.file('port.yaml', withPort('wants', port));
      await isRefused(
        await hooklet.command('run', wants),
        new RegExp(`port ${port}/TCP of this host, wanted by Pod default/wants, belongs to a program.*name another hostPort`, 's'),
      );
    } finally {
      server.close();
    }
  });

  it('with a state directory on a full disk: says how much is free and what to do', async () => {
    await onSmallDisk(1, async (disk) => {
      const stateDir = join(disk, 'state');
      const refused = await runToEnd(program, ['run', file, '--state-dir', stateDir]);
      await isRefused(refused, /disk space: \d+ MiB free for .* \(free some, or put --state-dir on another file system\)/);
      deepEqual(readdirSync(disk), []);
    });
  });

  it('with a state directory that is no directory, or not hooklet’s: names another', async () => {
    await isRefused(await runToEnd(program, ['run', file, '--state-dir', file]), /Cannot make the state directory .*--state-dir/);
    const foreign = await runToEnd(program, ['run', file, '--state-dir', '/etc']);
    equal(foreign.code, 2);
    match(foreign.stderr, /"\/etc" is not empty and not a state directory of hooklet; .*--state-dir/);
  });
});

describe('hooklet run beside another', () => {
  let hooklet: Hooklet;
  let other: Hooklet;
  before(async () => {
    [hooklet, other] = [await Hooklet.open(), await Hooklet.open({ withStateDir: false })];
  });
  after(async () => {
    await hooklet.close();
    await other.close();
  });

  it('of the same state directory, or with a port that its Pod has: exit 3, and the other is not disturbed', async () => {
    const port = await freePort();
    const first = hooklet.runInput(
      podText('first', [container('main', { ports: [{ containerPort: 80, hostPort: port }], lifecycle: { preStop: shell('true') } })]),
    );
    await first.untilOne('container.ready');

    const locked = await hooklet.command('run', await hooklet.file('second.yaml', podText('second', [container('main')])));
    deepEqual([locked.code, locked.stdout], [3, ''], locked.stderr);
    match(locked.stderr, new RegExp(`in use by 'hooklet run' \\(pid ${first.pid}\\); end that first, or use another one with --state-dir`));
    equal((await hooklet.command('reset', '--yes')).code, 3);

    const { networkName } = await hooklet.paths();
    const taken = await other.command('run', await other.file('port.yaml', withPort('second', port)));
    deepEqual([taken.code, taken.stdout], [3, ''], taken.stderr);
    match(taken.stderr, new RegExp(`port ${port}/TCP of this host.* belongs to a Pod of network "${networkName}"`));
    ok(!existsSync(other.stateDir));

    // All other commands work beside it.
    equal((await hooklet.command('hooks')).code, 0);
    equal((await hooklet.command('image', 'list')).code, 0);
    first.signal('SIGINT');
    equal(await first.ended(), 0, first.stderr);
    deepEqual(
      first.all('pod.accepted').map(({ pod }) => pod),
      ['default/first'],
    );
    equal(first.all('hook.finished')[0]?.outcome, 'succeeded');
  });

  it('that was killed: its Pod goes on, and its own port does not stand in its way', async () => {
    const port = await freePort();
    const main = container('main', { command: ['httpd', '-f', '-p', String(port)], ports: [{ containerPort: port }] });
    const text = podText('listens', [main], { hostNetwork: true, terminationGracePeriodSeconds: 1 });
    const killed = hooklet.runInput(text);
    await killed.untilOne('container.ready');
    await until('it listens', () => answers(port));
    await killed.kill();

    const next = hooklet.runInput(text, '--for', '1s');
    equal(await next.ended(), 0, next.stderr);
    deepEqual(
      next.all('agent.recovered').map(({ decision }) => decision),
      ['continues'],
    );
    deepEqual(next.all('container.created'), []);
  });
});

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
