/**
 * Installs what a checkout of hooklet needs and this host lacks; `npm start`, `npm test` and CI call it first.
 *
 *   node scripts/install.mjs [--npm-only] [--plan]
 *
 * Everything is looked at before anything is changed. Exit 3 with the remedy when this host cannot be used.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDebianPackages } from './install-debian.mjs';
import { describeNeeded, neededPrograms, npmPackagesDue, planInstallation } from './install-plan.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

// A root shell made by plain `su` has no sbin directories in its PATH.
const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const ownBin = join(root, 'node_modules', '.bin');
const hostPath = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '' && dir !== ownBin);

/** @returns {string | undefined} */
function findProgram(/** @type {string} */ name, /** @type {readonly string[]} */ directories = [...hostPath, ...SBIN]) {
  const candidates = directories.map((dir) => join(dir, name));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A statically linked ELF file has no program header of type PT_INTERP (3), which names the dynamic loader. */
function isStatic(/** @type {string} */ file) {
  const header = Buffer.alloc(4096);
  const fd = openSync(file, 'r');
  readSync(fd, header, 0, header.length, 0);
  closeSync(fd);
  if (header.toString('latin1', 0, 4) !== '\x7fELF' || header[4] !== 2) {
    return false;
  }
  const [offset, size, count] = [Number(header.readBigUInt64LE(0x20)), header.readUInt16LE(0x36), header.readUInt16LE(0x38)];
  for (let at = offset; at < Math.min(offset + size * count, header.length - 4); at += size) {
    if (header.readUInt32LE(at) === 3) {
      return false;
    }
  }
  return true;
}

const isMissing = (/** @type {import('./install-plan.mjs').Needed} */ needed) => {
  const file = findProgram(needed.program, needed.directories);
  return file === undefined || (needed.mustBeStatic === true && !isStatic(file));
};

/** The environment of the host: without what the `npm run` around us put there, which an inner npm would obey. */
function hostEnv() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE$)/.test(name));
  return { ...Object.fromEntries(kept), PATH: hostPath.join(delimiter), DEBIAN_FRONTEND: 'noninteractive' };
}

/** @returns {boolean} */
function run(/** @type {string} */ program, /** @type {readonly string[]} */ args, quiet = false) {
  const stdio = /** @type {import('node:child_process').StdioOptions} */ (['ignore', quiet ? 'ignore' : 2, quiet ? 'ignore' : 2]);
  return spawnSync(program, args, { cwd: root, env: hostEnv(), stdio }).status === 0;
}

function distribution() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (/** @type {string} */ name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? 'unknown';
  return `${field('ID')} ${field('VERSION_ID')}`;
}

function nodeMajorOfHost() {
  const node = findProgram('node');
  const version = node === undefined ? '' : spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout;
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0);
}

const readJson = (/** @type {string} */ name) => {
  const file = join(root, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
};

/** @returns {import('./install-plan.mjs').Facts} */
function gatherFacts() {
  return {
    platform: process.platform,
    arch: process.arch,
    isRoot: process.getuid?.() === 0,
    distribution: distribution(),
    missing: neededPrograms.filter(isMissing),
    npmPackages: npmPackagesDue(readJson('package-lock.json'), readJson('node_modules/.package-lock.json')),
    hasNpm: findProgram('npm') !== undefined,
    nodeMajor: nodeMajorOfHost(),
  };
}

/**
 * @param {import('./install-plan.mjs').Installation} plan
 * @returns {string | undefined} what went wrong
 */
function install(plan) {
  if (plan.debianPackages.length > 0) {
    const host = { run, say, policyFile: '/usr/sbin/policy-rc.d', systemdDir: '/run/systemd/system' };
    const failure = installDebianPackages(plan.debianPackages, host);
    if (failure !== undefined) {
      return failure;
    }
    const missing = neededPrograms.filter(isMissing);
    if (missing.length > 0) {
      return `still missing after the installation: ${missing.map(describeNeeded).join(', ')}`;
    }
  }
  if (plan.npmPackages !== undefined) {
    say(`installing npm packages, Node 24 among them (npm ci), because ${plan.npmPackages} …`);
    // NODE_ENV=production would leave out what tests and checks need.
    if (!run('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'])) {
      return 'npm ci failed: see its messages above, mend that, then run the same command again';
    }
  }
  return undefined;
}

/** @returns {number} */
function main() {
  const purpose = process.argv.includes('--npm-only') ? 'npmOnly' : 'containers';
  const plan = planInstallation(gatherFacts(), purpose);
  if (process.argv.includes('--plan')) {
    process.stdout.write(`${JSON.stringify(plan, undefined, 2)}\n`);
    return plan.kind === 'refuse' ? 3 : 0;
  }
  // Ctrl-C ends the running apt or npm; we go on just long enough to put the host in order.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => undefined);
  }
  const failure = plan.kind === 'refuse' ? plan.message : plan.kind === 'install' ? install(plan) : undefined;
  if (failure !== undefined) {
    say(`hooklet: ${failure}`);
    return 3;
  }
  return 0;
}

process.exitCode = main();
