import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodSecurityContext, PodSpec, SecurityContext } from '../../model/pod.ts';
import type { ContainerSecurity, UserSpec } from '../runtime-spec.ts';
import { containerSecurity, podNamespaces, sandboxSecurity } from './security.ts';

const container = (securityContext?: SecurityContext): Container => ({
  name: 'c',
  image: 'i',
  imagePullPolicy: 'Never',
  ...(securityContext === undefined ? {} : { securityContext }),
});

const podWith = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'shop', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [container()], ...spec },
});

function made(ofPod: PodSecurityContext, own?: SecurityContext, imageUser: UserSpec | undefined = { uid: 0 }) {
  const spec = container(own);
  return containerSecurity(podWith({ securityContext: ofPod, containers: [spec] }), spec, { imageUser, seccompDirectory: '/s/seccomp' });
}

function granted(ofPod: PodSecurityContext, own?: SecurityContext, imageUser?: UserSpec): ContainerSecurity {
  const result = made(ofPod, own, imageUser);
  assert.ok(!('error' in result), JSON.stringify(result));
  return result;
}

describe('podNamespaces()', () => {
  const CASES: readonly (readonly [spec: Partial<PodSpec>, namespaces: ReturnType<typeof podNamespaces>])[] = [
    [{}, { network: 'pod', pid: 'container', ipc: 'pod' }],
    [{ hostNetwork: true }, { network: 'node', pid: 'container', ipc: 'pod' }],
    [{ hostPID: true }, { network: 'pod', pid: 'node', ipc: 'pod' }],
    [{ hostIPC: true }, { network: 'pod', pid: 'container', ipc: 'node' }],
    [{ shareProcessNamespace: true }, { network: 'pod', pid: 'pod', ipc: 'pod' }],
    [
      { shareProcessNamespace: false, hostPID: false, hostIPC: false, hostNetwork: false },
      { network: 'pod', pid: 'container', ipc: 'pod' },
    ],
  ];
  for (const [spec, namespaces] of CASES)
    it(`of ${JSON.stringify(spec)} are ${JSON.stringify(namespaces)}`, () => assert.deepEqual(podNamespaces(podWith(spec)), namespaces));
});

describe('sandboxSecurity()', () => {
  it('of a Pod that says nothing asks for nothing', () => {
    assert.deepEqual(sandboxSecurity(podWith({})), { supplementalGroups: [], strictGroups: false, privileged: false });
  });

  it('has the Pod’s user, groups and label', () => {
    const securityContext: PodSecurityContext = {
      runAsUser: 0,
      runAsGroup: 7,
      fsGroup: 9,
      supplementalGroups: [8],
      supplementalGroupsPolicy: 'Strict',
      seLinuxOptions: { level: 's0' },
    };
    assert.deepEqual(sandboxSecurity(podWith({ securityContext })), {
      runAsUser: 0,
      runAsGroup: 7,
      supplementalGroups: [9, 8],
      strictGroups: true,
      privileged: false,
      seLinux: { user: '', role: '', type: '', level: 's0' },
    });
  });

  it('has no group without a user, which a runtime refuses', () => {
    assert.equal('runAsGroup' in sandboxSecurity(podWith({ securityContext: { runAsGroup: 7 } })), false);
  });

  it('is privileged when any container is, an init container too', () => {
    const privileged = container({ privileged: true });
    assert.equal(sandboxSecurity(podWith({ containers: [container(), privileged] })).privileged, true);
    assert.equal(sandboxSecurity(podWith({ initContainers: [privileged] })).privileged, true);
  });
});

describe('containerSecurity()', () => {
  it('of a container that says nothing runs as its image says, without a filter', () => {
    assert.deepEqual(granted({}, undefined, { name: 'web' }), {
      user: { name: 'web' },
      supplementalGroups: [],
      strictGroups: false,
      addCapabilities: [],
      dropCapabilities: [],
      privileged: false,
      readOnlyRoot: false,
      noNewPrivileges: false,
      seccomp: { type: 'unconfined' },
      unmaskedProc: false,
    });
  });

  it('takes from the Pod what the container does not say', () => {
    const { user, group, seccomp, appArmor, seLinux, supplementalGroups } = granted({
      runAsUser: 5,
      runAsGroup: 6,
      fsGroup: 7,
      supplementalGroups: [8],
      seccompProfile: { type: 'RuntimeDefault' },
      appArmorProfile: { type: 'Localhost', localhostProfile: 'p' },
      seLinuxOptions: { type: 't' },
    });
    assert.deepEqual(
      [user, group, seccomp, appArmor, seLinux, supplementalGroups],
      [{ uid: 5 }, 6, { type: 'runtimeDefault' }, { type: 'localhost', ref: 'p' }, { user: '', role: '', type: 't', level: '' }, [7, 8]],
    );
  });

  it('puts what the container says before what the Pod says, zero and false too', () => {
    const { user, group, seccomp, appArmor, seLinux } = granted(
      {
        runAsUser: 5,
        runAsGroup: 6,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
        appArmorProfile: { type: 'RuntimeDefault' },
        seLinuxOptions: { type: 't' },
      },
      {
        runAsUser: 0,
        runAsGroup: 0,
        runAsNonRoot: false,
        seccompProfile: { type: 'Unconfined' },
        appArmorProfile: { type: 'Unconfined' },
        seLinuxOptions: { role: 'r' },
      },
    );
    assert.deepEqual(
      [user, group, seccomp, appArmor, seLinux],
      [{ uid: 0 }, 0, { type: 'unconfined' }, { type: 'unconfined' }, { user: '', role: 'r', type: '', level: '' }],
    );
  });

  it('understands capabilities with and without CAP_, in any case', () => {
    const { addCapabilities, dropCapabilities } = granted(
      {},
      { capabilities: { add: ['CAP_NET_ADMIN', 'sys_time', 'cap_kill'], drop: ['ALL'] } },
    );
    assert.deepEqual([addCapabilities, dropCapabilities], [['NET_ADMIN', 'SYS_TIME', 'KILL'], ['ALL']]);
  });

  it('lets processes gain privileges unless that is ruled out by name', () => {
    const values = [undefined, true, false].map((allowPrivilegeEscalation) =>
      granted({}, allowPrivilegeEscalation === undefined ? {} : { allowPrivilegeEscalation }),
    );
    assert.deepEqual(
      values.map(({ noNewPrivileges }) => noNewPrivileges),
      [false, false, true],
    );
  });

  it('finds a profile of the node below the directory of profiles', () => {
    assert.deepEqual(granted({}, { seccompProfile: { type: 'Localhost', localhostProfile: 'a/b.json' } }).seccomp, {
      type: 'localhost',
      ref: '/s/seccomp/a/b.json',
    });
  });

  it('carries privilege, a read-only root, and an unmasked /proc', () => {
    const { privileged, readOnlyRoot, unmaskedProc } = granted(
      {},
      { privileged: true, readOnlyRootFilesystem: true, procMount: 'Unmasked' },
    );
    assert.deepEqual([privileged, readOnlyRoot, unmaskedProc], [true, true, true]);
    assert.equal(granted({}, { procMount: 'Default' }).unmaskedProc, false);
  });
});

describe('containerSecurity() with runAsNonRoot', () => {
  const of = '(pod: "demo_shop(u1)", container: c)';
  const REFUSED: readonly (readonly [what: string, runAsUser: number | undefined, imageUser: UserSpec | undefined, error: string])[] = [
    ['an image that runs as root', undefined, { uid: 0 }, `container has runAsNonRoot and image will run as root ${of}`],
    [
      'an image whose user has no number',
      undefined,
      { name: 'web' },
      `container has runAsNonRoot and image has non-numeric user (web), cannot verify user is non-root ${of}`,
    ],
    ['runAsUser 0', 0, { uid: 5 }, `container's runAsUser breaks non-root policy ${of}`],
    [
      'an image whose user is beyond all numbers',
      undefined,
      { uid: 2 ** 31 },
      `container has runAsNonRoot and image has an invalid user id (2147483648). (Must be 1-(2147483647)): must be between 0 and 2147483647, inclusive ${of}`,
    ],
    [
      'an image that is not there',
      undefined,
      undefined,
      `container has runAsNonRoot and its image is not there, cannot verify user is non-root ${of}`,
    ],
  ];
  for (const [what, runAsUser, imageUser, error] of REFUSED) {
    it(`refuses ${what}`, () => {
      const own = { runAsNonRoot: true, ...(runAsUser === undefined ? {} : { runAsUser }) };
      const spec = container(own);
      const places = { imageUser, seccompDirectory: '/s' };
      assert.deepEqual(containerSecurity(podWith({ containers: [spec] }), spec, places), { error });
    });
  }

  it('takes a number that is not 0, whoever names it', () => {
    assert.deepEqual(granted({ runAsNonRoot: true }, {}, { uid: 5 }).user, { uid: 5 });
    assert.deepEqual(granted({ runAsNonRoot: true, runAsUser: 6 }, {}, { uid: 0 }).user, { uid: 6 });
    assert.deepEqual(granted({ runAsNonRoot: true }, { runAsUser: 7 }, { name: 'web' }).user, { uid: 7 });
  });

  it('asks nothing when it is false', () => {
    assert.deepEqual(granted({ runAsNonRoot: false }, {}, { uid: 0 }).user, { uid: 0 });
  });
});
