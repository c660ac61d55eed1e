import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ContainerSecurity, PodNamespaces, SandboxSecurity } from '../core/runtime-spec.ts';
import { containerSecurityContext, dnsConfig, imageUserOf, namespaceOptions, sandboxSecurityContext } from './cri-security.ts';
import {
  DNSConfig,
  Image,
  LinuxContainerSecurityContext,
  LinuxSandboxSecurityContext,
  NamespaceMode,
  SecurityProfile_ProfileType,
  SupplementalGroupsPolicy,
} from './gen/cri.ts';

const { POD, CONTAINER, NODE } = NamespaceMode;
const own: PodNamespaces = { network: 'pod', pid: 'container', ipc: 'pod' };
const noGroups = { supplementalGroups: [], strictGroups: false };

const plain: ContainerSecurity = {
  ...noGroups,
  addCapabilities: [],
  dropCapabilities: [],
  privileged: false,
  readOnlyRoot: false,
  noNewPrivileges: false,
  seccomp: { type: 'unconfined' },
  unmaskedProc: false,
};

/** What arrives at the other end of the wire. */
const sentSandbox = (security: SandboxSecurity | undefined) =>
  LinuxSandboxSecurityContext.decode(
    LinuxSandboxSecurityContext.encode(LinuxSandboxSecurityContext.fromPartial(sandboxSecurityContext(own, security))).finish(),
  );
const sent = (security: ContainerSecurity | undefined, namespaces = own) =>
  LinuxContainerSecurityContext.decode(
    LinuxContainerSecurityContext.encode(
      LinuxContainerSecurityContext.fromPartial(containerSecurityContext(namespaces, security)),
    ).finish(),
  );

describe('namespaceOptions()', () => {
  const CASES: readonly (readonly [PodNamespaces, readonly number[]])[] = [
    [own, [POD, CONTAINER, POD]],
    [{ network: 'node', pid: 'node', ipc: 'node' }, [NODE, NODE, NODE]],
    [{ network: 'pod', pid: 'pod', ipc: 'pod' }, [POD, POD, POD]],
  ];
  for (const [namespaces, [network, pid, ipc]] of CASES)
    test(`says each of ${JSON.stringify(namespaces)}`, () => assert.deepEqual(namespaceOptions(namespaces), { network, pid, ipc }));
});

describe('sandboxSecurityContext()', () => {
  test('carries user, groups, privilege and label, and always the runtime’s own filter', () => {
    const { selinuxOptions, runAsUser, runAsGroup, ...rest } = sentSandbox({
      runAsUser: 0,
      runAsGroup: 7,
      supplementalGroups: [9, 8],
      strictGroups: true,
      privileged: true,
      seLinux: { user: 'u', role: 'r', type: 't', level: 'l' },
    });
    assert.deepEqual([runAsUser?.value, runAsGroup?.value], [0n, 7n]);
    assert.deepEqual(selinuxOptions, { user: 'u', role: 'r', type: 't', level: 'l' });
    assert.deepEqual(rest, {
      namespaceOptions: { network: POD, pid: CONTAINER, ipc: POD },
      supplementalGroups: [9n, 8n],
      supplementalGroupsPolicy: SupplementalGroupsPolicy.Strict,
      privileged: true,
      seccomp: { profileType: SecurityProfile_ProfileType.RuntimeDefault, localhostRef: '' },
    });
  });

  test('says nothing of a user that nobody named: the runtime would take 0 for root', () => {
    const { runAsUser, runAsGroup } = sentSandbox({ ...noGroups, privileged: false });
    assert.deepEqual([runAsUser, runAsGroup], [undefined, undefined]);
  });
});

describe('containerSecurityContext()', () => {
  test('carries the user by number or by name, never both', () => {
    const users = [{ uid: 0 }, { name: 'web' }, undefined].map((user) => sent(user === undefined ? plain : { ...plain, user }));
    assert.deepEqual(
      users.map(({ runAsUser, runAsUsername }) => [runAsUser?.value, runAsUsername]),
      [
        [0n, ''],
        [undefined, 'web'],
        [undefined, ''],
      ],
    );
  });

  test('carries group, groups, capabilities and the three switches', () => {
    const context = sent({
      ...plain,
      group: 5,
      supplementalGroups: [6, 7],
      addCapabilities: ['SYS_TIME'],
      dropCapabilities: ['ALL'],
      privileged: true,
      readOnlyRoot: true,
      noNewPrivileges: true,
    });
    assert.deepEqual(
      [context.runAsGroup?.value, context.supplementalGroups, context.capabilities],
      [5n, [6n, 7n], { addCapabilities: ['SYS_TIME'], dropCapabilities: ['ALL'] }],
    );
    assert.deepEqual([context.privileged, context.readonlyRootfs, context.noNewPrivs], [true, true, true]);
    assert.equal(context.supplementalGroupsPolicy, SupplementalGroupsPolicy.Merge);
  });

  test('carries profiles, that of AppArmor in both forms', () => {
    const { RuntimeDefault, Unconfined, Localhost } = SecurityProfile_ProfileType;
    const context = sent({ ...plain, seccomp: { type: 'localhost', ref: '/s/p.json' }, appArmor: { type: 'localhost', ref: 'mine' } });
    assert.deepEqual(context.seccomp, { profileType: Localhost, localhostRef: '/s/p.json' });
    assert.deepEqual([context.apparmor, context.apparmorProfile], [{ profileType: Localhost, localhostRef: 'mine' }, 'localhost/mine']);
    const others = (['runtimeDefault', 'unconfined'] as const).map((type) => sent({ ...plain, seccomp: { type }, appArmor: { type } }));
    assert.deepEqual(
      others.map(({ seccomp, apparmor, apparmorProfile }) => [seccomp?.profileType, apparmor?.profileType, apparmorProfile]),
      [
        [RuntimeDefault, RuntimeDefault, 'runtime/default'],
        [Unconfined, Unconfined, 'unconfined'],
      ],
    );
    assert.deepEqual([sent(plain).apparmor, sent(plain).apparmorProfile], [undefined, '']);
  });

  test('masks /proc and /sys unless it is told not to, without any securityContext too', () => {
    for (const context of [sent(undefined), sent(plain)]) {
      assert.ok(context.maskedPaths.includes('/proc/kcore') && context.readonlyPaths.includes('/proc/sys'));
    }
    const { maskedPaths, readonlyPaths } = sent({ ...plain, unmaskedProc: true });
    assert.deepEqual([maskedPaths, readonlyPaths], [[], []]);
  });

  test('carries the SELinux label and the namespaces', () => {
    const context = sent({ ...plain, seLinux: { user: '', role: '', type: 't', level: '' } }, { ...own, pid: 'pod' });
    assert.deepEqual(context.selinuxOptions, { user: '', role: '', type: 't', level: '' });
    assert.equal(context.namespaceOptions?.pid, POD);
  });
});

test('dnsConfig() carries the lists as they are', () => {
  const spec = { servers: ['10.0.0.1'], searches: ['a', 'b'], options: ['ndots:5'] };
  assert.deepEqual(DNSConfig.decode(DNSConfig.encode(dnsConfig(spec)).finish()), spec);
});

test('imageUserOf() tells a number, a name, and root for an image that names nobody', () => {
  assert.deepEqual(imageUserOf(Image.fromPartial({ uid: { value: 5n } })), { uid: 5 });
  assert.deepEqual(imageUserOf(Image.fromPartial({ uid: { value: 0n } })), { uid: 0 });
  assert.deepEqual(imageUserOf(Image.fromPartial({ username: 'web' })), { name: 'web' });
  assert.deepEqual(imageUserOf(Image.fromPartial({})), { uid: 0 });
});
