/**
 * Installs Debian packages so that nothing else on the host changes.
 *
 * 1. Nothing is ever removed or upgraded for it: apt is asked first, in a simulation, and told `--no-remove`.
 * 2. No system containerd runs afterwards that did not run before: hooklet starts one of its own. A policy file denies
 *    its start during the installation, and it is not enabled for the next boot. A policy that exists is left alone.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const POLICY_MARK = 'Written by hooklet for the time of one apt-get install';
const POLICY = `#!/bin/sh
# ${POLICY_MARK}: containerd is not started as a system service.
case $1 in containerd*) exit 101 ;; esac
exit 0
`;

const INSTALL = ['install', '--yes', '--no-install-recommends', '--no-remove', '--no-upgrade'];
const OPTIONS = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'];

/**
 * @typedef {object} Host
 * @property {(program: string, args: readonly string[], quiet?: boolean) => boolean} run true when it exited 0
 * @property {(line: string) => void} say
 * @property {string} policyFile /usr/sbin/policy-rc.d, asked by Debian before it starts a service
 * @property {string} systemdDir /run/systemd/system, which exists when systemd is the init of this host
 */

/**
 * @param {readonly string[]} packages
 * @param {Host} host
 * @returns {string | undefined} what went wrong, with its remedy
 */
export function installDebianPackages(packages, host) {
  const simulate = () => host.run('apt-get', ['--simulate', ...OPTIONS, ...INSTALL, ...packages], true);
  // The lists of a fresh machine are empty or old; they are fetched only when apt cannot answer from them.
  if (!simulate()) {
    host.say("fetching the lists of Debian's packages (apt-get update) …");
    if (!host.run('apt-get', [...OPTIONS, 'update'])) {
      return 'apt-get update failed: see its messages above, check the network and /etc/apt, then run the same command again';
    }
    if (!simulate()) {
      return `apt cannot install ${packages.join(' ')} without removing other packages: see "apt-get install ${packages.join(' ')}"`;
    }
  }
  for (const name of packages) {
    host.say(`installing ${name} from Debian's packages …`);
  }
  return withContainerdKeptOff(packages.includes('containerd'), host, () => {
    const install = () => host.run('apt-get', [...OPTIONS, ...INSTALL, ...packages]);
    // Old lists name files that the mirror no longer has: the second try has new lists.
    const installed = install() || (host.run('apt-get', [...OPTIONS, 'update']) && install());
    return installed ? undefined : 'apt-get install failed: see its messages above, mend that, then run the same command again';
  });
}

/**
 * @param {boolean} installsContainerd
 * @param {Host} host
 * @param {() => string | undefined} install
 * @returns {string | undefined}
 */
function withContainerdKeptOff(installsContainerd, host, install) {
  if (!installsContainerd) {
    return install();
  }
  const mayWrite = !existsSync(host.policyFile) || readFileSync(host.policyFile, 'utf8').includes(POLICY_MARK);
  if (mayWrite) {
    writeFileSync(host.policyFile, POLICY, { mode: 0o755 });
  }
  try {
    return install();
  } finally {
    if (mayWrite) {
      rmSync(host.policyFile, { force: true });
    }
    if (existsSync(host.systemdDir)) {
      host.say('leaving the system service of the new containerd off (systemctl disable --now containerd)');
      host.run('systemctl', ['disable', '--now', 'containerd.service'], true);
    }
  }
}
