/**
 * What a killed containerd leaves on this host, found by the names that only this hooklet uses: its cgroup parent, its
 * run directory, its network, its containerd's address.
 *
 * 1. Processes first, then shims, then mounts, then files: each holds the next. What a dead containerd had under way
 *    ends before anything is looked at.
 * 2. Nothing is removed below a mount: what could not be unmounted stays, directory and all.
 * 3. What cannot be removed is no error: the next sweep finds it again.
 */
import { readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwnMount } from '../core/container/own-mounts.ts';
import type { Clock } from '../ports/clock.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { HostProcesses } from '../ports/host-processes.ts';
import type { LeftoverSweep, LivingIds, SweptLeftover } from '../ports/leftover-sweep.ts';
import type { Programs } from '../ports/programs.ts';
import { cgroupRoots, type Mount, mountsWithin, parseMountTable } from './mount-table.ts';
import { removeTree } from './remove-tree.ts';
import { settleTransients } from './settle-transients.ts';
import { sweepBundles } from './sweep-bundles.ts';
import { type LivingCgroups, livingPids, removeCgroupParent, sweepCgroups } from './sweep-cgroups.ts';
import { sweepIptables } from './sweep-iptables.ts';
import { cachedNamespaces, removeBridge, sweepNetworkFiles } from './sweep-network.ts';
import { sweepPipeKeepers } from './sweep-pipe-keepers.ts';
import { sweepShimSockets, sweepShims } from './sweep-shims.ts';

export interface HostLeftoverSweepParts {
  readonly paths: HostPaths;
  readonly processes: HostProcesses;
  readonly programs: Programs;
  readonly clock: Clock;
}

type Lives = (id: string) => boolean;

export class HostLeftoverSweep implements LeftoverSweep {
  readonly #parts: HostLeftoverSweepParts;

  constructor(parts: HostLeftoverSweepParts) {
    this.#parts = parts;
  }

  async sweep({ podUids, sandboxIds, containerIds, isUnfinished }: LivingIds): Promise<readonly SweptLeftover[]> {
    const ids = new Set([...sandboxIds, ...containerIds]);
    const uids = new Set(podUids);
    const lives: Lives = (id) => ids.has(id);
    const processes = await this.#sweepProcesses({ lives, hasSandbox: (uid) => uids.has(uid) });
    const mounts = await this.#unmount(await this.#deadMounts(lives, isUnfinished === true));
    const bundles = await sweepBundles(this.#parts.paths.runDir, await readMountTable(), lives);
    return [...processes, ...mounts, ...bundles, ...(await this.#sweepNetwork(lives))];
  }

  async sweepAll(): Promise<readonly SweptLeftover[]> {
    const { paths } = this.#parts;
    const processes = [
      ...(await this.#sweepProcesses({ lives: () => false, hasSandbox: () => false })),
      ...sweepPipeKeepers(this.#parts.processes, paths.runDir),
    ];
    const sockets = await sweepShimSockets(paths.runDir);
    const table = await readMountTable();
    const ofRuntime = [...mountsWithin(table, paths.runDir), ...mountsWithin(table, paths.containerdRoot)];
    const mounts = await this.#unmount([...ofRuntime, ...podMounts(table, paths.podsDir)]);
    const parents = await removeCgroupParent({ roots: cgroupRoots(table), cgroupParent: paths.cgroupParent });
    const network = await this.#sweepNetwork(() => false);
    const bridge = await removeBridge(this.#parts.programs, paths.bridgeName);
    await rm(paths.cniLeaseDir, { recursive: true, force: true }).catch(() => {});
    if (mountsWithin(await readMountTable(), paths.runDir).length === 0) await removeTree(paths.runDir).catch(() => {});
    return [...processes, ...parents, ...sockets, ...mounts, ...network, ...bridge];
  }

  async #sweepProcesses(living: LivingCgroups): Promise<readonly SweptLeftover[]> {
    const { paths, processes, clock } = this.#parts;
    const { lives } = living;
    const roots = cgroupRoots(await readMountTable());
    const cgroupSweep = { roots, cgroupParent: paths.cgroupParent, clock };
    const swept = [...(await settleTransients(this.#parts, lives)), ...(await sweepCgroups(cgroupSweep, living))];
    const shims = sweepShims(processes, paths.containerdSocket, lives);
    if (shims.length === 0) return swept;
    // A shim may have started one more runc before it died.
    return [...swept, ...shims, ...(await settleTransients(this.#parts, lives)), ...(await sweepCgroups(cgroupSweep, living))];
  }

  async #sweepNetwork(lives: Lives): Promise<readonly SweptLeftover[]> {
    const {
      programs,
      paths: { networkName },
    } = this.#parts;
    const { swept, deadAddresses } = await sweepNetworkFiles(this.#parts.paths, lives);
    return [...swept, ...(await sweepIptables(programs, { networkName, deadAddresses, lives }))];
  }

  /** Lazily: a process that still sits in one keeps it for itself, it is gone for everybody else. */
  async #unmount(mounts: readonly Mount[]): Promise<readonly SweptLeftover[]> {
    const swept: SweptLeftover[] = [];
    for (const { mountPoint, fsType } of mounts) {
      const done = await this.#parts.programs.run('umount', ['-l', '-c', mountPoint]).then(
        () => true,
        () => false,
      );
      if (!done) continue;
      swept.push({ kind: 'mount', name: mountPoint });
      if (fsType === 'nsfs') await rm(mountPoint, { force: true });
    }
    return swept;
  }

  /** Mounts of containerd's state that belong to no living container, and network namespaces that nobody can have. */
  async #deadMounts(lives: Lives, sparesNamespaces: boolean): Promise<readonly Mount[]> {
    const { runDir, networkName, cgroupParent } = this.#parts.paths;
    const table = await readMountTable();
    const [known, used] = await Promise.all([
      cachedNamespaces(networkName, lives),
      livingPids({ roots: cgroupRoots(table), cgroupParent }).then(namespacesOf),
    ]);
    return mountsWithin(table, join(runDir, 'state')).filter(({ mountPoint, fsType, root }) => {
      if (fsType === 'nsfs') return !sparesNamespaces && !known.has(mountPoint) && !used.has(root);
      const id = /\/(?:k8s\.io|sandboxes)\/([0-9a-f]{64})\//.exec(mountPoint)?.[1];
      return id !== undefined && !lives(id);
    });
  }
}

/** What an agent that was killed had mounted for its Pods; what others mounted there is not ours. */
const podMounts = (table: readonly Mount[], podsDir: string): readonly Mount[] =>
  mountsWithin(table, podsDir).filter(({ mountPoint }) => {
    const [, ...pathInPod] = mountPoint.slice(podsDir.length + 1).split('/');
    return isOwnMount(pathInPod.join('/'));
  });

const readMountTable = async (): Promise<readonly Mount[]> => parseMountTable(await readFile('/proc/self/mountinfo', 'utf8'));

/** "net:[4026532281]" of each process. */
async function namespacesOf(pids: readonly number[]): Promise<ReadonlySet<string>> {
  const links = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/net`).catch(() => '')));
  return new Set(links);
}
