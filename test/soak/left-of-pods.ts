/** What is left of Pods that are all gone, while their agent and its containerd still run: nothing, in words. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cgroupRoots, parseMountTable } from '../../src/host/mount-table.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { hostTraces } from '../e2e/host/host-traces.ts';

const run = promisify(execFile);
const env = { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' };

/** Of each kind at most so many are told. */
const SHOWN = 5;

const GARBAGE_LEASE = 'hooklet-soak';

export async function leftOfPods(paths: HostPaths): Promise<readonly string[]> {
  const found: Readonly<Record<string, readonly string[]>> = {
    ...(await hostTraces(paths)),
    cgroups: await podCgroups(paths),
    ...(await inContainerd(paths)),
    ...(await onDisk(paths)),
    'pipes of execs': (await names(join(paths.runDir, 'pipes'), { recursive: true })).filter((name) => name.endsWith('.exec')),
    'processes in containers': await containerProcesses(paths),
  };
  return Object.entries(found).flatMap(([kind, all]) => [
    ...all.slice(0, SHOWN).map((name) => `${kind}: ${name}`),
    ...(all.length > SHOWN ? [`${kind}: ${all.length - SHOWN} more`] : []),
  ]);
}

/** Of what belongs to no image. */
async function inContainerd({ containerdSocket, containerdRoot }: HostPaths): Promise<Readonly<Record<string, readonly string[]>>> {
  const list = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await run('ctr', ['-a', containerdSocket, '-n', 'k8s.io', ...words], { env });
    return stdout.trim().split('\n');
  };
  // Whatever nobody refers to is collected before this returns; else containerd does so when it has changed enough.
  await list('leases', 'create', '--id', GARBAGE_LEASE);
  await list('leases', 'rm', '--sync', GARBAGE_LEASE);
  const snapshots = (await list('snapshots', 'ls')).slice(1);
  return {
    'containerd containers': await list('containers', 'ls', '-q').then(withoutEmpty),
    'containerd tasks': await list('tasks', 'ls', '-q').then(withoutEmpty),
    'containerd leases': await list('leases', 'ls', '-q').then(withoutEmpty),
    'containerd snapshots': snapshots.filter((row) => !/\bCommitted\s*$/.test(row)),
    // They have numbers of their own; those of the images are the oldest.
    'snapshot directories': (await names(join(containerdRoot, 'io.containerd.snapshotter.v1.overlayfs', 'snapshots')))
      .sort((a, b) => Number(a) - Number(b))
      .slice(snapshots.length),
  };
}

const withoutEmpty = (rows: readonly string[]): readonly string[] => rows.filter((row) => row !== '');

async function onDisk(paths: HostPaths): Promise<Readonly<Record<string, readonly string[]>>> {
  const state = join(paths.runDir, 'state');
  const cri = 'io.containerd.grpc.v1.cri';
  return {
    'log directories': await names(paths.logsDir),
    'pod directories': await names(paths.podsDir),
    bundles: await names(join(state, 'io.containerd.runtime.v2.task', 'k8s.io')),
    'task directories': await names(join(paths.containerdRoot, 'io.containerd.runtime.v2.task', 'k8s.io')),
    'sandbox state': await names(join(state, cri, 'sandboxes')),
    'container state': await names(join(state, cri, 'containers')),
    'sandbox directories': await names(join(paths.containerdRoot, cri, 'sandboxes')),
    'container directories': await names(join(paths.containerdRoot, cri, 'containers')),
    'unfinished content': await names(join(paths.containerdRoot, 'io.containerd.content.v1.content', 'ingest')),
  };
}

async function podCgroups({ cgroupParent }: HostPaths): Promise<readonly string[]> {
  const all = cgroupRoots(parseMountTable(await readFile('/proc/self/mountinfo', 'utf8'))).map(async (root) => {
    const entries = await readdir(join(root, cgroupParent), { withFileTypes: true, recursive: true }).catch(() => []);
    // The directories of the three classes of service stay.
    return entries.flatMap((entry) =>
      entry.isDirectory() && !/^(burstable|besteffort)$/.test(entry.name) ? [join(entry.parentPath, entry.name)] : [],
    );
  });
  return (await Promise.all(all)).flat();
}

/** Whoever sits in a cgroup of this hooklet's Pods, wherever its directory went. */
async function containerProcesses({ cgroupParent }: HostPaths): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      return cgroups.includes(`${cgroupParent}/`) ? [pid] : [];
    }),
  );
  return found.flat();
}

const names = (dir: string, options: { readonly recursive?: boolean } = {}): Promise<string[]> =>
  readdir(dir, { recursive: options.recursive === true }).catch((): string[] => []);
