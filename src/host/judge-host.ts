import type { HostCheck } from '../ports/host-checks.ts';
import { neededControllers } from './cgroup-controllers.ts';
import { cniDirs, cniPluginNames, firewallPluginName, type HostFacts, programNames } from './host-facts.ts';

/** Debian's package of each program; other distributions mostly call them the same. */
const packages: Readonly<Record<(typeof programNames)[number], string>> = {
  containerd: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  'iptables-save': 'iptables',
  'iptables-restore': 'iptables',
  ip: 'iproute2',
  mount: 'mount',
  umount: 'mount',
  mkfifo: 'coreutils',
  sh: 'dash',
};

/** Needed by the agent itself, whatever runtime there is. */
const alwaysNeeded: ReadonlySet<string> = new Set(['mkfifo', 'sh']);

/** Bits of capability.h. */
const capNetAdmin = 12n;
const capSysAdmin = 21n;
const capSysResource = 24n;

/** An image, its layers and a journal fit; below this the first write of a Pod may already fail. */
const neededBytes = 64 * 1024 ** 2;
const comfortableBytes = 1024 ** 3;

export interface HostJudgement {
  readonly bridgeName: string;
  readonly stateDir: string;
  readonly runtimeIsForeign: boolean;
}

/** What the facts mean; the order is the one in which to mend things. */
export function judgeHost(facts: HostFacts, { bridgeName, stateDir, runtimeIsForeign }: HostJudgement): readonly HostCheck[] {
  const system = required(
    'operating system',
    facts.platform === 'linux',
    facts.platform,
    'run hooklet on Linux; "hooklet explain" works anywhere',
  );
  if (!system.ok) return [system]; // whatever else is missing there cannot be installed
  const general = [
    system,
    required('user', facts.uid === 0, facts.uid === 0 ? 'root' : `uid ${facts.uid}`, 'run it as root, e.g. with sudo'),
    required('Node.js', Number.parseInt(facts.nodeVersion, 10) >= 24, facts.nodeVersion, 'install Node.js 24 or newer'),
  ];
  const space = judgeSpace(facts.freeBytes, stateDir);
  const names = programNames.filter((name) => !runtimeIsForeign || alwaysNeeded.has(name));
  const programs = names.map((name) => judgeProgram(facts, name));
  if (runtimeIsForeign) return [...general, ...programs, space];
  return [
    ...general,
    ...programs,
    ...judgeImagePrograms(facts),
    judgeCni(facts),
    ...judgeKernel(facts),
    ...judgeNetwork(facts, bridgeName),
    space,
  ];
}

function judgeProgram(facts: HostFacts, name: (typeof programNames)[number]): HostCheck {
  const path = facts.programs[name];
  const version = facts.versions[name];
  return required(
    name,
    path !== undefined,
    path === undefined ? 'missing' : version ? `${path}, ${version}` : path,
    install(packages[name]),
  );
}

function judgeImagePrograms({ staticBusybox, staticTini }: HostFacts): readonly HostCheck[] {
  return [
    required('busybox (static)', staticBusybox !== undefined, staticBusybox ?? 'missing', install('busybox-static')),
    required('tini (static)', staticTini !== undefined, staticTini ?? 'missing', install('tini')),
  ];
}

function judgeCni({ cni, forwardingIsDropped }: HostFacts): HostCheck {
  const needed = forwardingIsDropped ? [...cniPluginNames, firewallPluginName] : cniPluginNames;
  const missing = needed.filter((name) => !cni.plugins.includes(name));
  const found =
    cni.dir === undefined ? `none in ${cniDirs.join(', ')}` : missing.length === 0 ? cni.dir : `${cni.dir} lacks ${missing.join(', ')}`;
  return required('CNI plugins', missing.length === 0, found, install('containernetworking-plugins'));
}

function judgeKernel({ capabilities, cgroup, hasOverlayfs }: HostFacts): readonly HostCheck[] {
  const has = (bit: bigint) => ((capabilities >> bit) & 1n) === 1n;
  const mayAdminister = has(capSysAdmin) && has(capNetAdmin);
  const lacking = neededControllers.filter((name) => !cgroup.controllers.includes(name));
  const hierarchy =
    cgroup.version === undefined ? 'none mounted' : `v${cgroup.version}${lacking.length === 0 ? '' : `, without ${lacking.join(', ')}`}`;
  return [
    required(
      'rights',
      mayAdminister,
      mayAdminister ? 'CAP_SYS_ADMIN, CAP_NET_ADMIN' : 'CAP_SYS_ADMIN or CAP_NET_ADMIN is missing',
      'in a container, run it privileged',
    ),
    required(
      'cgroups',
      lacking.length === 0,
      hierarchy,
      'mount cgroup v2 at /sys/fs/cgroup, or enable the controllers on the kernel command line',
    ),
    advice(
      'overlayfs',
      hasOverlayfs,
      hasOverlayfs ? 'in the kernel' : 'not loaded: images are copied whole for each container',
      'modprobe overlay',
    ),
    advice('CAP_SYS_RESOURCE', has(capSysResource), has(capSysResource) ? 'yes' : 'no: containers get no lower OOM score than the agent'),
  ];
}

function judgeNetwork({ bridge, ipForward, iptablesNatWorks }: HostFacts, bridgeName: string): readonly HostCheck[] {
  const nat =
    iptablesNatWorks === undefined
      ? []
      : [
          required(
            'iptables nat',
            iptablesNatWorks,
            iptablesNatWorks ? 'works' : 'fails',
            'load the kernel modules nf_tables and nft_chain_nat',
          ),
        ];
  return [
    ...nat,
    required(
      `bridge ${bridgeName}`,
      bridge !== 'otherInterface',
      { absent: 'not there yet', bridge: 'up', otherInterface: 'the name is taken by another kind of interface' }[bridge],
      `remove it (ip link delete ${bridgeName}), or use another --state-dir`,
    ),
    // The bridge plugin turns it on with the first Pod (`plugins/main/bridge/bridge.go`, enableIPForward).
    { name: 'net.ipv4.ip_forward', need: 'advice', ok: true, found: ipForward ? 'on' : 'off: the first Pod turns it on' },
  ];
}

function judgeSpace(freeBytes: number, stateDir: string): HostCheck {
  const found = `${Math.floor(freeBytes / 1024 ** 2)} MiB free for ${stateDir}`;
  const remedy = 'free some, or put --state-dir on another file system';
  const enough = freeBytes >= neededBytes;
  return enough ? advice('disk space', freeBytes >= comfortableBytes, found, remedy) : required('disk space', false, found, remedy);
}

const install = (packageName: string): string => `apt-get install ${packageName}, or your distribution's package of it`;

const required = (name: string, ok: boolean, found: string, remedy: string): HostCheck => check('required', { name, ok, found }, remedy);
const advice = (name: string, ok: boolean, found: string, remedy?: string): HostCheck => check('advice', { name, ok, found }, remedy);

function check(
  need: HostCheck['need'],
  { name, ok, found }: Pick<HostCheck, 'name' | 'ok' | 'found'>,
  remedy: string | undefined,
): HostCheck {
  return ok || remedy === undefined ? { name, need, ok, found } : { name, need, ok, found, remedy };
}
