import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Facts, type LockFile, type Needed, neededPrograms, npmPackagesDue, planInstallation } from './install-plan.mjs';

const readyHost: Facts = {
  platform: 'linux',
  arch: 'x64',
  isRoot: true,
  distribution: 'debian 12',
  missing: [],
  npmPackages: undefined,
  hasNpm: true,
  nodeMajor: 20,
};

const lacking = (...programs: readonly string[]): readonly Needed[] => neededPrograms.filter(({ program }) => programs.includes(program));
const lacksAll = neededPrograms;
const everyPackage = ['containerd', 'runc', 'containernetworking-plugins', 'busybox-static', 'tini', 'iptables', 'iproute2'];
const due = 'they are not installed yet';

describe('planInstallation() installs', () => {
  const rows: readonly {
    readonly title: string;
    readonly facts: Partial<Facts>;
    readonly npm?: string;
    readonly debian: readonly string[];
  }[] = [
    { title: 'everything on a fresh Debian', facts: { missing: lacksAll, npmPackages: due }, npm: due, debian: everyPackage },
    {
      title: 'one package for several missing programs',
      facts: { missing: lacking('containerd', 'containerd-shim-runc-v2') },
      debian: ['containerd'],
    },
    { title: 'only what is absent', facts: { missing: lacking('tini-static', 'ip') }, debian: ['tini', 'iproute2'] },
    { title: 'npm packages alone', facts: { npmPackages: due }, npm: due, debian: [] },
    {
      title: 'npm packages on another distribution that has all programs',
      facts: { distribution: 'fedora 42', npmPackages: due },
      npm: due,
      debian: [],
    },
  ];
  for (const { title, facts, npm, debian } of rows) {
    it(title, () => {
      const plan = planInstallation({ ...readyHost, ...facts }, 'containers');
      assert.deepEqual(plan, { kind: 'install', npmPackages: npm, debianPackages: debian });
    });
  }

  it('nothing when nothing is missing', () => {
    assert.deepEqual(planInstallation(readyHost, 'containers'), { kind: 'ready' });
  });
});

describe('planInstallation() refuses, with the remedy,', () => {
  const rows: readonly { readonly title: string; readonly facts: Partial<Facts>; readonly message: RegExp }[] = [
    {
      title: 'another system',
      facts: { platform: 'darwin', missing: lacksAll },
      message: /Linux only, this is darwin: use a Linux machine/,
    },
    {
      title: 'a user who is not root',
      facts: { isRoot: false, missing: lacksAll, npmPackages: due },
      message: /needs root .*: run the same command as root/,
    },
    {
      title: 'another distribution, naming what it lacks',
      facts: { distribution: 'ubuntu 24.04', missing: lacking('runc', 'bridge', 'busybox') },
      message:
        /^missing on this host: runc, bridge \(in \/usr\/lib\/cni\), busybox \(statically linked\)\. .* this is "ubuntu 24\.04": install them with your own package manager/,
    },
    {
      title: 'a machine without npm',
      facts: { hasNpm: false, npmPackages: due },
      message: /npm was not found in PATH: install Node with npm/,
    },
    {
      title: 'a processor without a packaged Node',
      facts: { arch: 'riscv64' },
      message: /no packaged Node 24 for linux on riscv64: install Node 24/,
    },
  ];
  for (const { title, facts, message } of rows) {
    it(title, () => {
      const plan = planInstallation({ ...readyHost, ...facts }, 'containers');
      assert.equal(plan.kind, 'refuse');
      assert.match(plan.kind === 'refuse' ? plan.message : '', message);
    });
  }

  it('nothing on such a processor when the host has Node 24', () => {
    assert.deepEqual(planInstallation({ ...readyHost, arch: 'riscv64', nodeMajor: 24 }, 'containers'), { kind: 'ready' });
  });
});

describe('planInstallation() for checks that start no container', () => {
  it('asks neither for root nor for programs', () => {
    const facts = { ...readyHost, isRoot: false, distribution: 'fedora 42', missing: lacksAll, npmPackages: due };
    assert.deepEqual(planInstallation(facts, 'npmOnly'), { kind: 'install', npmPackages: due, debianPackages: [] });
  });
});

describe('npmPackagesDue()', () => {
  const locked = { version: '1.0.0', integrity: 'sha512-a' };
  const wanted: LockFile = {
    packages: { '': {}, 'node_modules/a': locked, 'node_modules/other-platform': { ...locked, optional: true }, 'tools/node': {} },
  };
  const rows: readonly { readonly title: string; readonly installed: LockFile | undefined; readonly expected: string | undefined }[] = [
    { title: 'says so when nothing is installed', installed: undefined, expected: due },
    {
      title: 'is content without the optional packages of other platforms',
      installed: { packages: { 'node_modules/a': locked } },
      expected: undefined,
    },
    { title: 'names a missing package', installed: { packages: {} }, expected: 'a is not what package-lock.json asks for' },
    {
      title: 'names a package of another version',
      installed: { packages: { 'node_modules/a': { ...locked, version: '0.9.0' } } },
      expected: 'a is not what package-lock.json asks for',
    },
    {
      title: 'names a package of other content',
      installed: { packages: { 'node_modules/a': { ...locked, integrity: 'sha512-b' } } },
      expected: 'a is not what package-lock.json asks for',
    },
  ];
  for (const { title, installed, expected } of rows) {
    it(title, () => assert.equal(npmPackagesDue(wanted, installed), expected));
  }
});

describe('package-lock.json', () => {
  const lock: { packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }> } = JSON.parse(
    readFileSync('package-lock.json', 'utf8'),
  );

  it('has an entry for every optional package: npm ci refuses a lock file without those of other platforms', () => {
    const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    assert.deepEqual(
      wanted.filter((name) => lock.packages[`node_modules/${name}`] === undefined),
      [],
    );
  });

  it('names no registry, so that every host asks its own', () => {
    const resolved = Object.values(lock.packages).flatMap((entry) => entry.resolved ?? []);
    assert.deepEqual(resolved, ['tools/node']);
  });
});
