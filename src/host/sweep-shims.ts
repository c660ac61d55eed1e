import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostProcess, HostProcesses } from '../ports/host-processes.ts';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';
import { bundlesDir } from './sweep-bundles.ts';

/** containerd makes shims' sockets here whatever its configuration says (`runtime/v2/shim/util_unix.go`). */
const shimSocketDir = '/run/containerd/s';

/**
 * Kills the shims that serve our containerd's address and whose sandbox `lives` denies. Their containers' processes
 * must be dead already: a shim takes nothing with it. A running containerd sees the end of a shim and cleans up.
 */
export function sweepShims(processes: HostProcesses, containerdSocket: string, lives: (id: string) => boolean): readonly SweptLeftover[] {
  const swept: SweptLeftover[] = [];
  for (const shim of processes.find('containerd-shim-runc-v2')) {
    const { address, namespace, id } = readShimFlags(shim);
    if (address !== containerdSocket || id === undefined || lives(id) || isTransientShim(shim)) continue;
    if (!processes.signal(shim, 'SIGKILL')) continue;
    rmSync(shimSocketPath(containerdSocket, namespace ?? 'k8s.io', id), { force: true });
    swept.push({ kind: 'shim', name: id });
  }
  return swept;
}

/** Sockets of shims that ended without removing them; each shim's bundle in containerd's state names its own. */
export async function sweepShimSockets(runDir: string): Promise<readonly SweptLeftover[]> {
  const bundles = bundlesDir(runDir);
  const swept: SweptLeftover[] = [];
  for (const id of await readdir(bundles).catch((): string[] => [])) {
    const address = await readFile(join(bundles, id, 'address'), 'utf8').catch(() => '');
    const path = /^unix:\/\/(\/run\/containerd\/s\/[0-9a-f]{64})$/.exec(address.trim())?.[1];
    if (path === undefined) continue;
    rmSync(path, { force: true });
    swept.push({ kind: 'socket', name: path });
  }
  return swept;
}

/** Started by containerd for one task, not to serve: it ends by itself. */
export const isTransientShim = ({ argv }: HostProcess): boolean => argv.at(-1) === 'start' || argv.at(-1) === 'delete';

/** As `SocketAddress` of `runtime/v2/shim/util_unix.go` names it. */
const shimSocketPath = (address: string, namespace: string, id: string): string =>
  join(
    shimSocketDir,
    createHash('sha256')
      .update(join(address, namespace, id))
      .digest('hex'),
  );

export function readShimFlags({ argv }: HostProcess): { readonly address?: string; readonly namespace?: string; readonly id?: string } {
  const flags: { address?: string; namespace?: string; id?: string } = {};
  for (const name of ['address', 'namespace', 'id'] as const) {
    const at = argv.indexOf(`-${name}`);
    const value = at < 0 ? undefined : argv[at + 1];
    if (value !== undefined) flags[name] = value;
  }
  return flags;
}
