import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readManifests } from './read-manifests.ts';

type Case = readonly [what: string, fields: string, errors: readonly string[]];

function runCases(cases: readonly Case[], specOf: (fields: string) => string, prefix: string): void {
  for (const [what, fields, expected] of cases) {
    test(what, () => {
      const text = `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${specOf(fields)}}}`;
      const { errors } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'explain' });
      assert.deepEqual(
        errors.map(({ path, message }) => `${String(path).replace(prefix, '')}: ${message}`),
        expected,
      );
    });
  }
}

const ID = 'must be between 0 and 2147483647, inclusive';
const SYSCTL = 'must have at most 253 characters and match regex ([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';

describe('validatePodSecurity() checks', () => {
  runCases(
    [
      [
        'nothing of a good one',
        'runAsUser: 0, runAsGroup: 2147483647, fsGroup: 1, supplementalGroups: [0, 5], runAsNonRoot: true, sysctls: [{name: kernel.shm_rmid_forced, value: "1"}, {name: net/ipv4/tcp_syncookies, value: "1"}]',
        [],
      ],
      [
        'the range of users and groups',
        'runAsUser: -1, runAsGroup: 2147483648, fsGroup: -5, supplementalGroups: [1, -1]',
        [
          `fsGroup: Invalid value: -5: ${ID}`,
          `runAsUser: Invalid value: -1: ${ID}`,
          `runAsGroup: Invalid value: 2147483648: ${ID}`,
          `supplementalGroups[1]: Invalid value: -1: ${ID}`,
        ],
      ],
      [
        'names of sysctls',
        'sysctls: [{value: a}, {name: ../x, value: a}, {name: Kernel.x, value: a}, {name: net.a, value: a}, {name: net.a, value: b}]',
        [
          'sysctls[0].name: Required value',
          `sysctls[1].name: Invalid value: "../x": ${SYSCTL}`,
          `sysctls[2].name: Invalid value: "Kernel.x": ${SYSCTL}`,
          'sysctls[4].name: Duplicate value: "net.a"',
        ],
      ],
      [
        'seccomp profiles',
        'seccompProfile: {type: Localhost}',
        ['seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost'],
      ],
      [
        'that a seccomp profile lies below the directory of profiles',
        'seccompProfile: {type: Localhost, localhostProfile: /a/../b}',
        [
          'seccompProfile.localhostProfile: Invalid value: "/a/../b": must be a relative path',
          'seccompProfile.localhostProfile: Invalid value: "/a/../b": must not contain \'..\'',
        ],
      ],
      [
        'that only one type of seccomp profile has a name',
        'seccompProfile: {type: RuntimeDefault, localhostProfile: p}',
        ['seccompProfile.localhostProfile: Invalid value: "p": can only be set when seccomp type is Localhost'],
      ],
      [
        'that a seccomp profile has a type',
        'seccompProfile: {}',
        ['seccompProfile.type: Required value: type is required when seccompProfile is set'],
      ],
      [
        'types of profiles',
        'seccompProfile: {type: Default}',
        ['seccompProfile.type: Unsupported value: "Default": supported values: "Localhost", "RuntimeDefault", "Unconfined"'],
      ],
      [
        'AppArmor profiles',
        'appArmorProfile: {type: Localhost, localhostProfile: " p"}',
        ['appArmorProfile.localhostProfile: Invalid value: " p": must not be padded with whitespace'],
      ],
      [
        'that an AppArmor profile of the node has a name',
        'appArmorProfile: {type: Localhost, localhostProfile: " "}',
        ['appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost'],
      ],
      [
        'that no other AppArmor profile has a name',
        'appArmorProfile: {type: Unconfined, localhostProfile: p}',
        ['appArmorProfile.localhostProfile: Invalid value: "p": can only be set when AppArmor type is Localhost'],
      ],
      [
        'the length of an AppArmor name',
        `appArmorProfile: {type: Localhost, localhostProfile: ${'p'.repeat(4096)}}`,
        ['appArmorProfile.localhostProfile: Too long: may not be more than 4095 bytes'],
      ],
    ],
    (fields) => `securityContext: {${fields}}, containers: [{name: a, image: b}]`,
    'spec.securityContext.',
  );
});

describe('validatePodSecurity() checks against the namespaces of the machine', () => {
  const sysctls = 'securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}, {name: kernel/shm_rmid_forced, value: "1"}]}';
  runCases(
    [
      ['nothing in those of the Pod', 'hostPID: true', []],
      [
        'the network',
        'hostNetwork: true',
        [`sysctls[0].name: Invalid value: "net.ipv4.tcp_syncookies": may not be specified when 'hostNetwork' is true`],
      ],
      ['IPC', 'hostIPC: true', [`sysctls[1].name: Invalid value: "kernel/shm_rmid_forced": may not be specified when 'hostIPC' is true`]],
    ],
    (fields) => `${fields}, ${sysctls}, containers: [{name: a, image: b}]`,
    'spec.securityContext.',
  );
});

describe('validateContainerSecurity() checks', () => {
  runCases(
    [
      [
        'nothing of good ones',
        'runAsUser: 0, privileged: true, capabilities: {add: [ALL], drop: [CAP_KILL]}, procMount: Default, readOnlyRootFilesystem: true',
        [],
      ],
      ['nothing of one without escalation', 'allowPrivilegeEscalation: false, capabilities: {add: [SYS_ADMIN]}', []],
      [
        'the range of users and groups',
        'runAsUser: -1, runAsGroup: -2',
        [`runAsUser: Invalid value: -1: ${ID}`, `runAsGroup: Invalid value: -2: ${ID}`],
      ],
      [
        'that privilege is not ruled out beside it',
        'allowPrivilegeEscalation: false, privileged: true',
        [
          'spec.containers[0].securityContext: Invalid value: an object: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
        ],
      ],
      [
        'that the greatest capability is not ruled out beside it',
        'allowPrivilegeEscalation: false, capabilities: {add: [KILL, CAP_SYS_ADMIN]}',
        [
          'spec.containers[0].securityContext: Invalid value: an object: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        ],
      ],
      [
        'that /proc stays masked in the users of the machine',
        'procMount: Unmasked',
        ['procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`'],
      ],
      ['the type of /proc', 'procMount: None', ['procMount: Unsupported value: "None": supported values: "Default", "Unmasked"']],
      [
        'profiles',
        'seccompProfile: {type: Localhost, localhostProfile: ../p}',
        ['seccompProfile.localhostProfile: Invalid value: "../p": must not contain \'..\''],
      ],
    ],
    (fields) => `containers: [{name: a, image: b, securityContext: {${fields}}}]`,
    'spec.containers[0].securityContext.',
  );

  runCases(
    [['/proc in users of the Pod’s own', 'procMount: Unmasked', []]],
    (fields) => `hostUsers: false, containers: [{name: a, image: b, securityContext: {${fields}}}]`,
    '',
  );

  runCases(
    [['init containers too', 'runAsUser: -1', [`runAsUser: Invalid value: -1: ${ID}`]]],
    (fields) => `initContainers: [{name: i, image: b, securityContext: {${fields}}}], containers: [{name: a, image: b}]`,
    'spec.initContainers[0].securityContext.',
  );
});

describe('validateDns() checks', () => {
  const SEARCH =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
  const many = Array.from({ length: 33 }, (_, index) => `d${index}`).join(', ');
  const long = Array.from({ length: 9 }, (_, index) => `${index}${'.aaaaaaaaa'.repeat(25)}`).join(', ');
  runCases(
    [
      ['nothing of good domains', 'searches: [a.b, c.d., ".", _tcp.x_y.z]', []],
      [
        'the form of domains',
        'searches: [a, A.b, "", a..b]',
        ['A.b', '', 'a..b'].map((one, index) => `searches[${index + 1}]: Invalid value: ${JSON.stringify(one)}: ${SEARCH}`),
      ],
      ['how many domains there are', `searches: [${many}]`, ['searches: Invalid value: a list: must not have more than 32 search paths']],
      [
        'how long they are together',
        `searches: [${long}]`,
        ['searches: Invalid value: a list: must not have more than 2048 characters (including spaces) in the search list'],
      ],
      [
        'how many name servers there are',
        'nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]',
        ['nameservers: Invalid value: a list: must not have more than 3 nameservers'],
      ],
      ['that options have names', 'options: [{name: a}, {value: "1"}]', ['options[1]: Required value: must not be empty']],
    ],
    (fields) => `dnsConfig: {${fields}}, containers: [{name: a, image: b}]`,
    'spec.dnsConfig.',
  );
});
