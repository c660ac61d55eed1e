import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { podCgroupsContract, podWithResources } from '../ports/pod-cgroups.contract.ts';
import { type CgroupHierarchies, cgroupHierarchies } from './cgroup-hierarchies.ts';
import { CgroupfsPodCgroups } from './cgroupfs-pod-cgroups.ts';
import { SystemClock } from './system-clock.ts';

const MIB = 1024 * 1024;
const mountTable = readFileSync('/proc/self/mountinfo', 'utf8');
const onThisMachine = cgroupHierarchies(mountTable);
assert.ok(onThisMachine !== undefined, 'these tests need cgroups');

let parents = 0;

/** On the kernel's own file system, below a parent that no other test has; nothing of it is left, whatever became of the test. */
function onCgroupfs(t: TestContext, hierarchies: CgroupHierarchies, table: string) {
  const cgroupParent = `/hooklet-unit-${process.pid}-${++parents}`;
  const paths = hierarchies.roots.map((root) => join(root, cgroupParent));
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children) await endOf(child);
    for (const path of paths) removeDirectories(path);
  });
  return {
    cgroupParent,
    paths,
    children,
    cgroups: new CgroupfsPodCgroups({ cgroupParent, clock: new SystemClock(), readMountTable: async () => table }),
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = once(child, 'exit');
  child.kill('SIGKILL');
  await end;
}

function removeDirectories(dir: string): void {
  for (const name of directories(dir)) removeDirectories(join(dir, name));
  try {
    rmdirSync(dir);
  } catch {
    // never made, or gone
  }
}

function directories(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** In all hierarchies together. */
function podsBelow(paths: readonly string[]): readonly string[] {
  const pods = paths.flatMap((path) =>
    directories(path).flatMap((name) => (name.startsWith('pod') ? [name] : directories(join(path, name)).map((pod) => `${name}/${pod}`))),
  );
  return [...new Set(pods)];
}

function contractOn(name: string, hierarchies: CgroupHierarchies, table: string): void {
  podCgroupsContract(name, (t) => {
    const { cgroups, paths } = onCgroupfs(t, hierarchies, table);
    return { cgroups, list: async () => podsBelow(paths) };
  });
}

contractOn('CgroupfsPodCgroups', onThisMachine, mountTable);

// Beside v1 the kernel serves v2 too, without controllers: its directories behave as those of v2 do.
const v2Table = mountTable
  .split('\n')
  .filter((line) => line.includes(' - cgroup2 '))
  .join('\n');
const beside = onThisMachine.version === 1 ? cgroupHierarchies(v2Table) : undefined;
if (beside !== undefined) contractOn('CgroupfsPodCgroups of v2 beside v1', beside, v2Table);

describe('CgroupfsPodCgroups, on this machine', () => {
  const read = (dir: string, file: string): string => readFileSync(join(dir, file), 'utf8').trim();

  it('setUp() writes what podCgroupResources() says, and the kernel takes it', async (t) => {
    const { cgroups, cgroupParent } = onCgroupfs(t, onThisMachine, mountTable);
    await cgroups.setUp(podWithResources('u1', { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m', memory: '64Mi' } }));
    await cgroups.setUp(podWithResources('u2', { requests: { cpu: '1', memory: '1Gi' } }));
    await cgroups.setUp(podWithResources('u3'));
    const at = (root: string | undefined, name: string): string => join(root ?? '', cgroupParent, name);
    if (onThisMachine.version === 2) {
      const [root] = onThisMachine.roots;
      assert.deepEqual(
        ['cpu.weight', 'cpu.max', 'memory.max'].map((file) => read(at(root, 'burstable/podu1'), file)),
        ['10', '50000 100000', String(64 * MIB)],
      );
      assert.equal(read(at(root, 'burstable'), 'cpu.weight'), '49');
      return;
    }
    const { cpu, memory } = onThisMachine;
    const ofCpu = (name: string) => ['cpu.shares', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => read(at(cpu, name), file));
    assert.deepEqual(ofCpu('burstable/podu1'), ['256', '50000', '100000']);
    assert.deepEqual(ofCpu('burstable/podu2'), ['1024', '-1', '100000']);
    assert.deepEqual(ofCpu('besteffort/podu3'), ['2', '-1', '100000']);
    assert.equal(read(at(memory, 'burstable/podu1'), 'memory.limit_in_bytes'), String(64 * MIB));
    const unlimited = read(at(memory, 'besteffort'), 'memory.limit_in_bytes');
    assert.equal(read(at(memory, 'burstable/podu2'), 'memory.limit_in_bytes'), unlimited);
    // A class weighs what its Pods do together, BestEffort as little as possible.
    assert.deepEqual(
      ['burstable', 'besteffort'].map((name) => read(at(cpu, name), 'cpu.shares')),
      ['1280', '2'],
    );
    await cgroups.tearDown('u2');
    assert.equal(read(at(cpu, 'burstable'), 'cpu.shares'), '256');
  });

  it('tearDown() kills what still runs in the Pod’s cgroup and in those below it, and nothing else', async (t) => {
    const { cgroups, paths, children } = onCgroupfs(t, onThisMachine, mountTable);
    await cgroups.setUp(podWithResources('u1'));
    await cgroups.setUp(podWithResources('u2'));
    const inPod = sleepIn(paths, 'besteffort/podu1');
    const inContainer = sleepIn(paths, `besteffort/podu1/${'a'.repeat(64)}`);
    const inOther = sleepIn(paths, 'besteffort/podu2');
    children.push(inPod, inContainer, inOther);
    const ends = Promise.all([once(inPod, 'exit'), once(inContainer, 'exit')]);
    await cgroups.tearDown('u1');
    assert.deepEqual(
      (await ends).map(([, signal]) => signal),
      ['SIGKILL', 'SIGKILL'],
    );
    assert.deepEqual([inOther.exitCode, inOther.signalCode], [null, null]);
    assert.deepEqual(podsBelow(paths), ['besteffort/podu2']);
  });

  it('tearDown() of the last Pod leaves nothing at all; before, what the runtime uses stays', async (t) => {
    const { cgroups, paths } = onCgroupfs(t, onThisMachine, mountTable);
    await cgroups.setUp(podWithResources('u1'));
    await cgroups.setUp(podWithResources('u2'));
    // In hierarchies that limit nothing it is the runtime that makes a Pod's cgroup: that of u2 is still to come there.
    for (const path of paths) mkdirSync(join(path, 'besteffort/podu1'), { recursive: true });
    await cgroups.tearDown('u1');
    assert.ok(paths.every((path) => directories(path).includes('besteffort')));
    await cgroups.tearDown('u2');
    assert.deepEqual(
      paths.flatMap((path) => directories(join(path, '..'))).filter((name) => paths[0]?.endsWith(`/${name}`)),
      [],
    );
  });

  it('setUp() tells which cgroup could not be made, and why', async (t) => {
    const { cgroupParent } = onCgroupfs(t, onThisMachine, mountTable);
    const table = '30 25 0:26 / /proc/nowhere rw - cgroup cgroup rw,cpu';
    const cgroups = new CgroupfsPodCgroups({ cgroupParent, clock: new SystemClock(), readMountTable: async () => table });
    await assert.rejects(cgroups.setUp(podWithResources('u1')), {
      code: 'runtimeFailed',
      message: /^Cannot make the cgroup "\/hooklet-unit-[-\d]+\/besteffort\/podu1": ENOENT/,
    });
    const without = new CgroupfsPodCgroups({ cgroupParent, clock: new SystemClock(), readMountTable: async () => '' });
    await assert.rejects(without.setUp(podWithResources('u1')), { code: 'runtimeFailed', message: /no cgroups/ });
  });
});

function sleepIn(paths: readonly string[], name: string): ChildProcess {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  for (const path of paths) {
    mkdirSync(join(path, name), { recursive: true });
    // Of v1 one hierarchy is enough to be found by; cpuset takes nobody in before it has been given CPUs.
    if (!/\/cpuset\//.test(path)) writeFileSync(join(path, name, 'cgroup.procs'), String(child.pid));
  }
  return child;
}

describe('CgroupfsPodCgroups, on a tree as cgroup v2 has it', () => {
  function tree(t: TestContext, controllers: string) {
    const root = mkdtempSync(join(tmpdir(), 'hooklet-cgroup2-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    writeFileSync(join(root, 'cgroup.controllers'), controllers);
    const table = `31 25 0:27 / ${root} rw - cgroup2 cgroup2 rw`;
    const cgroups = new CgroupfsPodCgroups({ cgroupParent: '/hooklet-1', clock: new SystemClock(), readMountTable: async () => table });
    const files = (name: string): Readonly<Record<string, string>> => {
      const dir = join(root, name);
      return Object.fromEntries(
        readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
          entry.isFile() && entry.name !== 'cgroup.controllers' ? [[entry.name, readFileSync(join(dir, entry.name), 'utf8')]] : [],
        ),
      );
    };
    return { root, cgroups, files };
  }

  it('setUp() hands the controllers down to the Pod, and writes weight, cpu.max and memory.max', async (t) => {
    const { cgroups, files } = tree(t, 'cpuset cpu io memory hugetlb pids rdma misc\n');
    await cgroups.setUp(podWithResources('u1', { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m', memory: '64Mi' } }));
    const handed = { 'cgroup.subtree_control': '+memory +cpu +pids' };
    assert.deepEqual(files(''), handed);
    assert.deepEqual(files('hooklet-1'), handed);
    assert.deepEqual(files('hooklet-1/burstable'), { ...handed, 'cpu.weight': '10' });
    assert.deepEqual(files('hooklet-1/burstable/podu1'), { 'cpu.weight': '10', 'cpu.max': '50000 100000', 'memory.max': String(64 * MIB) });
  });

  it('setUp() of a Guaranteed Pod uses no class, of one without limits writes none, and a class weighs what is in it', async (t) => {
    const { cgroups, files } = tree(t, 'cpu memory pids');
    const all = { cpu: '2', memory: '1Gi' };
    await cgroups.setUp(podWithResources('full', { limits: all, requests: all }));
    await cgroups.setUp(podWithResources('b1', { requests: { cpu: '1' } }));
    await cgroups.setUp(podWithResources('b2', { requests: { cpu: '2' } }));
    await cgroups.setUp(podWithResources('best'));
    assert.deepEqual(files('hooklet-1/podfull'), { 'cpu.weight': '79', 'cpu.max': '200000 100000', 'memory.max': String(1024 * MIB) });
    assert.deepEqual(
      [files('hooklet-1/burstable/podb1'), files('hooklet-1/burstable/podb2')],
      [{ 'cpu.weight': '39' }, { 'cpu.weight': '79' }],
    );
    assert.equal(files('hooklet-1/burstable')['cpu.weight'], '118');
    assert.deepEqual([files('hooklet-1/besteffort')['cpu.weight'], files('hooklet-1/besteffort/podbest')], ['1', { 'cpu.weight': '1' }]);
  });

  it('setUp() asks only for controllers that are there and not handed down yet', async (t) => {
    const { root, cgroups, files } = tree(t, 'cpu memory');
    writeFileSync(join(root, 'cgroup.subtree_control'), 'cpu io\n');
    await cgroups.setUp(podWithResources('u1', { limits: { memory: '8Mi' }, requests: { memory: '8Mi' } }));
    assert.deepEqual(files(''), { 'cgroup.subtree_control': '+memory' });
    assert.deepEqual(files('hooklet-1/burstable/podu1'), { 'cpu.weight': '1', 'memory.max': String(8 * MIB) });
  });

  it('setUp() makes the cgroup where nothing can be limited', async (t) => {
    const { cgroups, files } = tree(t, 'io rdma');
    await cgroups.setUp(podWithResources('u1', { limits: { memory: '8Mi' }, requests: { memory: '8Mi' } }));
    assert.deepEqual(files('hooklet-1/burstable/podu1'), {});
  });
});
