/** Each Pod has a cgroup of its own: below its class, with its limits, gone with the Pod whatever became of the agent. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupRoots, parseMountTable } from '../../src/host/mount-table.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { ContainerCgroup, cgroupsIn, isCgroupV2 } from './container-cgroup.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { leftOnHost } from './left-on-host.ts';
import { container, documents, exec, podText } from './pod-text.ts';

const MIB = 1024 * 1024;
const roots = cgroupRoots(parseMountTable(readFileSync('/proc/self/mountinfo', 'utf8')));

const both = (cpu: string, memory: string) => ({ limits: { cpu, memory }, requests: { cpu, memory } });
const cgroupOfHook = { postStart: exec('cat', '/proc/self/cgroup') };

const guaranteed = podText('guaranteed', [
  container('a', { resources: both('100m', '24Mi') }),
  container('b', { resources: both('150m', '32Mi'), lifecycle: cgroupOfHook }),
]);
/** While it starts, the init container and the sidecar before it may use most; after that all but the init container. */
const burstable = podText(
  'burstable',
  [container('main', { resources: { ...both('100m', '32Mi'), requests: { cpu: '50m', memory: '16Mi' } } })],
  {
    initContainers: [
      container('side', { restartPolicy: 'Always', resources: both('50m', '16Mi') }),
      container('init', { command: ['true'], resources: both('200m', '64Mi') }),
    ],
  },
);
const unlimited = podText('unlimited', [
  container('asks', { resources: { requests: { cpu: '200m' } } }),
  container('limited', { resources: { limits: { memory: '48Mi' }, requests: { memory: '8Mi' } } }),
]);
const bestEffort = podText('besteffort', [container('main', { lifecycle: cgroupOfHook })]);
const hungry = podText(
  'hungry',
  [
    container('main', {
      command: ['sh', '-c', 'echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero'],
      resources: { limits: { memory: '24Mi' }, requests: { memory: '24Mi' } },
    }),
    container('neighbour', { command: ['sleep', '2'], resources: { limits: { memory: '24Mi' }, requests: { memory: '24Mi' } } }),
  ],
  { restartPolicy: 'Never' },
);
const brief = podText('brief', [container('main', { command: ['sleep', '1'] })], { restartPolicy: 'Never' });

/** Those of Pods, relative to the parent, in all hierarchies together. */
function podCgroups({ cgroupParent }: Pick<HostPaths, 'cgroupParent'>): readonly string[] {
  const names = roots.flatMap((root) =>
    cgroupsIn(join(root, cgroupParent)).flatMap((name) =>
      name.startsWith('pod') ? [name] : cgroupsIn(join(root, cgroupParent, name)).map((pod) => `${name}/${pod}`),
    ),
  );
  return [...new Set(names)].sort();
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 5) {
    if (waitedMs > 30_000) throw new Error(`not within 30 s: ${what}`);
    await sleep(5);
  }
}

describe('the cgroup of a Pod', () => {
  let hooklet: Hooklet;
  let run: HookletRun;
  let paths: HostPaths;

  before(async () => {
    hooklet = await Hooklet.open();
    paths = await hooklet.paths();
    run = hooklet.runInput(documents(guaranteed, burstable, unlimited, bestEffort, hungry, brief));
  });
  after(async () => hooklet.close());

  const uidOf = async (pod: string): Promise<string> => (await run.untilOne('pod.accepted', { pod })).uid;
  const cgroupOf = async (pod: string, name: string): Promise<ContainerCgroup> => {
    const { containerId } = await run.untilOne('container.started', { pod, container: name });
    await run.untilOne('container.ready', { pod, container: name });
    return new ContainerCgroup(paths, containerId);
  };
  const shares = (v1: number, v2: number): number => (isCgroupV2 ? v2 : v1);

  it('lies below its class, that of a Guaranteed Pod below none; containers, sandbox and hooks are in it', async () => {
    const places = { guaranteed: '', burstable: 'burstable/', unlimited: 'burstable/', besteffort: 'besteffort/' };
    const names = { guaranteed: 'b', burstable: 'side', unlimited: 'asks', besteffort: 'main' };
    for (const [pod, place] of Object.entries(places)) {
      const cgroup = await cgroupOf(pod, names[pod as keyof typeof names]);
      equal(cgroup.pod().path, join(paths.cgroupParent, `${place}pod${await uidOf(pod)}`));
      const { sandboxId } = await run.untilOne('sandbox.ready', { pod });
      equal(new ContainerCgroup(paths, sandboxId).pod().path, cgroup.pod().path);
    }
    for (const [pod, name] of [
      ['guaranteed', 'b'],
      ['besteffort', 'main'],
    ] as const) {
      const { stdout } = await hooklet.command('hooks', 'output', pod, '-c', name, '--hook', 'postStart');
      const own = readFileSync(`/proc/${(await cgroupOf(pod, name)).firstPid()}/cgroup`, 'utf8');
      equal(stdout, own);
      ok(own.includes(`pod${await uidOf(pod)}/`), own);
    }
  });

  it('has the limits and the shares of all containers together', async () => {
    const pod = (await cgroupOf('guaranteed', 'b')).pod();
    deepEqual([pod.memoryLimit(), pod.cpuQuota(), pod.cpuShares()], [56 * MIB, { quota: 25_000, period: 100_000 }, shares(256, 10)]);
    const own = await cgroupOf('guaranteed', 'b');
    deepEqual([own.memoryLimit(), own.cpuQuota()], [32 * MIB, { quota: 15_000, period: 100_000 }]);
    equal(own.cpuShares(), shares(153, own.cpuShares()));
  });

  it('has those of the init container and the sidecars beside it where these are more than all others', async () => {
    const pod = (await cgroupOf('burstable', 'main')).pod();
    deepEqual([pod.memoryLimit(), pod.cpuQuota(), pod.cpuShares()], [80 * MIB, { quota: 25_000, period: 100_000 }, shares(256, 10)]);
  });

  it('has no limit where one container has none', async () => {
    const pod = (await cgroupOf('unlimited', 'limited')).pod();
    ok(Number.isNaN(pod.memoryLimit()) || pod.memoryLimit() > 2 ** 60, String(pod.memoryLimit()));
    ok(Number.isNaN(pod.cpuQuota().quota) || pod.cpuQuota().quota === -1, String(pod.cpuQuota().quota));
    equal((await cgroupOf('unlimited', 'limited')).memoryLimit(), 48 * MIB);
    equal(pod.cpuShares(), shares(204, 8));
    equal((await cgroupOf('besteffort', 'main')).pod().cpuShares(), shares(2, 1));
  });

  it('a container beyond its memory limit is OOMKilled, and its neighbour is not', async () => {
    const { exitCode, reason, by } = await run.untilOne('container.exited', { pod: 'hungry', container: 'main' });
    deepEqual({ exitCode, reason, by }, { exitCode: 137, reason: 'OOMKilled', by: 'oom' });
    const neighbour = await run.untilOne('container.exited', { pod: 'hungry', container: 'neighbour' });
    deepEqual([neighbour.exitCode, neighbour.by], [0, 'self']);
  });

  it('is gone when all containers have ended for good, while other Pods run on', async () => {
    for (const pod of ['hungry', 'brief']) {
      await run.untilOne('pod.ended', { pod });
      const uid = await uidOf(pod);
      await until(`the cgroup of ${pod} is gone`, () => !podCgroups(paths).some((name) => name.endsWith(`pod${uid}`)));
    }
    equal(podCgroups(paths).length, 4);
  });

  it('weighs in its class, which weighs what its Pods do together', async () => {
    const weightOf = (name: string) => new ContainerCgroup(paths, name).cpuShares();
    equal(weightOf('burstable'), shares(256 + 204, 18));
    equal(weightOf('besteffort'), shares(2, 1));
  });

  it('takes with it what still runs in it; then nothing is left at all', async () => {
    const stray = await strayIn((await cgroupOf('besteffort', 'main')).pod().path);
    const end = once(stray, 'exit');
    run.signal('SIGINT');
    // A container was killed for want of memory.
    equal(await run.ended(), 1, run.stderr);
    deepEqual(await end, [null, 'SIGKILL']);
    deepEqual(await leftOnHost(paths), []);
  });
});

/** A process that somebody put there; it ends by itself after a while. */
async function strayIn(path: string): Promise<ChildProcess> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  for (const root of roots) {
    const file = join(root, path, 'cgroup.procs');
    // cpuset takes nobody in before it has been given CPUs, and not every hierarchy has a directory for the Pod itself.
    if (existsSync(file) && !/\/cpuset\//.test(file)) writeFileSync(file, String(child.pid));
  }
  return child;
}

describe('the cgroup of a Pod, after a kill -9', () => {
  let hooklet: Hooklet;
  let paths: HostPaths;

  before(async () => {
    hooklet = await Hooklet.open();
    paths = await hooklet.paths();
  });
  after(async () => hooklet.close());

  it('is used on by the next agent, which finds the Pod running', async () => {
    const file = await hooklet.file('lives.yaml', podText('lives', [container('main', { resources: both('50m', '24Mi') })]));
    const first = hooklet.run(file);
    const { containerId } = await first.untilOne('container.started', { pod: 'lives' });
    await first.untilOne('container.ready', { pod: 'lives' });
    const before = new ContainerCgroup(paths, containerId);
    const pid = before.firstPid();
    await first.kill();
    const next = hooklet.run(file);
    const { decision } = await next.untilOne('agent.recovered', { pod: 'lives' });
    equal(decision, 'continues');
    deepEqual([new ContainerCgroup(paths, containerId).path, before.pod().memoryLimit()], [before.path, 24 * MIB]);
    equal(before.firstPid(), pid);
    next.signal('SIGINT');
    equal(await next.ended(), 0, next.stderr);
    deepEqual(await leftOnHost(paths), []);
  });

  it('made just before the agent died, without a sandbox yet, is gone after the next run', async () => {
    const file = await hooklet.file('early.yaml', podText('early', [container('main')]));
    const first = hooklet.run(file);
    await until('the cgroup is made', () => podCgroups(paths).length > 0);
    await first.kill();
    const [name] = podCgroups(paths);
    const other = await hooklet.file('other.yaml', podText('other', [container('main')]));
    const next = hooklet.run(other);
    await next.untilOne('container.ready', { pod: 'other' });
    match(name ?? '', /^besteffort\/pod/);
    await until('the cgroup of the dead Pod is gone', () => !podCgroups(paths).includes(name ?? ''));
    equal(podCgroups(paths).length, 1);
    next.signal('SIGINT');
    equal(await next.ended(), 0, next.stderr);
    deepEqual(await leftOnHost(paths), []);
  });

  it('is removed by reset, with everything that runs in it', async () => {
    const file = await hooklet.file(
      'left.yaml',
      documents(podText('one', [container('main')]), podText('two', [container('main', { resources: both('50m', '24Mi') })])),
    );
    const run = hooklet.run(file);
    for (const pod of ['one', 'two']) await run.untilOne('container.ready', { pod });
    await run.kill();
    equal(podCgroups(paths).length, 2);
    const { code, stderr } = await hooklet.command('reset', '--yes');
    equal(code, 0, stderr);
    deepEqual(podCgroups(paths), []);
    deepEqual(await leftOnHost(paths), []);
  });
});
