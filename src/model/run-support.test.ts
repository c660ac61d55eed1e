import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { POD_SCHEMA } from './gen/pod-schema.ts';
import { readManifests } from './read-manifests.ts';
import { RUN_SUPPORT, type TypeSupport } from './run-support.ts';
import { type SchemaType, schemaType } from './schema-type.ts';

function refusedIn(fields: string, container = ''): readonly string[] {
  const text = `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${fields} containers: [{name: a, image: b, ${container}}]}}`;
  const { errors } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'run' });
  return errors.map(({ path, message }) => `${path}: ${message}`);
}

const listsOf = (support: TypeSupport): readonly (readonly string[])[] => [
  support.runs,
  support.noEffect ?? [],
  support.refused ?? [],
  Object.keys(support.only ?? {}),
];

describe('RUN_SUPPORT', () => {
  /** The object types met by walking only fields that run. */
  const reached = new Map<string, Readonly<Record<string, string>>>();
  const walk = (type: SchemaType): void => {
    if (type.kind === 'list' || type.kind === 'map') walk(type.element);
    if (type.kind !== 'object' || reached.has(type.name)) return;
    reached.set(type.name, type.fields);
    for (const field of RUN_SUPPORT[type.name]?.runs ?? []) walk(schemaType(type.fields[field] as string));
  };
  walk(schemaType('Pod'));

  for (const [name, fields] of reached) {
    test(`names each field of ${name} once: it runs, has no effect or is refused`, () => {
      const support = RUN_SUPPORT[name] ?? assert.fail(`no row for ${name}`);
      assert.deepEqual(listsOf(support).flat().sort(), Object.keys(fields).sort());
    });
  }

  test('has no row that is never read', () => assert.deepEqual(Object.keys(RUN_SUPPORT).sort(), [...reached.keys()].sort()));

  test('stands on a schema that has all there is in a Pod', () => {
    // Guards the walk above: a schema that lost its types would make it pass with nothing walked.
    assert.ok(reached.size >= 15 && Object.keys(POD_SCHEMA).length >= 100);
  });
});

describe('refuseUnsupported()', () => {
  test('takes all that a milestone-one Pod may have', () => {
    const spec = `hostNetwork: true, restartPolicy: Never, terminationGracePeriodSeconds: 5, os: {name: linux}, securityContext: {}, nodeName: one, priority: 1,
      tolerations: [{key: a, operator: Exists}], imagePullSecrets: [{name: s}], hostPID: false, initContainers: [], affinity: {}, hostname: "",
      volumes: [{name: v}, {name: h, hostPath: {path: /x, type: ""}}],`;
    const container = `command: [a], args: [b], workingDir: /, env: [{name: A, value: b}], ports: [{containerPort: 80}], securityContext: {}, stdin: false,
      resources: {limits: {cpu: 1, memory: 1Mi}, requests: {cpu: 1}}, volumeMounts: [{name: v, mountPath: /v, readOnly: true}], envFrom: [],
      lifecycle: {postStart: {exec: {command: [a]}}, preStop: {sleep: {seconds: 1}}, stopSignal: SIGUSR1}`;
    assert.deepEqual(refusedIn(spec, container), []);
    const http = 'httpGet: {path: /a, port: 80, host: h, scheme: HTTPS, httpHeaders: [{name: A, value: b}]}';
    assert.deepEqual(refusedIn('', `lifecycle: {preStop: {${http}}, postStart: {tcpSocket: {port: 80, host: h}}}`), []);
  });

  const REFUSED: readonly (readonly [spec: string, container: string, errors: readonly string[]])[] = [
    ['runtimeClassName: r,', '', ['spec.runtimeClassName: not supported by hooklet run yet']],
    ['hostPID: true,', '', ['spec.hostPID: true is not supported by hooklet run yet']],
    ['hostUsers: false,', '', ['spec.hostUsers: false is not supported by hooklet run yet']],
    ['os: {name: windows},', '', ['spec.os.name: "windows" is not supported by hooklet run yet']],
    [
      'securityContext: {runAsUser: 0, runAsNonRoot: false},',
      '',
      [
        'spec.securityContext.runAsUser: not supported by hooklet run yet',
        'spec.securityContext.runAsNonRoot: not supported by hooklet run yet',
      ],
    ],
    ['volumes: [{name: v, secret: {secretName: s}}],', '', ['spec.volumes[0].secret: not supported by hooklet run yet']],
    [
      'volumes: [{name: v, emptyDir: {medium: Memory, sizeLimit: 1Mi}}],',
      '',
      [
        'spec.volumes[0].emptyDir.medium: not supported by hooklet run yet',
        'spec.volumes[0].emptyDir.sizeLimit: not supported by hooklet run yet',
      ],
    ],
    [
      'volumes: [{name: v, hostPath: {path: /x, type: Socket}}],',
      '',
      ['spec.volumes[0].hostPath.type: "Socket" is not supported by hooklet run yet'],
    ],
    ['', 'livenessProbe: {exec: {command: [a]}}', ['spec.containers[0].livenessProbe: not supported by hooklet run yet']],
    [
      '',
      'securityContext: {allowPrivilegeEscalation: false}',
      ['spec.containers[0].securityContext.allowPrivilegeEscalation: not supported by hooklet run yet'],
    ],
    [
      '',
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      ['spec.containers[0].env[0].valueFrom: not supported by hooklet run yet'],
    ],
    [
      '',
      'resources: {limits: {ephemeral-storage: 1Gi}}',
      [
        'spec.containers[0].resources.limits[ephemeral-storage]: not supported by hooklet run yet',
        'spec.containers[0].resources.requests[ephemeral-storage]: not supported by hooklet run yet',
      ],
    ],
    [
      'volumes: [{name: v}],',
      'volumeMounts: [{name: v, mountPath: /v, subPath: x}]',
      ['spec.containers[0].volumeMounts[0].subPath: not supported by hooklet run yet'],
    ],
    ['', 'tty: true', ['spec.containers[0].tty: true is not supported by hooklet run yet']],
  ];
  for (const [spec, container, errors] of REFUSED) {
    test(`refuses by name: ${errors[0]}`, () => assert.deepEqual(refusedIn(spec, container), errors));
  }
});
