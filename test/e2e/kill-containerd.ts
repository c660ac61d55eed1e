import { ProcHostProcesses } from '../../src/host/proc-host-processes.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';

/** The process id of the containerd of one state directory. Throws when none runs. */
export function containerdPid(paths: HostPaths): number {
  const all = new ProcHostProcesses().find('containerd').filter(({ argv }) => argv.includes(paths.containerdConfigFile));
  // One that was forked and has not become another program yet has the command line of its parent.
  const own = all.find(({ parentPid }) => !all.some(({ pid }) => pid === parentPid));
  if (own === undefined) throw new Error(`No containerd runs for "${paths.stateDir}"`);
  return own.pid;
}
