import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_MANIFEST_BYTES } from './parse-yaml.ts';
import { formatProblem } from './problem.ts';
import { type ManifestResult, readManifests } from './read-manifests.ts';
import { WHY } from './refusal-reasons.ts';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: demo
spec:
  containers:
  - name: main
    image: localhost/hooklet/base:1
    lifecycle:
      postStart:
        exec: {command: [sh, -c, "echo started"]}
      preStop:
        sleep: {seconds: 2}
`;

const read = (text: string | Uint8Array, purpose: 'run' | 'explain' = 'run'): ManifestResult =>
  readManifests([{ name: 'pod.yaml', text }], { purpose });
const errorsOf = (text: string | Uint8Array): readonly string[] => read(text).errors.map(formatProblem);
const warningsOf = (text: string): readonly string[] => read(text).warnings.map(formatProblem);

describe('readManifests()', () => {
  test('gives one Pod, typed and defaulted', () => {
    const { pods, warnings, errors } = read(POD);
    assert.deepEqual([warnings, errors], [[], []]);
    assert.deepEqual(pods, [
      {
        file: 'pod.yaml',
        line: 1,
        pod: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'demo', namespace: 'default' },
          spec: {
            containers: [
              {
                name: 'main',
                image: 'localhost/hooklet/base:1',
                imagePullPolicy: 'IfNotPresent',
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
                lifecycle: { postStart: { exec: { command: ['sh', '-c', 'echo started'] } }, preStop: { sleep: { seconds: 2 } } },
              },
            ],
            dnsPolicy: 'ClusterFirst',
            enableServiceLinks: true,
            restartPolicy: 'Always',
            schedulerName: 'default-scheduler',
            securityContext: {},
            terminationGracePeriodSeconds: 30,
          },
        },
      },
    ]);
  });

  test('reads several documents, several files and lists, and says where each Pod stands', () => {
    const second = POD.replace('demo', 'second');
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${POD.replace('demo', 'third').trimEnd().replaceAll('\n', '\n  ')}\n`;
    const { pods, errors } = readManifests(
      [
        { name: 'a.yaml', text: `${POD}---\n${second}` },
        { name: 'stdin', text: Buffer.from(list) },
      ],
      { purpose: 'run' },
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(
      pods.map(({ pod, file, line }) => [pod.metadata.name, file, line]),
      [
        ['demo', 'a.yaml', 1],
        ['second', 'a.yaml', 15],
        ['third', 'stdin', 4],
      ],
    );
  });

  test('refuses two Pods of one name, also over files', () => {
    const result = readManifests(
      [
        { name: 'a.yaml', text: POD },
        { name: 'b.yaml', text: POD },
      ],
      { purpose: 'run' },
    );
    assert.deepEqual(result.errors.map(formatProblem), ['b.yaml:4: metadata.name: Duplicate value: "default/demo": another Pod has it']);
  });

  test('copies what an anchor shares, so that one Pod cannot change another', () => {
    const text = `${POD}---\napiVersion: v1\nkind: Pod\nmetadata: {name: two, labels: &l {a: b}, annotations: *l}\nspec: {containers: [{name: a, image: b}]}\n`;
    const pod = read(text).pods[1]?.pod;
    assert.deepEqual(pod?.metadata.labels, { a: 'b' });
    assert.notEqual(pod?.metadata.labels, pod?.metadata.annotations);
  });
});

describe('readManifests() reports', () => {
  const ERRORS: readonly (readonly [what: string, text: string, errors: readonly string[]])[] = [
    ['a text without a Pod', '# nothing here\n', ['pod.yaml: no Pod found']],
    ['a document that is no object', '- 1\n', ['pod.yaml:1: must be a Kubernetes object, not a list']],
    ['a scalar', 'hello\n', ['pod.yaml:1: must be a Kubernetes object, not "hello"']],
    ['a missing kind', 'apiVersion: v1\n', ['pod.yaml:1: kind: Required value']],
    ['a missing apiVersion', '\nkind: Pod\n', ['pod.yaml:2: apiVersion: Required value']],
    [
      'another kind',
      'apiVersion: v1\nkind: Service\n',
      [
        'pod.yaml:2: kind: kind "Service" is not supported by hooklet run: give Pods, ConfigMaps, Secrets, or a Deployment, StatefulSet, DaemonSet, Job or CronJob whose Pod template is run',
      ],
    ],
    ['another version', 'apiVersion: v2\nkind: Pod\n', ['pod.yaml:1: apiVersion: apiVersion of a Pod must be "v1", not "v2"']],
    ['a list without items', 'apiVersion: v1\nkind: List\n', ['pod.yaml:1: items: must be a list']],
    [
      'a list of other things',
      'apiVersion: v1\nkind: List\nitems:\n- 1\n- {apiVersion: apps/v1, kind: Secret}\n',
      [
        'pod.yaml:4: items[0]: must be a Kubernetes object, not 1',
        'pod.yaml:5: items[1].apiVersion: apiVersion of a Secret must be "v1", not "apps/v1"',
      ],
    ],
    ['bad YAML', 'apiVersion: v1\nkind: "Pod\n', ['pod.yaml:3: not valid YAML: Missing closing "quote']],
    ['an empty spec', 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n', ['pod.yaml:4: spec.containers: Required value']],
    [
      'a wrong type',
      POD.replace('image: localhost/hooklet/base:1', 'image: 12'),
      ['pod.yaml:8: spec.containers[0].image: must be a string, not the number 12: put it in quotes'],
    ],
    [
      'a word that YAML takes for a boolean',
      POD.replace('sh, -c', 'sh, n'),
      [
        'pod.yaml:11: spec.containers[0].lifecycle.postStart.exec.command[1]: must be a string, not the boolean false: put it in quotes (yes, no, on, off, y and n are booleans in YAML)',
      ],
    ],
    [
      'two handlers in one hook',
      POD.replace('sleep: {seconds: 2}', '{exec: {command: [a]}, sleep: {seconds: 2}}'),
      ['pod.yaml:13: spec.containers[0].lifecycle.preStop.sleep: Forbidden: may not specify more than 1 handler type'],
    ],
    ['a duplicate name', `${POD}  - {name: main, image: b}\n`, ['pod.yaml:14: spec.containers[1].name: Duplicate value: "main"']],
    [
      'what cannot run yet',
      `${POD}  runtimeClassName: other\n`,
      [`pod.yaml:14: spec.runtimeClassName: not supported by hooklet run: ${WHY.runtimeClass}`],
    ],
  ];
  for (const [what, text, errors] of ERRORS) {
    test(what, () => {
      const result = read(text);
      assert.deepEqual(result.errors.map(formatProblem), errors);
      assert.deepEqual(result.pods, []);
    });
  }

  test('a name that is a path, before anything is made of it', () => {
    for (const [field, value] of [
      ['name: demo', 'name: ../../etc'],
      ['name: demo', 'name: ..'],
      ['name: demo', 'name: demo\n  namespace: ../x'],
      ['name: demo', 'name: demo\n  uid: ../x'],
      ['- name: main', '- name: ../x'],
      ['spec:\n', 'spec:\n  volumes: [{name: ../x}]\n'],
    ] as const) {
      const [error, ...others] = errorsOf(POD.replace(field, value));
      assert.match(error ?? '', /^pod\.yaml:\d+: [\w.[\]]+: Invalid value: "/, value);
      assert.deepEqual(others, []);
    }
  });

  test('a text that is too large, or not UTF-8', () => {
    assert.deepEqual(errorsOf('x'.repeat(50_000_000)), [
      `pod.yaml: has 50000000 bytes; the limit is ${MAX_MANIFEST_BYTES}: split the file`,
    ]);
    assert.deepEqual(errorsOf(new Uint8Array(MAX_MANIFEST_BYTES + 1)), [
      `pod.yaml: has ${MAX_MANIFEST_BYTES + 1} bytes; the limit is ${MAX_MANIFEST_BYTES}: split the file`,
    ]);
    assert.deepEqual(errorsOf(Uint8Array.of(0x61, 0xff, 0x62)), ['pod.yaml: is not UTF-8 text']);
  });

  test('unknown fields as warnings with the field that was meant', () => {
    const text = POD.replace('image:', 'imagePulPolicy: Never\n    "x\\e[31m": 1\n    image:').replace('exec:', 'Exec: {}\n        exec:');
    assert.deepEqual(warningsOf(text), [
      'pod.yaml:8: spec.containers[0].imagePulPolicy: unknown field, ignored: did you mean "imagePullPolicy"?',
      'pod.yaml:9: spec.containers[0]."x\\u001b[31m": unknown field, ignored',
      'pod.yaml:13: spec.containers[0].lifecycle.postStart.Exec: unknown field, ignored: did you mean "exec"?',
    ]);
  });

  test('a negative grace as a warning, and runs with 1', () => {
    const result = read(POD.replace('spec:', 'spec:\n  terminationGracePeriodSeconds: -5').replace('seconds: 2', 'seconds: 1'));
    assert.deepEqual(result.warnings.map(formatProblem), [
      'pod.yaml:6: spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    ]);
    assert.equal(result.pods[0]?.pod.spec.terminationGracePeriodSeconds, 1);
  });

  test('a hundred problems and the number of the rest', () => {
    const fields = Array.from({ length: 150 }, (_, n) => `  unknown${n}: 1`).join('\n');
    const warnings = warningsOf(`${POD}${fields}\n`);
    assert.equal(warnings.length, 101);
    assert.equal(warnings.at(-1), 'pod.yaml: and 50 more of this kind');
  });

  test('nothing that it cannot run, when it is only to explain', () => {
    const { pods, errors } = read(`${POD}  runtimeClassName: other\n`, 'explain');
    assert.deepEqual(errors, []);
    assert.equal(pods.length, 1);
  });

  test('polluting keys as unknown, and changes no prototype', () => {
    const { pods, warnings } = read(`${POD}  __proto__: {polluted: true}\n  constructor: {prototype: {polluted: true}}\n`);
    assert.equal(warnings.length, 2);
    assert.equal((pods[0]?.pod.spec as { polluted?: boolean } | undefined)?.polluted, undefined);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.deepEqual(errorsOf(POD.replace('name: demo', 'name: demo\n  labels: {__proto__: x}')), [
      'pod.yaml:5: metadata.labels[__proto__]: this key is not allowed',
    ]);
  });
});
