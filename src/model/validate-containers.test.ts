import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readManifests } from './read-manifests.ts';

type Case = readonly [what: string, container: string, errors: readonly string[]];

function errorsOfSpec(spec: string): readonly string[] {
  const text = `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${spec}}}`;
  const { errors } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'explain' });
  return errors.map(({ path, message }) => `${path}: ${message}`);
}

function runCases(cases: readonly Case[], specOf: (container: string) => string): void {
  for (const [what, container, errors] of cases) {
    test(what, () => {
      assert.deepEqual(
        errorsOfSpec(specOf(container)).map((line) => line.replace('spec.containers[0].', '')),
        errors,
      );
    });
  }
}

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

describe('validateContainers() checks', () => {
  runCases(
    [
      ['that there is one', 'containers: []', ['spec.containers: Required value']],
      ['name and image', 'containers: [{}]', ['name: Required value', 'image: Required value']],
      ['the form of a name', 'containers: [{name: A, image: b}]', [`name: Invalid value: "A": ${LABEL_RULE}`]],
      [
        'the length of a name',
        `containers: [{name: ${'a'.repeat(64)}, image: b}]`,
        [`name: Invalid value: "${'a'.repeat(64)}": must be no more than 63 bytes`],
      ],
      [
        'white space around an image',
        'containers: [{name: a, image: " b"}]',
        ['image: Invalid value: " b": must not have leading or trailing whitespace'],
      ],
      [
        'the pull policy',
        'containers: [{name: a, image: b, imagePullPolicy: always}]',
        ['imagePullPolicy: Unsupported value: "always": supported values: "Always", "IfNotPresent", "Never"'],
      ],
      [
        'that names are unique over all kinds',
        'containers: [{name: a, image: b}], initContainers: [{name: a, image: b}], ephemeralContainers: [{name: a, image: b}]',
        ['spec.initContainers[0].name: Duplicate value: "a"', 'spec.ephemeralContainers[0].name: Duplicate value: "a"'],
      ],
      [
        'hooks and probes of init containers',
        'containers: [{name: a, image: b}], initContainers: [{name: i, image: b, lifecycle: {preStop: {}}, readinessProbe: {exec: {command: [a]}}}]',
        [
          'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
          'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
        ],
      ],
      [
        'the hooks of a sidecar as those of a container',
        'containers: [{name: a, image: b}], initContainers: [{name: i, image: b, restartPolicy: Always, lifecycle: {preStop: {exec: {}}}}]',
        ['spec.initContainers[0].lifecycle.preStop.exec.command: Required value'],
      ],
      [
        'what ephemeral containers must not have',
        'containers: [{name: a, image: b}], ephemeralContainers: [{name: e, image: b, lifecycle: {preStop: {}}, ports: [{containerPort: 1}], resources: {limits: {cpu: 1}}, restartPolicy: Always}]',
        [
          'spec.ephemeralContainers[0].restartPolicy: Forbidden: cannot be set for an Ephemeral Container',
          'spec.ephemeralContainers[0].lifecycle: Forbidden: cannot be set for an Ephemeral Container',
          'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
          'spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container',
        ],
      ],
      [
        'a restart policy of its own',
        'containers: [{name: a, image: b, restartPolicy: Sometimes}]',
        ['restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"'],
      ],
    ],
    (spec) => spec,
  );
});

describe('validatePorts() checks', () => {
  runCases(
    [
      ['nothing of good ports', '[{containerPort: 1}, {containerPort: 65535, hostPort: 80, name: web, protocol: UDP, hostIP: "::1"}]', []],
      [
        'ranges',
        '[{}, {containerPort: 65536}, {containerPort: 1, hostPort: -1}]',
        [
          'ports[0].containerPort: Required value',
          'ports[1].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive',
          'ports[2].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive',
        ],
      ],
      [
        'names',
        '[{containerPort: 1, name: a}, {containerPort: 2, name: a}, {containerPort: 3, name: A}]',
        [
          'ports[1].name: Duplicate value: "a"',
          'ports[2].name: Invalid value: "A": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        ],
      ],
      [
        'protocols',
        '[{containerPort: 1, protocol: tcp}]',
        ['ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"'],
      ],
      [
        'host addresses',
        '[{containerPort: 1, hostPort: 1, hostIP: localhost}]',
        ['ports[0].hostIP: Invalid value: "localhost": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
      ],
      [
        'host ports taken twice; a protocol or address of its own is another port',
        '[{containerPort: 1, hostPort: 80}, {containerPort: 2, hostPort: 80, protocol: UDP}, {containerPort: 3, hostPort: 80, hostIP: 127.0.0.1}, {containerPort: 4, hostPort: 80}]',
        ['ports[3].hostPort: Duplicate value: "TCP//80"'],
      ],
    ],
    (ports) => `containers: [{name: a, image: b, ports: ${ports}}]`,
  );

  test('host ports over containers', () => {
    const one = (name: string): string => `{name: ${name}, image: b, ports: [{containerPort: 1, hostPort: 80}]}`;
    assert.deepEqual(errorsOfSpec(`containers: [${one('a')}, ${one('b')}]`), [
      'spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"',
    ]);
  });

  test('that host and container port agree on the network of the host', () => {
    const spec = (hostPort: string): string =>
      `hostNetwork: true, containers: [{name: a, image: b, ports: [{containerPort: 80${hostPort}}]}]`;
    assert.deepEqual(errorsOfSpec(spec('')), []);
    assert.deepEqual(errorsOfSpec(spec(', hostPort: 81')), [
      'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
    ]);
  });
});

describe('validateEnv() checks', () => {
  runCases(
    [
      [
        'nothing of good variables',
        'env: [{name: A, value: ""}, {name: "a.b-c d", value: "$(A)"}, {name: B, valueFrom: {fieldRef: {fieldPath: "metadata.labels[\'x\']"}}}], envFrom: [{configMapRef: {name: c}}]',
        [],
      ],
      [
        'names',
        'env: [{}, {name: "A=B"}, {name: "é"}]',
        [
          'env[0].name: Required value',
          `env[1].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='`,
          `env[2].name: Invalid value: "é": a valid environment variable name must consist only of printable ASCII characters other than '='`,
        ],
      ],
      [
        'that a value has one source',
        'env: [{name: A, value: b, valueFrom: {secretKeyRef: {name: s, key: k}, configMapKeyRef: {name: c, key: k}}}]',
        [
          'env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
          'env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time',
        ],
      ],
      [
        'what a source needs',
        'env: [{name: A, valueFrom: {secretKeyRef: {}}}]',
        ['env[0].valueFrom.secretKeyRef.name: Required value', 'env[0].valueFrom.secretKeyRef.key: Required value'],
      ],
      [
        'the fields that a variable can have',
        'env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.gpu}}}]',
        [
          'env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
        ],
      ],
      ['envFrom', 'envFrom: [{}]', ['envFrom[0]: Invalid value: "": must specify one of: `configMapRef` or `secretRef`']],
    ],
    (fields) => `containers: [{name: a, image: b, ${fields}}]`,
  );
});

describe('validateResources() checks', () => {
  runCases(
    [
      ['nothing of good resources', '{limits: {cpu: 1, memory: 1Gi, example.com/gpu: 1}, requests: {cpu: 100m, memory: "1073741824"}}', []],
      [
        'that requests fit limits',
        '{limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1001m, memory: 2048Mi}}',
        [
          'resources.requests: Invalid value: "1001m": must be less than or equal to cpu limit of 1',
          'resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
        ],
      ],
      [
        'signs',
        '{limits: {cpu: -1}}',
        [
          'resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
          'resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        ],
      ],
      [
        'names',
        '{limits: {gpu: 1, a/b/c: 1}}',
        [
          'resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
          'resources.limits[a/b/c]: Invalid value: "a/b/c": a qualified name may have at most one "/", between prefix and name',
          'resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
          'resources.requests[a/b/c]: Invalid value: "a/b/c": a qualified name may have at most one "/", between prefix and name',
        ],
      ],
      [
        'that devices are whole, and asked for as they are limited',
        '{limits: {example.com/gpu: 1500m}, requests: {example.com/gpu: 1, example.com/fpga: 1}}',
        [
          'resources.limits[example.com/gpu]: Invalid value: "1500m": must be an integer',
          'resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 1500m',
          'resources.limits: Required value: Limit must be set for non overcommitable resources',
        ],
      ],
      [
        'that huge pages come with CPU or memory',
        '{limits: {hugepages-2Mi: 4Mi}}',
        ['resources: Forbidden: HugePages require cpu or memory'],
      ],
      [
        'quantities',
        '{limits: {cpu: one}}',
        [
          'resources.limits[cpu]: Invalid value: "one": quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
        ],
      ],
    ],
    (resources) => `containers: [{name: a, image: b, resources: ${resources}}]`,
  );
});

describe('validateProbes() checks', () => {
  runCases(
    [
      [
        'nothing of good probes',
        'livenessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 99}, readinessProbe: {tcpSocket: {port: 1}, successThreshold: 2}, startupProbe: {grpc: {port: 1}}',
        [],
      ],
      [
        'handlers',
        'livenessProbe: {}, readinessProbe: {exec: {command: []}, grpc: {port: 0}}, startupProbe: {grpc: {}}',
        [
          'livenessProbe: Required value: must specify a handler type',
          'readinessProbe.exec.command: Required value',
          'readinessProbe.grpc: Forbidden: may not specify more than 1 handler type',
          'startupProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive',
        ],
      ],
      [
        'thresholds',
        'livenessProbe: {exec: {command: [a]}, successThreshold: 2, periodSeconds: -1}, startupProbe: {exec: {command: [a]}, successThreshold: 3}',
        [
          'livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
          'livenessProbe.successThreshold: Invalid value: 2: must be 1',
          'startupProbe.successThreshold: Invalid value: 3: must be 1',
        ],
      ],
      [
        'graces',
        'readinessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 1}, livenessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 0}',
        [
          'livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0',
          'readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes',
        ],
      ],
    ],
    (fields) => `containers: [{name: a, image: b, ${fields}}]`,
  );
});
