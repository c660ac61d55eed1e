/** What of one hooklet is on this host outside of its state directory: for tests that say "nothing is left". */
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cgroupRoots, mountsWithin, parseMountTable } from '../../../src/host/mount-table.ts';
import { ProcHostProcesses } from '../../../src/host/proc-host-processes.ts';
import type { HostPaths } from '../../../src/ports/host-paths.ts';

export interface HostTraces {
  readonly shims: readonly string[];
  /** Below the cgroup parent, in all hierarchies. */
  readonly cgroups: readonly string[];
  /** At or below the run and the state directory. */
  readonly mounts: readonly string[];
  readonly leases: readonly string[];
  readonly cniResults: readonly string[];
  readonly bridgePorts: readonly string[];
  readonly iptablesRules: readonly string[];
}

export const noTraces: HostTraces = { shims: [], cgroups: [], mounts: [], leases: [], cniResults: [], bridgePorts: [], iptablesRules: [] };

export async function hostTraces(paths: HostPaths): Promise<HostTraces> {
  const table = parseMountTable(await readFile('/proc/self/mountinfo', 'utf8'));
  const parents = cgroupRoots(table).map((root) => join(root, paths.cgroupParent));
  const rules = await promisify(execFile)('iptables-save', [], { env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } });
  return {
    shims: new ProcHostProcesses()
      .find('containerd-shim-runc-v2')
      .filter(({ argv }) => argv.includes(paths.containerdSocket))
      .map(({ argv }) => argv.join(' ')),
    cgroups: (await Promise.all(parents.map(subdirectories))).flat(),
    mounts: [...mountsWithin(table, paths.runDir), ...mountsWithin(table, paths.stateDir)].map(({ mountPoint }) => mountPoint),
    leases: (await names(join(paths.cniLeaseDir, paths.networkName))).filter((name) => /^\d/.test(name)),
    cniResults: (await names('/var/lib/cni/results')).filter((name) => name.startsWith(`${paths.networkName}-`)),
    bridgePorts: await names(join('/sys/class/net', paths.bridgeName, 'brif')),
    iptablesRules: rules.stdout.split('\n').filter((line) => line.includes(paths.networkName)),
  };
}

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Looks every few milliseconds until it is true; gives up after `withinMs`. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await setTimeout(2);
  }
}

async function subdirectories(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
}

const names = (dir: string): Promise<string[]> => readdir(dir).catch((): string[] => []);
