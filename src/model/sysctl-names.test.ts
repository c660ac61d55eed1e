import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isSysctlName, normalSysctlName, sysctlNamespace } from './sysctl-names.ts';

describe('normalSysctlName()', () => {
  const NAMES: readonly (readonly [name: string, normal: string])[] = [
    ['kernel.shm_rmid_forced', 'kernel.shm_rmid_forced'],
    ['kernel/shm_rmid_forced', 'kernel.shm_rmid_forced'],
    ['net.ipv4.conf.eno2/100.rp_filter', 'net.ipv4.conf.eno2/100.rp_filter'],
    ['net/ipv4/conf/eno2.100/rp_filter', 'net.ipv4.conf.eno2/100.rp_filter'],
    ['', ''],
    ['kernel', 'kernel'],
  ];
  for (const [name, normal] of NAMES) it(`of "${name}" is "${normal}"`, () => assert.equal(normalSysctlName(name), normal));

  it('changes nothing any more that it has made', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z./]*$/), (name) => normalSysctlName(normalSysctlName(name)) === normalSysctlName(name)));
  });
});

describe('sysctlNamespace()', () => {
  const NAMES: readonly (readonly [name: string, namespace: 'IPC' | 'Net' | undefined])[] = [
    ['kernel.shm_rmid_forced', 'IPC'],
    ['kernel.msgmax', 'IPC'],
    ['kernel.sem', 'IPC'],
    ['kernel.semaphore', undefined],
    ['fs.mqueue.msg_max', 'IPC'],
    ['net.ipv4.tcp_syncookies', 'Net'],
    ['network.x', undefined],
    ['kernel.hostname', undefined],
    ['vm.swappiness', undefined],
  ];
  for (const [name, namespace] of NAMES) it(`of ${name} is ${namespace}`, () => assert.equal(sysctlNamespace(name), namespace));
});

describe('isSysctlName()', () => {
  it('takes names with dots or slashes, and nothing that leads elsewhere', () => {
    for (const name of ['a', 'kernel.shm_rmid_forced', 'net/ipv4/x', 'net.ipv4.conf.eno2/100.x', 'a-b.c_d'])
      assert.equal(isSysctlName(name), true, name);
    for (const name of ['', '.', 'a..b', '../a', '/a', 'a.', 'A.b', 'a b', 'a\nb', `a${'.a'.repeat(127)}`])
      assert.equal(isSysctlName(name), false, name);
  });
});
