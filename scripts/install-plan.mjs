/**
 * What must be installed before hooklet can run from a checkout: decided here, from facts, without touching anything.
 *
 * Plain JavaScript, because it runs before Node 24 is there (Node 20 is enough); types are checked through JSDoc.
 */

/**
 * @typedef {object} Needed
 * @property {string} program
 * @property {string} package of Debian
 * @property {boolean} [mustBeStatic]
 * @property {readonly string[]} [directories] where it lies, when that is not in PATH
 * @typedef {'containers' | 'npmOnly'} Purpose `npmOnly`: for checks that start no container
 * @typedef {object} Facts
 * @property {string} platform as `process.platform`
 * @property {string} arch as `process.arch`
 * @property {boolean} isRoot
 * @property {string} distribution `ID` and `VERSION_ID` of /etc/os-release, e.g. "debian 12"
 * @property {readonly Needed[]} missing the members of `neededPrograms` that were not found
 * @property {string | undefined} npmPackages why `npm ci` is due; undefined when the installed packages match the lock file
 * @property {boolean} hasNpm
 * @property {number} nodeMajor of the `node` outside of the checkout; 0 when there is none
 * @typedef {{ readonly kind: 'refuse', readonly message: string }} Refusal
 * @typedef {{ readonly kind: 'install', readonly npmPackages: string | undefined, readonly debianPackages: readonly string[] }} Installation
 * @typedef {{ readonly kind: 'ready' } | Installation | Refusal} Plan
 */

/** Of Debian, of the plugins' own releases, of Fedora: where `src/containerd/prepare-containerd.ts` looks too. */
const cniDirectories = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/**
 * We ask for the program, not for the package: Docker's packages bring containerd and runc too, and must stay.
 * @type {readonly Needed[]}
 */
export const neededPrograms = [
  { program: 'containerd', package: 'containerd' },
  { program: 'containerd-shim-runc-v2', package: 'containerd' },
  { program: 'runc', package: 'runc' },
  { program: 'bridge', package: 'containernetworking-plugins', directories: cniDirectories },
  { program: 'firewall', package: 'containernetworking-plugins', directories: cniDirectories },
  { program: 'host-local', package: 'containernetworking-plugins', directories: cniDirectories },
  { program: 'loopback', package: 'containernetworking-plugins', directories: cniDirectories },
  { program: 'portmap', package: 'containernetworking-plugins', directories: cniDirectories },
  // The base image holds nothing but this file: one that needs libraries would not run in it.
  { program: 'busybox', package: 'busybox-static', mustBeStatic: true },
  { program: 'tini-static', package: 'tini', mustBeStatic: true },
  { program: 'iptables', package: 'iptables' },
  { program: 'ip', package: 'iproute2' },
];

/**
 * @param {Facts} facts
 * @param {Purpose} purpose
 * @returns {Plan}
 */
export function planInstallation(facts, purpose) {
  const refusal = (purpose === 'containers' ? refuseHost(facts) : undefined) ?? refusePackages(facts);
  if (refusal !== undefined) {
    return { kind: 'refuse', message: refusal };
  }
  const debianPackages = purpose === 'containers' ? packagesOf(facts.missing) : [];
  if (facts.npmPackages === undefined && debianPackages.length === 0) {
    return { kind: 'ready' };
  }
  return { kind: 'install', npmPackages: facts.npmPackages, debianPackages };
}

/**
 * @param {Facts} facts
 * @returns {string | undefined}
 */
function refuseHost(facts) {
  if (facts.platform !== 'linux') {
    return `hooklet runs containers on Linux only, this is ${facts.platform}: use a Linux machine or virtual machine, Debian 12 for example`;
  }
  if (!facts.isRoot) {
    return 'hooklet needs root to make cgroups, mounts and network devices: run the same command as root';
  }
  if (facts.missing.length > 0 && !facts.distribution.startsWith('debian ')) {
    const names = facts.missing.map(describeNeeded);
    return (
      `missing on this host: ${names.join(', ')}. Debian 12 is where this command installs them, this is "${facts.distribution}": ` +
      'install them with your own package manager, then run the same command again'
    );
  }
  return undefined;
}

/** @returns {string} */
export function describeNeeded(/** @type {Needed} */ { program, mustBeStatic, directories }) {
  const detail = mustBeStatic ? 'statically linked' : directories && `in ${directories[0]}`;
  return detail === undefined ? program : `${program} (${detail})`;
}

/**
 * @param {Facts} facts
 * @returns {string | undefined}
 */
function refusePackages(facts) {
  const bringsNode = facts.platform === 'linux' && (facts.arch === 'x64' || facts.arch === 'arm64');
  if (!bringsNode && facts.nodeMajor < 24) {
    return `there is no packaged Node 24 for ${facts.platform} on ${facts.arch}: install Node 24 or newer, then run the same command again`;
  }
  if (facts.npmPackages !== undefined && !facts.hasNpm) {
    return 'npm was not found in PATH: install Node with npm (Node 20 is enough to begin with), then run the same command again';
  }
  return undefined;
}

/**
 * @param {readonly Needed[]} missing
 * @returns {readonly string[]} each package once, in the order of `neededPrograms`
 */
function packagesOf(missing) {
  return [...new Set(missing.map((needed) => needed.package))];
}

/**
 * @typedef {{ readonly version?: string, readonly integrity?: string, readonly optional?: boolean, readonly link?: boolean }} LockedPackage
 * @typedef {{ readonly packages?: Readonly<Record<string, LockedPackage>> }} LockFile
 */

/**
 * Why `npm ci` is due, told from the lock file and from the copy that npm leaves in `node_modules` after it finished.
 * @param {LockFile} wanted
 * @param {LockFile | undefined} installed
 * @returns {string | undefined}
 */
export function npmPackagesDue(wanted, installed) {
  if (installed?.packages === undefined) {
    return 'they are not installed yet';
  }
  const isPackage = (/** @type {[string, LockedPackage]} */ [path, locked]) => path.startsWith('node_modules/') && !locked.link;
  for (const [path, locked] of Object.entries(wanted.packages ?? {}).filter(isPackage)) {
    const present = installed.packages[path];
    // npm leaves out optional packages that are made for another platform.
    if (present === undefined ? !locked.optional : present.version !== locked.version || present.integrity !== locked.integrity) {
      return `${path.replace('node_modules/', '')} is not what package-lock.json asks for`;
    }
  }
  return undefined;
}
