/** All that must lie on disk before hooklet's containerd starts: its configuration, the network's, and what was chosen. */
import { randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { Programs } from '../ports/programs.ts';
import { checkSubnet, chooseSubnet, type Ipv4Range, overlaps, parseCidr, routedRanges } from './choose-subnet.ts';
import { cniConflist, conflistFile } from './cni-config.ts';
import { containerdConfig } from './containerd-config.ts';

/** Debian's place, then the one of the plugins' own releases, then Fedora's. */
export const cniBinDirs = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** CAP_SYS_RESOURCE of capability.h */
const capSysResource = 24n;

interface Choices {
  readonly snapshotter: 'overlayfs' | 'native';
  readonly subnet: string;
}

export interface ContainerdPreparation {
  readonly paths: HostPaths;
  readonly programs: Programs;
  /** What the user asked for; a free one is chosen otherwise. */
  readonly subnet?: string | undefined;
}

/** Idempotent: what is there already and right is not touched, a containerd that runs watches it. */
export async function prepareContainerd(preparation: ContainerdPreparation): Promise<void> {
  try {
    await prepare(preparation);
  } catch (error) {
    if (error instanceof HookletError) throw error;
    const { stateDir } = preparation.paths;
    throw new HookletError(
      'hostLacks',
      `Cannot prepare containerd in "${stateDir}": ${messageOf(error)}; free space, or name another --state-dir`,
      {
        cause: error,
      },
    );
  }
}

async function prepare({ paths, programs, subnet }: ContainerdPreparation): Promise<void> {
  for (const dir of [paths.containerdRoot, paths.runDir, paths.cniConfigDir]) await mkdir(dir, { recursive: true, mode: 0o700 });
  const stored = await readChoices(paths.hostChoicesFile);
  const [snapshotter, cniBinDir, mayLowerOomScore, forwardingIsDropped] = await Promise.all([
    stored?.snapshotter ?? chooseSnapshotter(programs, paths.containerdRoot),
    findCniBinDir(),
    hasCapSysResource(),
    dropsForwarded(programs),
  ]);
  const routes = await readFile('/proc/net/route', 'utf8');
  const choices = { snapshotter, subnet: pickSubnet(paths, routes, { asked: subnet, stored: stored?.subnet }) };
  await putFile(paths.hostChoicesFile, `${JSON.stringify(choices)}\n`);
  await putFile(paths.containerdConfigFile, containerdConfig({ paths, snapshotter, cniBinDir, mayLowerOomScore }));
  await putFile(conflistFile(paths.cniConfigDir), cniConflist({ paths, subnet: choices.subnet, forwardingIsDropped }));
}

/** The stored subnet stays as long as no other route wants it: Pods that live have addresses of it. */
export function pickSubnet(
  paths: Pick<HostPaths, 'bridgeName' | 'instanceId'>,
  procNetRoute: string,
  wish: { readonly asked: string | undefined; readonly stored: string | undefined },
): string {
  const taken = routedRanges(procNetRoute, paths.bridgeName);
  if (wish.asked !== undefined) {
    const asked = checkSubnet(wish.asked, taken);
    if (asked !== wish.stored && new RegExp(`^${paths.bridgeName}\\s`, 'm').test(procNetRoute)) {
      throw new HookletError(
        'hostLacks',
        `Cannot change the subnet from ${wish.stored ?? 'an unknown one'} to ${asked} while bridge "${paths.bridgeName}" is up; stop all Pods first`,
      );
    }
    return asked;
  }
  return wish.stored !== undefined && isFree(wish.stored, taken) ? wish.stored : chooseSubnet(taken, paths.instanceId);
}

const isFree = (cidr: string, taken: readonly Ipv4Range[]): boolean => !taken.some((range) => overlaps(parseCidr(cidr), range));

async function readChoices(file: string): Promise<Choices | undefined> {
  try {
    const { snapshotter, subnet } = JSON.parse(await readFile(file, 'utf8')) as Partial<Choices>;
    if ((snapshotter !== 'overlayfs' && snapshotter !== 'native') || typeof subnet !== 'string') return undefined;
    parseCidr(subnet);
    return { snapshotter, subnet };
  } catch {
    return undefined; // none yet, or cut short by a full disk: choosing anew is safe
  }
}

/** Overlayfs cannot lie on every file system (not on another overlay): try it where it would be used. */
async function chooseSnapshotter(programs: Programs, root: string): Promise<Choices['snapshotter']> {
  const dir = await mkdtemp(join(root, 'overlay-trial-'));
  try {
    const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) => join(dir, name));
    for (const each of [lower, upper, work, merged]) await mkdir(each as string);
    await programs.run('mount', [
      '-t',
      'overlay',
      'overlay',
      '-o',
      `lowerdir=${lower},upperdir=${upper},workdir=${work}`,
      merged as string,
    ]);
    await programs.run('umount', [merged as string]);
    return 'overlayfs';
  } catch {
    return 'native';
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function findCniBinDir(): Promise<string> {
  for (const dir of cniBinDirs) {
    const found = await access(join(dir, 'bridge')).then(
      () => true,
      () => false,
    );
    if (found) return dir;
  }
  throw new HookletError('hostLacks', `No CNI plugins in ${cniBinDirs.join(', ')}; install containernetworking-plugins`);
}

async function hasCapSysResource(): Promise<boolean> {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> capSysResource) & 1n) === 1n;
}

async function dropsForwarded(programs: Programs): Promise<boolean> {
  try {
    return (await programs.run('iptables', ['-w', '10', '-S', 'FORWARD'])).includes('-P FORWARD DROP');
  } catch {
    return false; // no iptables, no such policy; the missing program is reported by the host checks
  }
}

/** Written aside and renamed: a reader never sees half a file, and neither does the next start after a full disk. */
async function putFile(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await writeFile(aside, text, { mode: 0o600 });
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
