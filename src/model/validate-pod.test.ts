import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readManifests } from './read-manifests.ts';

type Case = readonly [what: string, fields: string, errors: readonly string[]];

function errorsOf(text: string): readonly string[] {
  const { errors } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'explain' });
  return errors.map(({ path, message }) => `${path}: ${message}`);
}

function runCases(cases: readonly Case[], textOf: (fields: string) => string): void {
  for (const [what, fields, errors] of cases) test(what, () => assert.deepEqual(errorsOf(textOf(fields)), errors));
}

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('validateMetadata() checks', () => {
  runCases(
    [
      [
        'nothing of good metadata',
        '{name: a.b-1, namespace: x, uid: 0b5c-1, labels: {app.kubernetes.io/name: A_b.c, empty: ""}, annotations: {Example.COM/Note: "any\\ntext"}}',
        [],
      ],
      ['that there is a name', '{}', ['metadata.name: Required value']],
      [
        'that a name is given, not a beginning of one',
        '{generateName: a-}',
        ['metadata.name: Required value: generateName is not supported: give a name'],
      ],
      ['the form of a name', '{name: ../etc}', [`metadata.name: Invalid value: "../etc": ${SUBDOMAIN_RULE}`]],
      [
        'the length of a name',
        `{name: ${'a'.repeat(254)}}`,
        [`metadata.name: Invalid value: "${'a'.repeat(199)}…: must be no more than 253 bytes`],
      ],
      ['the form of a namespace', '{name: a, namespace: a.b}', [`metadata.namespace: Invalid value: "a.b": ${LABEL_RULE}`]],
      [
        'that a uid is no path',
        '{name: a, uid: ../x}',
        [
          'metadata.uid: Invalid value: "../x": must consist of at most 63 alphanumeric characters or \'-\', and start and end with an alphanumeric character',
        ],
      ],
      [
        'keys and values of labels',
        '{name: a, labels: {-x: "1", y/: "1", /z: "1", ok: "a b"}}',
        [
          `metadata.labels[-x]: Invalid value: "-x": ${NAME_PART_RULE}`,
          'metadata.labels[y/]: Invalid value: "y/": name part must be non-empty',
          'metadata.labels[/z]: Invalid value: "/z": prefix part must be non-empty',
          "metadata.labels[ok]: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ],
      ],
      [
        'keys of annotations',
        '{name: a, annotations: {"a b": c}}',
        [`metadata.annotations["a b"]: Invalid value: "a b": ${NAME_PART_RULE}`],
      ],
      [
        'the size of annotations',
        `{name: a, annotations: {a: "${'x'.repeat(262_144)}"}}`,
        ['metadata.annotations: Too long: may not be more than 262144 bytes'],
      ],
    ],
    (metadata) => `{apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: {containers: [{name: a, image: b}]}}`,
  );
});

describe('validatePod() checks in the spec', () => {
  runCases(
    [
      [
        'nothing of a good one',
        'os: {name: linux}, hostname: a, nodeName: n.example, dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1]}, hostAliases: [{ip: 10.0.0.2, hostnames: [a.b]}]',
        [],
      ],
      [
        'the restart policy',
        'restartPolicy: always',
        ['spec.restartPolicy: Unsupported value: "always": supported values: "Always", "Never", "OnFailure"'],
      ],
      [
        'the grace',
        'terminationGracePeriodSeconds: 2147483648',
        ['spec.terminationGracePeriodSeconds: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive'],
      ],
      [
        'the active deadline',
        'activeDeadlineSeconds: 0',
        ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
      ],
      ['the system', 'os: {name: plan9}', ['spec.os.name: Unsupported value: "plan9": supported values: "linux", "windows"']],
      ['that the system has a name', 'os: {}', ['spec.os.name: Required value: cannot be empty']],
      [
        'names',
        'hostname: a.b, serviceAccountName: A',
        [`spec.hostname: Invalid value: "a.b": ${LABEL_RULE}`, `spec.serviceAccountName: Invalid value: "A": ${SUBDOMAIN_RULE}`],
      ],
      [
        'name servers',
        'dnsPolicy: None, dnsConfig: {nameservers: [x]}',
        ['spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
      ],
      [
        'that "None" comes with name servers',
        'dnsPolicy: None',
        ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
      ],
      [
        'process namespaces',
        'hostPID: true, shareProcessNamespace: true',
        ['spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled'],
      ],
      [
        'aliases on the network of the host',
        'hostNetwork: true, hostAliases: [{ip: 10.0.0.1}]',
        ['spec.hostAliases: Forbidden: may not be set when `hostNetwork` is true'],
      ],
      [
        'the node selector',
        'nodeSelector: {a: "b c"}',
        [
          "spec.nodeSelector[a]: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ],
      ],
    ],
    (fields) => `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${fields}, containers: [{name: a, image: b}]}}`,
  );
});

describe('validateVolumes() checks', () => {
  runCases(
    [
      [
        'nothing of good volumes',
        '[{name: a}, {name: b, emptyDir: {}}, {name: c, hostPath: {path: /x}}, {name: d, secret: {secretName: s, items: [{key: k, path: a/b, mode: 0400}]}}]',
        [],
      ],
      [
        'names',
        '[{emptyDir: {}}, {name: B}, {name: a}, {name: a}]',
        [
          'spec.volumes[0].name: Required value',
          `spec.volumes[1].name: Invalid value: "B": ${LABEL_RULE}`,
          'spec.volumes[3].name: Duplicate value: "a"',
        ],
      ],
      [
        'that there is one source',
        '[{name: a, emptyDir: {}, hostPath: {}}]',
        ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
      ],
      [
        'what a source needs',
        '[{name: a, hostPath: {}}, {name: b, configMap: {}}, {name: c, nfs: {server: s, path: x}}]',
        [
          'spec.volumes[0].hostPath.path: Required value',
          'spec.volumes[1].configMap.name: Required value',
          'spec.volumes[2].nfs.path: Invalid value: "x": must be an absolute path',
        ],
      ],
      [
        'the path of a hostPath',
        '[{name: a, hostPath: {path: /a/../b, type: Dir}}]',
        [
          'spec.volumes[0].hostPath.type: Unsupported value: "Dir": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
        ],
      ],
      [
        'that a hostPath does not climb',
        '[{name: a, hostPath: {path: /a/../b}}]',
        ['spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\''],
      ],
      [
        'the size of an emptyDir',
        '[{name: a, emptyDir: {sizeLimit: -1Mi}}]',
        ['spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity'],
      ],
      [
        'modes and paths of files',
        '[{name: a, secret: {secretName: s, defaultMode: 01000, items: [{key: k, path: ../x}, {path: /y, mode: -1}]}}]',
        [
          'spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
          'spec.volumes[0].secret.items[0].path: Invalid value: "../x": must not contain \'..\'',
          'spec.volumes[0].secret.items[1].key: Required value',
          'spec.volumes[0].secret.items[1].path: Invalid value: "/y": must be a relative path',
          'spec.volumes[0].secret.items[1].mode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
        ],
      ],
      [
        'projected sources',
        '[{name: a, projected: {sources: [{}, {secret: {}, configMap: {}}, {serviceAccountToken: {expirationSeconds: 1}}]}}]',
        [
          'spec.volumes[0].projected.sources[0]: Required value: must specify a volume type',
          'spec.volumes[0].projected.sources[1].configMap: Forbidden: may not specify more than 1 volume type per source',
          'spec.volumes[0].projected.sources[1].secret.name: Required value',
          'spec.volumes[0].projected.sources[2].serviceAccountToken.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
          'spec.volumes[0].projected.sources[2].serviceAccountToken.path: Required value',
        ],
      ],
    ],
    (volumes) => `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {volumes: ${volumes}, containers: [{name: a, image: b}]}}`,
  );
});

describe('validateVolumeMounts() checks', () => {
  runCases(
    [
      [
        'nothing of good mounts',
        'volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b, subPath: x/y, readOnly: true, mountPropagation: HostToContainer}]',
        [],
      ],
      [
        'that the volume exists',
        'volumeMounts: [{mountPath: /a}, {name: w, mountPath: /b}]',
        ['spec.containers[0].volumeMounts[0].name: Required value', 'spec.containers[0].volumeMounts[1].name: Not found: "w"'],
      ],
      [
        'paths',
        'volumeMounts: [{name: v}, {name: v, mountPath: "/a:b"}, {name: v, mountPath: /c}, {name: v, mountPath: /c}]',
        [
          'spec.containers[0].volumeMounts[0].mountPath: Required value',
          'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a:b": must not contain \':\'',
          'spec.containers[0].volumeMounts[3].mountPath: Invalid value: "/c": must be unique',
        ],
      ],
      [
        'paths in the volume',
        'volumeMounts: [{name: v, mountPath: /a, subPath: ../x}, {name: v, mountPath: /b, subPath: x, subPathExpr: /y}]',
        [
          'spec.containers[0].volumeMounts[0].subPath: Invalid value: "../x": must not contain \'..\'',
          'spec.containers[0].volumeMounts[1].subPathExpr: Invalid value: "/y": subPathExpr and subPath are mutually exclusive',
          'spec.containers[0].volumeMounts[1].subPathExpr: Invalid value: "/y": must be a relative path',
        ],
      ],
      [
        'propagation',
        'volumeMounts: [{name: v, mountPath: /a, mountPropagation: Bidirectional}]',
        [
          'spec.containers[0].volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
        ],
      ],
      [
        'propagation of a privileged container',
        'securityContext: {privileged: true}, volumeMounts: [{name: v, mountPath: /a, mountPropagation: Bidirectional}]',
        [],
      ],
      [
        'devices',
        'volumeDevices: [{name: w, devicePath: ""}]',
        ['spec.containers[0].volumeDevices[0].name: Not found: "w"', 'spec.containers[0].volumeDevices[0].devicePath: Required value'],
      ],
    ],
    (fields) =>
      `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {volumes: [{name: v}], containers: [{name: a, image: b, ${fields}}]}}`,
  );
});
