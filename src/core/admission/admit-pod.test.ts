import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AppArmorProfile, Pod, PodSpec } from '../../model/pod.ts';
import { type NodeAbilities, podRejection } from './admit-pod.ts';

const able: NodeAbilities = {
  appArmor: true,
  strictGroups: true,
  allowedUnsafeSysctls: ['kernel.msg*', 'net.core.somaxconn', 'net/ipv6/*', 'vm.*'],
};
const unable: NodeAbilities = { appArmor: false, strictGroups: false, allowedUnsafeSysctls: [] };

const pod = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'shop', uid: 'u1' },
  spec: {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Never' }],
    ...spec,
  },
});

const withSysctl = (name: string, more: Partial<PodSpec> = {}): Pod =>
  pod({ securityContext: { sysctls: [{ name, value: '1' }] }, ...more });
const forbidden = (what: string) => ({ reason: 'SysctlForbidden', message: `forbidden sysctl: ${what}` });

describe('podRejection() by sysctls', () => {
  const CASES: readonly (readonly [what: string, pod: Pod, node: NodeAbilities, rejection: ReturnType<typeof forbidden> | undefined])[] = [
    ['none', pod({}), unable, undefined],
    ['a safe one', withSysctl('net.ipv4.ip_unprivileged_port_start'), unable, undefined],
    ['a safe one with slashes', withSysctl('kernel/shm_rmid_forced'), unable, undefined],
    ['an unsafe one', withSysctl('kernel.msgmax'), unable, forbidden('"kernel.msgmax" not allowlisted')],
    ['an unsafe one that is allowed by its beginning', withSysctl('kernel.msgmax'), able, undefined],
    ['one that is allowed by name', withSysctl('net.core.somaxconn'), able, undefined],
    [
      'one that only begins like an allowed name',
      withSysctl('net.core.somaxconn2'),
      able,
      forbidden('"net.core.somaxconn2" not allowlisted'),
    ],
    ['one that is allowed with slashes', withSysctl('net.ipv6.conf.all.forwarding'), able, undefined],
    ['one of the whole machine, though it is allowed', withSysctl('vm.swappiness'), able, forbidden('"vm.swappiness" not allowlisted')],
    [
      'one of the network on the machine’s network',
      withSysctl('net.ipv4.tcp_syncookies', { hostNetwork: true }),
      unable,
      forbidden('"net.ipv4.tcp_syncookies" not allowed with host Net enabled'),
    ],
    [
      'one of IPC with the machine’s IPC',
      withSysctl('kernel.shm_rmid_forced', { hostIPC: true }),
      unable,
      forbidden('"kernel.shm_rmid_forced" not allowed with host IPC enabled'),
    ],
    ['one of IPC on the machine’s network', withSysctl('kernel.shm_rmid_forced', { hostNetwork: true }), unable, undefined],
  ];
  for (const [what, of, node, rejection] of CASES) it(`: ${what}`, () => assert.deepEqual(podRejection(of, node), rejection));
});

describe('podRejection() by what the node cannot do', () => {
  const appArmor = { reason: 'AppArmor', message: 'Cannot enforce AppArmor: AppArmor is not enabled on the host' };
  const profiles: readonly (readonly [profile: AppArmorProfile, rejection: typeof appArmor | undefined])[] = [
    [{ type: 'RuntimeDefault' }, appArmor],
    [{ type: 'Localhost', localhostProfile: 'p' }, appArmor],
    [{ type: 'Unconfined' }, undefined],
  ];
  for (const [appArmorProfile, rejection] of profiles) {
    it(`: AppArmor profile ${appArmorProfile.type}, of the Pod, a container or an init container`, () => {
      const one = { name: 'c', image: 'i', imagePullPolicy: 'Never', securityContext: { appArmorProfile } } as const;
      for (const spec of [{ securityContext: { appArmorProfile } }, { containers: [one] }, { initContainers: [one] }] as const) {
        assert.deepEqual(podRejection(pod(spec), unable), rejection);
        assert.equal(podRejection(pod(spec), able), undefined);
      }
    });
  }

  it(': groups without those of the image', () => {
    const strict = pod({ securityContext: { supplementalGroupsPolicy: 'Strict' } });
    assert.deepEqual(podRejection(strict, unable), {
      reason: 'SupplementalGroupsPolicyNotSupported',
      message: 'SupplementalGroupsPolicy=Strict is not supported in this node',
    });
    assert.equal(podRejection(strict, able), undefined);
    assert.equal(podRejection(pod({ securityContext: { supplementalGroupsPolicy: 'Merge' } }), unable), undefined);
  });
});
