import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Host, installDebianPackages } from './install-debian.mjs';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hooklet-install-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type Call = 'simulate' | 'update' | 'install' | 'systemctl';

/** A host whose programs answer as told; a call that is not told succeeds. `policySeen` is the policy file during the installation. */
function scriptedHost(answers: Partial<Record<Call, readonly boolean[]>> = {}) {
  const left: Partial<Record<Call, boolean[]>> = Object.fromEntries(Object.entries(answers).map(([call, list]) => [call, [...list]]));
  const calls: Call[] = [];
  const said: string[] = [];
  const seen: { policy?: string; args?: readonly string[] } = {};
  const policyFile = join(directory, 'policy-rc.d');
  const host: Host = {
    policyFile,
    systemdDir: join(directory, 'systemd'),
    say: (line) => said.push(line),
    run: (program, args) => {
      const kind = (['simulate', 'update', 'install'] as const).find((name) => args.includes(name) || args.includes(`--${name}`));
      const call: Call = program === 'systemctl' ? 'systemctl' : (kind ?? 'install');
      calls.push(call);
      if (call === 'install') {
        seen.args = args;
        seen.policy = existsSync(policyFile) ? readFileSync(policyFile, 'utf8') : '';
      }
      return left[call]?.shift() ?? true;
    },
  };
  return { host, calls, said, seen };
}

describe('installDebianPackages()', () => {
  it('announces each package and fetches no lists when apt has them', () => {
    const { host, calls, said, seen } = scriptedHost();
    assert.equal(installDebianPackages(['runc', 'tini'], host), undefined);
    assert.deepEqual(calls, ['simulate', 'install']);
    assert.deepEqual(said, ["installing runc from Debian's packages …", "installing tini from Debian's packages …"]);
    assert.deepEqual(seen.args?.slice(-2), ['runc', 'tini']);
    assert.ok(seen.args?.includes('--no-remove') && seen.args.includes('--no-install-recommends'));
  });

  it('fetches the lists when apt does not know a package', () => {
    const { host, calls } = scriptedHost({ simulate: [false, true] });
    assert.equal(installDebianPackages(['runc'], host), undefined);
    assert.deepEqual(calls, ['simulate', 'update', 'simulate', 'install']);
  });

  it('installs nothing when apt would have to remove something for it', () => {
    const { host, calls } = scriptedHost({ simulate: [false, false] });
    assert.match(installDebianPackages(['containerd'], host) ?? '', /cannot install containerd without removing other packages/);
    assert.deepEqual(calls, ['simulate', 'update', 'simulate']);
  });

  it('tries a failed installation once more with new lists', () => {
    const { host, calls } = scriptedHost({ install: [false, true] });
    assert.equal(installDebianPackages(['runc'], host), undefined);
    assert.deepEqual(calls, ['simulate', 'install', 'update', 'install']);
  });

  it('says what to do when the network is away', () => {
    const { host } = scriptedHost({ simulate: [false], update: [false] });
    assert.match(installDebianPackages(['runc'], host) ?? '', /apt-get update failed: .*check the network/);
  });
});

describe('installDebianPackages() of containerd', () => {
  it('denies the start of the system service during the installation only', () => {
    const { host, seen } = scriptedHost();
    installDebianPackages(['containerd'], host);
    assert.match(seen.policy ?? '', /containerd\*\) exit 101/);
    assert.equal(existsSync(host.policyFile), false);
  });

  it('takes its policy back when the installation fails', () => {
    const { host } = scriptedHost({ install: [false, false] });
    assert.match(installDebianPackages(['containerd'], host) ?? '', /apt-get install failed/);
    assert.equal(existsSync(host.policyFile), false);
  });

  it('leaves a policy of the host as it was', () => {
    const { host, seen } = scriptedHost();
    writeFileSync(host.policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o700 });
    installDebianPackages(['containerd'], host);
    assert.equal(seen.policy, '#!/bin/sh\nexit 101\n');
    assert.equal(readFileSync(host.policyFile, 'utf8'), '#!/bin/sh\nexit 101\n');
    assert.equal(statSync(host.policyFile).mode & 0o777, 0o700);
  });

  it('turns the new system service off where systemd runs', () => {
    const { host, calls } = scriptedHost();
    mkdirSync(host.systemdDir);
    installDebianPackages(['containerd'], host);
    assert.deepEqual(calls, ['simulate', 'install', 'systemctl']);
  });

  it('touches no policy and no service for other packages', () => {
    const { host, calls, seen } = scriptedHost();
    mkdirSync(host.systemdDir);
    installDebianPackages(['runc'], host);
    assert.equal(seen.policy, '');
    assert.deepEqual(calls, ['simulate', 'install']);
  });
});
