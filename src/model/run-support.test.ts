import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { FIELD_TESTS, NO_EFFECT } from '../../test/field-tests.ts';
import { POD_SCHEMA } from './gen/pod-schema.ts';
import { readManifests } from './read-manifests.ts';
import { WHY } from './refusal-reasons.ts';
import { RUN_SUPPORT, refuseUnsupported, type TypeSupport } from './run-support.ts';
import { type SchemaType, schemaType } from './schema-type.ts';

function refusedIn(fields: string, container = ''): readonly string[] {
  const text = `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${fields} containers: [{name: a, image: b, ${container}}]}}`;
  const { errors } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'run' });
  return errors.map(({ path, message }) => `${path}: ${message}`);
}

const listsOf = (support: TypeSupport): readonly (readonly string[])[] => [
  support.runs,
  support.noEffect ?? [],
  Object.keys(support.refused ?? {}),
  Object.keys(support.only ?? {}),
];

/** What stands after `it(` or `test(`. */
function titlesOf(file: string): readonly string[] {
  const url = new URL(`../../${file}`, import.meta.url);
  assert.ok(existsSync(url), `there is no ${file}`);
  const titles = [...readFileSync(url, 'utf8').matchAll(/\b(?:it|test)\(\s*(?:'((?:\\.|[^'\\])*)'|`((?:\\.|[^`\\])*)`)/g)];
  return titles.map(([, plain, template]) => plain ?? template ?? '');
}

describe('RUN_SUPPORT', () => {
  /** The object types met by walking only fields that run, each with one way to it from the Pod; '[]' is an item of a list. */
  const reached = new Map<string, { readonly fields: Readonly<Record<string, string>>; readonly way: readonly string[] }>();
  const walk = (type: SchemaType, way: readonly string[]): void => {
    if (type.kind === 'list' || type.kind === 'map') walk(type.element, [...way, '[]']);
    if (type.kind !== 'object' || reached.has(type.name)) return;
    reached.set(type.name, { fields: type.fields, way });
    for (const field of RUN_SUPPORT[type.name]?.runs ?? []) walk(schemaType(type.fields[field] as string), [...way, field]);
  };
  walk(schemaType('Pod'), []);

  /** As FIELD_TESTS names them: "medium=Memory" for each value or key of a field that runs with some only. */
  const supportedFields = ({ runs, only = {} }: TypeSupport): readonly string[] => [
    ...runs,
    ...Object.entries(only).flatMap(([field, { values }]) => values.map((value) => `${field}=${value}`)),
  ];

  for (const [name, { fields, way }] of reached) {
    test(`refuses by name what ${name} may not have, and no value of it goes unseen`, () => {
      const { refused = {}, only = {} } = RUN_SUPPORT[name] ?? assert.fail(`no row for ${name}`);
      const inPod = (field: string, value: unknown): object =>
        way.reduceRight<object>((inner, step) => (step === '[]' ? [inner] : { [step]: inner }), { [field]: value });
      for (const [field, why] of Object.entries(refused)) {
        const [finding] = refuseUnsupported(inPod(field, 'anything'));
        assert.deepEqual([finding?.path.at(-1), finding?.message], [field, `not supported by hooklet run: ${why}`]);
      }
      for (const [field, { otherwise }] of Object.entries(only)) {
        const isMap = schemaType(fields[field] as string).kind === 'map';
        const [finding] = refuseUnsupported(inPod(field, isMap ? { anything: '1' } : 'anything'));
        assert.ok(
          finding?.path.includes(field) && finding.message.endsWith(`not supported by hooklet run: ${otherwise}`),
          `${name}.${field}`,
        );
      }
      assert.equal(refuseUnsupported(inPod('aFieldOfTomorrow', 1)).length, 1);
    });

    test(`names each field of ${name} once: it runs, has no effect or is refused`, () => {
      const support = RUN_SUPPORT[name] ?? assert.fail(`no row for ${name}`);
      assert.deepEqual(listsOf(support).flat().sort(), Object.keys(fields).sort());
    });
  }

  for (const [name, support] of Object.entries(RUN_SUPPORT)) {
    test(`has for each field of ${name} that runs a test, and for each without effect a reason`, () => {
      const shown = FIELD_TESTS.flatMap(({ type, fields }) => (type === name ? fields : []));
      assert.deepEqual([...new Set(shown)].sort(), [...supportedFields(support)].sort());
      const reasons = Object.keys(NO_EFFECT).filter((field) => field.startsWith(`${name}.`));
      assert.deepEqual(reasons.sort(), (support.noEffect ?? []).map((field) => `${name}.${field}`).sort());
    });
  }

  for (const [file, tests] of Map.groupBy(FIELD_TESTS, (one) => one.file)) {
    test(`has its tests of fields in ${file}`, () => {
      const titles = titlesOf(file);
      for (const { type, fields, title } of tests) {
        assert.ok(RUN_SUPPORT[type] !== undefined, `${type} is no type of a Pod`);
        assert.ok(
          titles.some((one) => one.includes(title)),
          `${file} has no test "${title}", which is to show ${type}.${fields.join(', ')}`,
        );
      }
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
      serviceAccountName: robot,
      volumes: [{name: v}, {name: h, hostPath: {path: /x, type: ""}}, {name: t, hostPath: {path: /x, type: Socket}},
        {name: m, emptyDir: {medium: Memory, sizeLimit: 1Mi}}, {name: c, configMap: {name: c, items: [{key: a, path: b, mode: 256}], optional: true}},
        {name: s, secret: {secretName: s, defaultMode: 256}}, {name: d, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: metadata.name}}]}},
        {name: p, projected: {sources: [{configMap: {name: c}}, {secret: {name: s}}, {downwardAPI: {items: []}}]}}],`;
    const container = `command: [a], args: [b], workingDir: /, env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}},
      {name: C, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}, {name: D, valueFrom: {secretKeyRef: {name: s, key: k}}}], ports: [{containerPort: 80}], securityContext: {}, stdin: false,
      resources: {limits: {cpu: 1, memory: 1Mi}, requests: {cpu: 1}}, volumeMounts: [{name: v, mountPath: /v, readOnly: true}, {name: v, mountPath: /w, subPathExpr: $(A)}],
      envFrom: [{prefix: P, configMapRef: {name: c}}, {secretRef: {name: s, optional: true}}], terminationMessagePolicy: FallbackToLogsOnError,
      lifecycle: {postStart: {exec: {command: [a]}}, preStop: {sleep: {seconds: 1}}, stopSignal: SIGUSR1}`;
    assert.deepEqual(refusedIn(spec, container), []);
    assert.deepEqual(refusedIn('hostAliases: [{ip: 10.0.0.1, hostnames: [a]}],'), []);
    const shared =
      'runAsUser: 1, runAsGroup: 2, runAsNonRoot: true, seLinuxOptions: {level: s0}, seccompProfile: {type: RuntimeDefault}, appArmorProfile: {type: Unconfined}';
    assert.deepEqual(
      refusedIn(
        `hostPID: true, hostIPC: true, hostname: a, subdomain: b, setHostnameAsFQDN: true, dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1], searches: [a],
          options: [{name: ndots, value: "2"}]}, securityContext: {${shared}, fsGroup: 3, fsGroupChangePolicy: Always, supplementalGroups: [4],
          supplementalGroupsPolicy: Merge, sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]},`,
        `stdin: true, stdinOnce: true, tty: true, securityContext: {${shared}, capabilities: {add: [SYS_TIME], drop: [ALL]}, privileged: false,
          readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, procMount: Default}`,
      ),
      [],
    );
    assert.deepEqual(refusedIn('shareProcessNamespace: true,'), []);
    const http = 'httpGet: {path: /a, port: 80, host: h, scheme: HTTPS, httpHeaders: [{name: A, value: b}]}';
    assert.deepEqual(refusedIn('', `lifecycle: {preStop: {${http}}, postStart: {tcpSocket: {port: 80, host: h}}}`), []);
  });

  const REFUSED: readonly (readonly [spec: string, container: string, errors: readonly string[]])[] = [
    ['runtimeClassName: r,', '', [`spec.runtimeClassName: not supported by hooklet run: ${WHY.runtimeClass}`]],
    ['hostUsers: false,', '', [`spec.hostUsers: false is not supported by hooklet run: ${WHY.userNamespaces}`]],
    ['os: {name: windows},', '', [`spec.os.name: "windows" is not supported by hooklet run: ${WHY.windows}`]],
    [
      'securityContext: {runAsUser: 0, windowsOptions: {runAsUserName: a}}, hostnameOverride: b,',
      '',
      [
        `spec.securityContext.windowsOptions: not supported by hooklet run: ${WHY.windows}`,
        `spec.hostnameOverride: not supported by hooklet run: ${WHY.hostnameOverride}`,
      ],
    ],
    ['volumes: [{name: v, nfs: {server: s, path: /p}}],', '', [`spec.volumes[0].nfs: not supported by hooklet run: ${WHY.clusterStorage}`]],
    [
      'volumes: [{name: v, emptyDir: {medium: HugePages}}],',
      '',
      [`spec.volumes[0].emptyDir.medium: "HugePages" is not supported by hooklet run: ${WHY.hugePages}`],
    ],
    [
      'volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: token}}]}}],',
      '',
      [`spec.volumes[0].projected.sources[0].serviceAccountToken: not supported by hooklet run: ${WHY.tokens}`],
    ],
    [
      '',
      'securityContext: {runAsUser: 1, windowsOptions: {hostProcess: false}}',
      [`spec.containers[0].securityContext.windowsOptions: not supported by hooklet run: ${WHY.windows}`],
    ],
    [
      '',
      'resources: {limits: {ephemeral-storage: 1Gi}}',
      [
        `spec.containers[0].resources.limits[ephemeral-storage]: not supported by hooklet run: ${WHY.otherResources}`,
        `spec.containers[0].resources.requests[ephemeral-storage]: not supported by hooklet run: ${WHY.otherResources}`,
      ],
    ],
    [
      'volumes: [{name: v}],',
      'volumeMounts: [{name: v, mountPath: /v, readOnly: true, recursiveReadOnly: Enabled}]',
      [`spec.containers[0].volumeMounts[0].recursiveReadOnly: "Enabled" is not supported by hooklet run: ${WHY.recursiveReadOnly}`],
    ],
  ];
  for (const [spec, container, errors] of REFUSED) {
    test(`refuses by name: ${errors[0]}`, () => assert.deepEqual(refusedIn(spec, container), errors));
  }
});
