import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostPaths } from '../ports/host-paths.ts';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';
import type { Programs } from '../ports/programs.ts';

/** libcni's one cache for the whole machine (`libcni/api.go`, CacheDir); containerd cannot be told another. */
const cniResultDir = '/var/lib/cni/results';

export interface NetworkSweep {
  readonly swept: readonly SweptLeftover[];
  readonly deadAddresses: ReadonlySet<string>;
}

/** Leases and cache entries of our network whose sandbox `lives` denies. */
export async function sweepNetworkFiles(
  paths: Pick<HostPaths, 'networkName' | 'cniLeaseDir'>,
  lives: (sandboxId: string) => boolean,
): Promise<NetworkSweep> {
  const swept: SweptLeftover[] = [];
  const deadAddresses = new Set<string>();
  const leases = join(paths.cniLeaseDir, paths.networkName);
  for (const address of await names(leases)) {
    if (!/^[0-9.]+$/.test(address)) continue; // "lock" and "last_reserved_ip.0" stay
    // The id, then the interface, each on a line (`host-local/backend/disk`); an empty file was cut short by a crash.
    const [id = ''] = (await readFile(join(leases, address), 'utf8').catch(() => '')).split(/\r?\n/);
    if (lives(id)) continue;
    await rm(join(leases, address), { force: true });
    deadAddresses.add(address);
    swept.push({ kind: 'lease', name: address });
  }
  const prefix = `${paths.networkName}-`;
  for (const entry of await names(cniResultDir)) {
    const id = entry.startsWith(prefix) ? entry.slice(prefix.length).replace(/-[^-]*$/, '') : undefined;
    if (id === undefined || lives(id)) continue;
    await rm(join(cniResultDir, entry), { force: true });
    // containerd's own loopback network is the same for every containerd: only the sandbox says whose it is.
    await rm(join(cniResultDir, `cni-loopback-${id}-lo`), { force: true });
    swept.push({ kind: 'cniCache', name: entry });
  }
  return { swept, deadAddresses };
}

/** The network namespaces that the cache says living sandboxes have. */
export async function cachedNamespaces(networkName: string, lives: (sandboxId: string) => boolean): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for (const entry of await names(cniResultDir)) {
    if (!entry.startsWith(`${networkName}-`) || !lives(entry.slice(networkName.length + 1).replace(/-[^-]*$/, ''))) continue;
    const content = await readFile(join(cniResultDir, entry), 'utf8').catch(() => '');
    for (const match of content.matchAll(/"sandbox":\s*"([^"]+)"/g)) if (match[1] !== undefined) paths.add(match[1]);
  }
  return paths;
}

/** The bridge, and with it the host's ends of what still hangs on it. Only a bridge: a name may be taken by anything. */
export async function removeBridge(programs: Programs, bridgeName: string): Promise<readonly SweptLeftover[]> {
  const isBridge = await stat(join('/sys/class/net', bridgeName, 'bridge')).then(
    () => true,
    () => false,
  );
  if (!isBridge) return [];
  const ports = await names(join('/sys/class/net', bridgeName, 'brif'));
  const remove = (name: string) =>
    programs.run('ip', ['link', 'delete', name]).then(
      () => true,
      () => false,
    );
  const swept: SweptLeftover[] = [];
  for (const port of ports) if (await remove(port)) swept.push({ kind: 'veth', name: port });
  if (await remove(bridgeName)) swept.push({ kind: 'bridge', name: bridgeName });
  return swept;
}

const names = (dir: string): Promise<string[]> => readdir(dir).catch((): string[] => []);
