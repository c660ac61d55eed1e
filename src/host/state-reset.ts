/**
 * The end of a state directory.
 *
 * 1. No file is removed while anything is mounted at or below the directory: what a Pod reaches through a hostPath or a
 *    mount of its own is not hooklet's.
 * 2. No other device is entered and no symbolic link followed, should a mount appear meanwhile.
 * 3. The mark goes last: an interrupted reset can be repeated.
 */
import { existsSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { HostProcesses } from '../ports/host-processes.ts';
import type { HostReset, ResetPlan } from '../ports/host-reset.ts';
import type { RuntimeSupervisor } from '../ports/runtime-supervisor.ts';
import { isStateDir } from './host-paths.ts';
import { mountsWithin, parseMountTable } from './mount-table.ts';
import { removeTree } from './remove-tree.ts';

export interface StateResetParts {
  readonly paths: HostPaths;
  readonly processes: HostProcesses;
  readonly supervisor: Pick<RuntimeSupervisor, 'isRunning' | 'stop'>;
}

export class StateReset implements HostReset {
  readonly #parts: StateResetParts;

  constructor(parts: StateResetParts) {
    this.#parts = parts;
  }

  async plan(): Promise<ResetPlan> {
    const { paths, processes, supervisor } = this.#parts;
    const exists = await this.#checkIsOurs();
    const shims = processes.find('containerd-shim-runc-v2').filter(({ argv }) => argv.includes(paths.containerdSocket)).length;
    const removes = [
      ...((await supervisor.isRunning()) || shims > 0
        ? [`containerd and the containers of its ${shims} running Pods, without preStop`]
        : []),
      ...(existsSync(join('/sys/class/net', paths.bridgeName))
        ? [`network ${paths.networkName}: bridge ${paths.bridgeName}, leases, iptables rules`]
        : []),
      ...(existsSync(paths.runDir) ? [`run directory ${paths.runDir}`] : []),
      ...(exists ? [`state directory ${paths.stateDir}: journal, hook output, logs, emptyDir volumes, images, seccomp profiles`] : []),
    ];
    return { stateDir: paths.stateDir, exists, removes };
  }

  async reset(): Promise<void> {
    const { paths, supervisor } = this.#parts;
    const exists = await this.#checkIsOurs();
    await supervisor.stop();
    const mounts = mountsWithin(parseMountTable(await readFile('/proc/self/mountinfo', 'utf8')), paths.stateDir);
    if (mounts.length > 0) {
      const points = mounts.map(({ mountPoint }) => `"${mountPoint}"`).join(', ');
      throw new HookletError('hostLacks', `Cannot remove "${paths.stateDir}": mounted there: ${points}; unmount it, then reset again`);
    }
    if (exists) await removeState(paths);
  }

  /** False when there is no directory. */
  async #checkIsOurs(): Promise<boolean> {
    const { paths } = this.#parts;
    if (lstatSync(paths.stateDir, { throwIfNoEntry: false }) === undefined) return false;
    if (await isStateDir(paths)) return true;
    throw new HookletError(
      'badInput',
      `"${paths.stateDir}" is not a state directory of hooklet: nothing was removed; name the right one with --state-dir`,
    );
  }
}

async function removeState(paths: HostPaths): Promise<void> {
  try {
    const device = lstatSync(paths.stateDir).dev;
    for (const entry of readdirSync(paths.stateDir, { withFileTypes: true })) {
      const path = join(paths.stateDir, entry.name);
      if (path === paths.markerFile) continue;
      if (entry.isDirectory()) await removeTree(path, device);
      else unlinkSync(path);
    }
    unlinkSync(paths.markerFile);
    rmdirSync(paths.stateDir);
  } catch (error) {
    if (error instanceof HookletError) throw error;
    throw new HookletError('hostLacks', `Cannot remove "${paths.stateDir}": ${messageOf(error)}`, { cause: error });
  }
}
