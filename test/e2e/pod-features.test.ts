/** What of a Pod's fields `run` promises, seen from inside the containers and from the host. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ContainerCgroup, isCgroupV2 } from './container-cgroup.ts';
import { freePort } from './free-port.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { leftOnHost, ownChains } from './left-on-host.ts';
import { container, documents, podText, shell, untilTerm } from './pod-text.ts';

const MIB = 1024 * 1024;

/** `a` serves what `b` puts into the volume they share, on a port of the host. */
const web = (hostPort: number): string =>
  podText(
    'web',
    [
      container('a', {
        command: ['httpd', '-f'],
        args: ['-p', '8080', '-h', '/www'],
        ports: [{ containerPort: 8080, hostPort }],
        volumeMounts: [{ name: 'pages', mountPath: '/www', readOnly: true }],
        lifecycle: { preStop: shell('touch /www/mine 2>&1; true') },
      }),
      container('b', {
        command: ['sh', '-c', `echo "hello from $WHO" >/pages/index.html; ${untilTerm}`],
        env: [{ name: 'WHO', value: 'b of web' }],
        volumeMounts: [{ name: 'pages', mountPath: '/pages' }],
      }),
    ],
    // httpd as the first process of its PID namespace does not hear SIGTERM.
    { volumes: [{ name: 'pages', emptyDir: {} }], terminationGracePeriodSeconds: 2 },
  );

const hostPath = (path: string): string =>
  podText(
    'hostpath',
    [
      container('main', {
        command: ['sh', '-c', `cat /rw/given; echo written >/rw/made; touch /ro/denied 2>/dev/null || echo "read-only"; ${untilTerm}`],
        volumeMounts: [
          { name: 'there', mountPath: '/rw' },
          { name: 'there', mountPath: '/ro', readOnly: true },
        ],
      }),
    ],
    { volumes: [{ name: 'there', hostPath: { path } }] },
  );

const hostNetwork = podText(
  'hostnet',
  [container('main', { command: ['sh', '-c', `readlink /proc/self/ns/net; hostname; ${untilTerm}`] })],
  { hostNetwork: true },
);
const ownNetwork = podText('ownnet', [container('main', { command: ['sh', '-c', `readlink /proc/self/ns/net; hostname; ${untilTerm}`] })]);
const limited = podText('limited', [
  container('main', { resources: { limits: { cpu: '250m', memory: '48Mi' }, requests: { cpu: '100m', memory: '16Mi' } } }),
]);
const bySignal = podText(
  'signalled',
  [
    container('main', {
      command: [
        'sh',
        '-c',
        'trap "echo got USR1; exit 0" USR1; trap "echo got TERM; exit 9" TERM; while true; do sleep 1000 & wait $!; done',
      ],
      lifecycle: { stopSignal: 'SIGUSR1' },
    }),
  ],
  { os: { name: 'linux' } },
);
const stubborn = podText('stubborn', [container('main', { command: ['sh', '-c', 'trap "" TERM; while true; do sleep 1; done'] })], {
  terminationGracePeriodSeconds: 1,
});

describe('the fields of a Pod', () => {
  let hooklet: Hooklet;
  let run: HookletRun;
  let outside: string;
  let hostPort: number;
  let address: string;
  let chains: readonly string[];

  before(async () => {
    hooklet = await Hooklet.open();
    outside = await mkdtemp(join(tmpdir(), 'hooklet-e2e-outside-'));
    await writeFile(join(outside, 'given'), 'given by the host\n');
    hostPort = await freePort();
    address = hostAddress();
    const two = await hooklet.file('two.yaml', documents(web(hostPort), hostPath(outside)));
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [hostNetwork, ownNetwork].map((text) => JSON.parse(text) as unknown),
    });
    const listed = await hooklet.file('list.json', list);
    run = hooklet.runInput(documents(limited, bySignal, stubborn), two, listed);
    for (const pod of ['web', 'hostpath', 'hostnet', 'ownnet', 'limited', 'signalled', 'stubborn'])
      await run.untilOne('container.ready', { pod });
    await run.untilOne('container.ready', { pod: 'web', container: 'b' });
  });
  after(async () => {
    await hooklet.close();
    await rm(outside, { recursive: true, force: true });
  });

  const log = (pod: string) => run.all('log', { pod }).map(({ text }) => text);
  const untilLog = (pod: string, text: string) =>
    run.until((record) => record.type === 'log' && record.pod === `default/${pod}` && record.text === text);
  const cgroupOf = async (pod: string) => {
    const [created] = run.all('container.created', { pod });
    return new ContainerCgroup(await hooklet.paths(), created?.containerId ?? '');
  };

  it('of several documents, files and standard input all run at once', () => {
    deepEqual(
      run
        .all('pod.accepted')
        .map(({ pod }) => pod)
        .sort(),
      ['hostnet', 'hostpath', 'limited', 'ownnet', 'signalled', 'stubborn', 'web'].map((name) => `default/${name}`),
    );
  });

  it('containers, command, args, env, ports and emptyDir: one container serves what the other wrote, on a port of the host', async () => {
    chains = await ownChains(await hooklet.paths());
    for (const host of ['127.0.0.1', address]) {
      const response = await fetch(`http://${host}:${hostPort}/index.html`, { signal: AbortSignal.timeout(5000) });
      equal(await response.text(), 'hello from b of web\n', host);
    }
  });

  it('hostPath: reads and writes what is on the host, and only reads where it is mounted read-only', async () => {
    await untilLog('hostpath', 'read-only');
    deepEqual(log('hostpath'), ['given by the host', 'read-only']);
    equal(await readFile(join(outside, 'made'), 'utf8'), 'written\n');
    ok(!existsSync(join(outside, 'denied')));
  });

  it('hostNetwork: the network and name of the host; without it a network and the name of the Pod', async () => {
    const ours = readlinkSync('/proc/self/ns/net');
    await untilLog('hostnet', hostname());
    deepEqual(log('hostnet'), [ours, hostname()]);
    equal(run.all('sandbox.ready', { pod: 'hostnet' }).length, 1);
    await untilLog('ownnet', 'ownnet');
    match(log('ownnet')[0] ?? '', /^net:\[\d+\]$/);
    ok(log('ownnet')[0] !== ours);
  });

  it('resources: limits and requests are in the cgroup of the container', async () => {
    const cgroup = await cgroupOf('limited');
    equal(cgroup.memoryLimit(), 48 * MIB);
    deepEqual(cgroup.cpuQuota(), { quota: 25_000, period: 100_000 });
    // 100m of 1024 shares; a weight of cgroup v2 is what runc makes of it.
    equal(cgroup.cpuShares(), isCgroupV2 ? 1 + Math.floor(((102 - 2) * 9999) / 262_142) : 102);
  });

  it('stopSignal and terminationGracePeriodSeconds: the signal that was named, and SIGKILL after 2 s at the least', async () => {
    run.signal('SIGINT');
    // Ended by our own signals, SIGKILL too: nothing failed.
    equal(await run.ended(), 0, run.stderr);
    deepEqual(log('signalled'), ['got USR1']);
    deepEqual(
      run.all('signal.sent', { pod: 'signalled' }).map(({ signal }) => signal),
      ['SIGUSR1'],
    );
    deepEqual(
      run.all('container.exited', { pod: 'signalled' }).map(({ exitCode, by }) => [exitCode, by]),
      [[0, 'stop']],
    );
    deepEqual(
      run.all('pod.deleting', { pod: 'stubborn' }).map(({ graceSeconds }) => graceSeconds),
      [1],
    );
    deepEqual(
      run.all('signal.sent', { pod: 'stubborn' }).map(({ signal }) => signal),
      ['SIGTERM', 'SIGKILL'],
    );
    deepEqual(
      run.all('container.exited', { pod: 'stubborn' }).map(({ exitCode, by }) => [exitCode, by]),
      [[137, 'kill']],
    );
    const [term, kill] = run.all('signal.sent', { pod: 'stubborn' }).map(({ at }) => at.monotonicMs);
    const apart = (kill ?? 0) - (term ?? 0);
    ok(apart >= 1990 && apart < 4000, `SIGKILL came ${apart} ms after SIGTERM`);
  });

  it('a read-only volumeMount is read-only to a hook too', async () => {
    const { stdout } = await hooklet.command('hooks', 'output', 'web', '-c', 'a', '--hook', 'preStop');
    match(stdout, /Read-only file system/);
  });

  it('a hostPort is free again afterwards', async () => {
    for (const host of ['127.0.0.1', address]) {
      await rejects(fetch(`http://${host}:${hostPort}/`, { signal: AbortSignal.timeout(5000) }), (error: Error) =>
        /ECONNREFUSED/.test(String(error.cause)),
      );
    }
    ok(chains.length > 0);
    deepEqual(await leftOnHost(await hooklet.paths(), chains), []);
  });

  it('reset removes the state directory and everything in it, and nothing that a Pod reached through a hostPath', async () => {
    const { code, stderr } = await hooklet.command('reset', '--yes');
    equal(code, 0, stderr);
    ok(!existsSync(hooklet.stateDir));
    deepEqual(
      [readFileSync(join(outside, 'given'), 'utf8'), readFileSync(join(outside, 'made'), 'utf8')],
      ['given by the host\n', 'written\n'],
    );
  });
});

/** An address of this host that is not loopback; a host without any has only that. */
function hostAddress(): string {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    /^(hkl|docker|veth)/.test(name) ? [] : (addresses ?? []),
  );
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
