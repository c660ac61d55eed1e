import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostLacks } from '../ports/host-checks.ts';
import { cniPluginNames, firewallPluginName, type HostFacts, programNames } from './host-facts.ts';
import { judgeHost } from './judge-host.ts';

const good: HostFacts = {
  platform: 'linux',
  uid: 0,
  nodeVersion: '24.1.0',
  programs: Object.fromEntries(programNames.map((name) => [name, `/usr/bin/${name}`])) as HostFacts['programs'],
  versions: { containerd: 'containerd 1.6.20' },
  staticBusybox: '/usr/bin/busybox',
  staticTini: '/usr/bin/tini-static',
  cni: { dir: '/usr/lib/cni', plugins: cniPluginNames },
  forwardingIsDropped: false,
  hasOverlayfs: true,
  cgroup: { version: 2, controllers: ['memory', 'cpu', 'pids'] },
  capabilities: 0x1ffffffffffn,
  ipForward: true,
  freeBytes: 10 * 1024 ** 3,
  bridge: 'absent',
  iptablesNatWorks: true,
};
const own = { bridgeName: 'hkl1', stateDir: '/state', runtimeIsForeign: false };
const failed = (changes: Partial<HostFacts>, settings = own) => judgeHost({ ...good, ...changes }, settings).filter(({ ok }) => !ok);

describe('judgeHost()', () => {
  it('finds nothing wrong with a good host', () => {
    assert.deepEqual(failed({}), []);
    assert.equal(hostLacks(judgeHost(good, own)), undefined);
    assert.match(judgeHost(good, own).find(({ name }) => name === 'containerd')?.found ?? '', /^\/usr\/bin\/containerd, containerd 1\.6/);
  });

  const lacks: readonly (readonly [string, Partial<HostFacts>, string, RegExp])[] = [
    ['another user than root', { uid: 1000 }, 'user', /root/],
    ['an old Node.js', { nodeVersion: '22.9.0' }, 'Node.js', /24/],
    ['no containerd', { programs: { ...good.programs, containerd: undefined } }, 'containerd', /install containerd/],
    ['no iptables', { programs: { ...good.programs, iptables: undefined } }, 'iptables', /install iptables/],
    ['no static busybox', { staticBusybox: undefined }, 'busybox (static)', /busybox-static/],
    ['no CNI plugins', { cni: { dir: undefined, plugins: [] } }, 'CNI plugins', /containernetworking-plugins/],
    [
      'a host that drops what it forwards, without the plugin that would let Pods through',
      { forwardingIsDropped: true },
      'CNI plugins',
      /containernetworking-plugins/,
    ],
    ['no pids controller', { cgroup: { version: 2, controllers: ['memory', 'cpu'] } }, 'cgroups', /cgroup/],
    ['no cgroups', { cgroup: { version: undefined, controllers: [] } }, 'cgroups', /cgroup/],
    ['root without CAP_SYS_ADMIN', { capabilities: 1n << 12n }, 'rights', /privileged/],
    ['a foreign interface of our bridge name', { bridge: 'otherInterface' }, 'bridge hkl1', /ip link delete hkl1/],
    ['a full disk', { freeBytes: 1024 }, 'disk space', /--state-dir/],
    ['no nat in the kernel', { iptablesNatWorks: false }, 'iptables nat', /modules/],
  ];
  for (const [what, changes, name, remedy] of lacks) {
    it(`says what to do about ${what}`, () => {
      const check = failed(changes).find((each) => each.name === name);
      assert.equal(check?.need, 'required');
      assert.match(check?.remedy ?? '', remedy);
      assert.ok(hostLacks(judgeHost({ ...good, ...changes }, own))?.includes(check?.remedy ?? 'none'));
    });
  }

  it('asks for the CNI plugin "firewall" only where the host drops what it forwards', () => {
    const cni = { dir: '/cni', plugins: [...cniPluginNames, firewallPluginName] };
    assert.deepEqual([failed({ forwardingIsDropped: true, cni }), failed({ forwardingIsDropped: false })], [[], []]);
    assert.match(failed({ forwardingIsDropped: true })[0]?.found ?? '', /\/usr\/lib\/cni lacks firewall$/);
  });

  it('only advises where Pods run all the same', () => {
    const checks = failed({ hasOverlayfs: false, capabilities: (1n << 12n) | (1n << 21n), freeBytes: 500 * 1024 ** 2 });
    assert.deepEqual(
      checks.map(({ name, need }) => `${name}: ${need}`),
      ['overlayfs: advice', 'CAP_SYS_RESOURCE: advice', 'disk space: advice'],
    );
    assert.equal(hostLacks(checks), undefined);
  });

  it('asks nothing more of a system that is not Linux', () => {
    assert.deepEqual(
      failed({ platform: 'darwin', uid: 501 }).map(({ name }) => name),
      ['operating system'],
    );
  });

  it('does not ask a host with a runtime of its own for ours', () => {
    const nothing = {
      programs: { ...good.programs, containerd: undefined, runc: undefined },
      staticTini: undefined,
      cni: { dir: undefined, plugins: [] },
    };
    assert.deepEqual(failed(nothing, { ...own, runtimeIsForeign: true }), []);
  });
});
