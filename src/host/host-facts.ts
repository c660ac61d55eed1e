/** What the host checks judge, read without changing anything. */
import { closeSync, openSync, readFileSync, readSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostPaths } from '../ports/host-paths.ts';
import type { Programs } from '../ports/programs.ts';
import { cgroupControllers } from './cgroup-controllers.ts';
import { isStaticElf } from './host-base-images.ts';

export interface HostFacts {
  readonly platform: string;
  readonly uid: number;
  readonly nodeVersion: string;
  /** Absolute path by name; undefined when missing. */
  readonly programs: Readonly<Record<(typeof programNames)[number], string | undefined>>;
  /** The first line of `--version`, by program; only when asked for. */
  readonly versions: Readonly<Record<string, string>>;
  readonly staticBusybox: string | undefined;
  readonly staticTini: string | undefined;
  /** Where the bridge plugin lies, and which of the needed ones lie beside it. */
  readonly cni: { readonly dir: string | undefined; readonly plugins: readonly string[] };
  /** By the policy of iptables' FORWARD chain (Docker sets it): Pods need the firewall plugin. False when it was not looked up. */
  readonly forwardingIsDropped: boolean;
  /** From /proc/filesystems. */
  readonly hasOverlayfs: boolean;
  readonly cgroup: { readonly version: 1 | 2 | undefined; readonly controllers: readonly string[] };
  /** The bits of CapEff. */
  readonly capabilities: bigint;
  readonly ipForward: boolean;
  readonly freeBytes: number;
  readonly bridge: 'absent' | 'bridge' | 'otherInterface';
  /** Undefined when it was not tried. */
  readonly iptablesNatWorks: boolean | undefined;
}

export const programNames = [
  'containerd',
  'containerd-shim-runc-v2',
  'runc',
  'iptables',
  'iptables-save',
  'iptables-restore',
  'ip',
  'mount',
  'umount',
  'mkfifo',
  'sh',
] as const;
export const cniPluginNames = ['bridge', 'host-local', 'loopback', 'portmap'] as const;
export const firewallPluginName = 'firewall';
export const cniDirs = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

export interface HostFactsRequest {
  readonly paths: Pick<HostPaths, 'stateDir' | 'bridgeName'>;
  readonly programs: Programs;
  readonly quick: boolean;
}

export async function readHostFacts({ paths, programs, quick }: HostFactsRequest): Promise<HostFacts> {
  const found = Object.fromEntries(programNames.map((name) => [name, programs.find(name)])) as HostFacts['programs'];
  const cni = cniFacts();
  return {
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    nodeVersion: process.versions.node,
    programs: found,
    versions: quick ? {} : await readVersions(programs, ['containerd', 'runc', 'iptables']),
    staticBusybox: firstStatic(['/usr/bin/busybox', '/bin/busybox', '/bin/busybox.static']),
    staticTini: firstStatic(['/usr/bin/tini-static', '/sbin/tini-static']),
    cni,
    // Asked only where the answer matters: this is looked at before every run.
    forwardingIsDropped: !cni.plugins.includes(firewallPluginName) && (await dropsForwarded(programs)),
    hasOverlayfs: /^nodev\s+overlay$/m.test(read('/proc/filesystems')),
    cgroup: cgroupControllers(read('/proc/self/mountinfo'), read),
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0'}`),
    ipForward: read('/proc/sys/net/ipv4/ip_forward').trim() === '1',
    freeBytes: freeBytes(paths.stateDir),
    bridge: bridgeState(paths.bridgeName),
    iptablesNatWorks: quick
      ? undefined
      : await programs.run('iptables', ['-w', '10', '-t', 'nat', '-S', 'POSTROUTING']).then(
          () => true,
          () => false,
        ),
  };
}

function cniFacts(): HostFacts['cni'] {
  const dir = cniDirs.find((each) => exists(join(each, 'bridge')));
  const plugins = dir === undefined ? [] : [...cniPluginNames, firewallPluginName].filter((name) => exists(join(dir, name)));
  return { dir, plugins };
}

async function dropsForwarded(programs: Programs): Promise<boolean> {
  const rules = await programs.run('iptables', ['-w', '10', '-S', 'FORWARD']).catch(() => '');
  return /^-P FORWARD DROP$/m.test(rules);
}

async function readVersions(programs: Programs, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const versions = await Promise.all(names.map(async (name) => [name, await programs.run(name, ['--version']).catch(() => '')] as const));
  return Object.fromEntries(versions.map(([name, text]) => [name, text.split('\n')[0]?.trim() ?? '']));
}

function firstStatic(places: readonly string[]): string | undefined {
  return places.find((path) => {
    try {
      return isStaticElf(readStart(path));
    } catch {
      return false;
    }
  });
}

/** The first page: linkers put the program headers right behind the ELF header. */
function readStart(path: string): Buffer {
  const start = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  try {
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/** Of the file system that the state directory lies on, or will. */
function freeBytes(dir: string): number {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return dir === '/' ? 0 : freeBytes(dirname(dir));
  }
}

function bridgeState(name: string): HostFacts['bridge'] {
  const dir = join('/sys/class/net', name);
  if (!exists(dir)) return 'absent';
  return exists(join(dir, 'bridge')) ? 'bridge' : 'otherInterface';
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
