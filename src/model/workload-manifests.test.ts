import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatProblem } from './problem.ts';
import { type ManifestResult, readManifests } from './read-manifests.ts';

const read = (text: string): ManifestResult => readManifests([{ name: 'app.yaml', text }], { purpose: 'run' });
const problems = (text: string): readonly string[] => read(text).errors.map(formatProblem);

const workload = (kind: string, apiVersion: string, spec: string, rest = ''): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: shop, namespace: prod}\nspec:\n${rest}${spec}`;
const TEMPLATE = '  template:\n    metadata: {labels: {app: shop}}\n    spec:\n      containers: [{name: web, image: b}]\n';
const ONCE = `${TEMPLATE}      restartPolicy: Never\n`;
const nested = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');

describe('readManifests() of a workload', () => {
  for (const [kind, apiVersion, spec, name] of [
    ['Deployment', 'apps/v1', TEMPLATE, 'shop'],
    ['DaemonSet', 'apps/v1', TEMPLATE, 'shop'],
    ['StatefulSet', 'apps/v1', `  serviceName: shops\n${TEMPLATE}`, 'shop-0'],
    ['Job', 'batch/v1', ONCE, 'shop'],
    ['CronJob', 'batch/v1', `  schedule: "* * * * *"\n  jobTemplate:\n    spec:\n${nested(ONCE)}`, 'shop'],
  ] as const) {
    it(`takes the Pod template of a ${kind}`, () => {
      const { pods, errors } = read(workload(kind, apiVersion, spec));
      assert.deepEqual(errors, []);
      assert.deepEqual(
        pods.map(({ pod }) => [pod.metadata.namespace, pod.metadata.name, pod.metadata.labels, pod.spec.containers[0]?.name]),
        [['prod', name, { app: 'shop' }, 'web']],
      );
    });
  }

  it('warns that one Pod is run where several are asked for', () => {
    const { warnings } = read(workload('Deployment', 'apps/v1', TEMPLATE, '  replicas: 3\n'));
    assert.deepEqual(warnings.map(formatProblem), ['app.yaml:4: spec: 3 Pods are asked for; one is run, from its template']);
  });

  it('names the line and the field of a problem inside the template', () => {
    const broken = TEMPLATE.replace('image: b', 'image: 12');
    assert.deepEqual(problems(workload('Deployment', 'apps/v1', broken)), [
      'app.yaml:8: spec.template.spec.containers[0].image: must be a string, not the number 12: put it in quotes',
    ]);
  });

  it('refuses a restart policy that its controller cannot have', () => {
    assert.deepEqual(problems(workload('Job', 'batch/v1', TEMPLATE)), [
      'app.yaml:7: spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "Never", "OnFailure"',
    ]);
    assert.match(problems(workload('Deployment', 'apps/v1', ONCE))[0] ?? '', /Unsupported value: "Never": supported values: "Always"/);
  });

  it('refuses one without name, template, or with the apiVersion of another time', () => {
    assert.match(problems('apiVersion: apps/v1\nkind: Deployment\n')[0] ?? '', /metadata.name: Required value/);
    assert.match(problems(workload('Deployment', 'apps/v1', '  replicas: 1\n'))[0] ?? '', /spec.template: Required value/);
    assert.match(problems(workload('Deployment', 'extensions/v1beta1', TEMPLATE))[0] ?? '', /must be "apps\/v1"/);
  });
});

describe('readManifests() of a ConfigMap or Secret', () => {
  const config = (kind: string, fields: string): string => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: conf}\n${fields}---\n${POD}`;
  const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n';

  it('gives text and bytes by key', () => {
    const { objects } = read(config('ConfigMap', 'data: {greeting: hello}\nbinaryData: {raw: AAEC}\n'));
    const [object] = objects;
    assert.deepEqual([object?.kind, object?.namespace, object?.name], ['ConfigMap', 'default', 'conf']);
    assert.deepEqual([...(object?.texts ?? [])], [['greeting', 'hello']]);
    assert.deepEqual([...(object?.bytes ?? [])], [['raw', Uint8Array.of(0, 1, 2)]]);
  });

  it('lets stringData of a Secret win over data', () => {
    const { objects } = read(config('Secret', 'data: {a: QQ==, b: Qg==}\nstringData: {b: new}\n'));
    const texts = [...(objects[0]?.bytes ?? [])].map(([key, bytes]) => [key, new TextDecoder().decode(bytes)]);
    assert.deepEqual(texts, [
      ['a', 'A'],
      ['b', 'new'],
    ]);
  });

  for (const [what, kind, fields, problem] of [
    ['a value that is no string', 'ConfigMap', 'data: {port: 80}\n', 'app.yaml:4: data[port]: must be a string, not 80: put it in quotes'],
    ['data that is no base64', 'Secret', 'data: {a: "!"}\n', 'app.yaml:4: data[a]: must be a string of base64: illegal base64 data'],
    [
      'a key in both',
      'ConfigMap',
      'data: {a: b}\nbinaryData: {a: AAEC}\n',
      'app.yaml:4: data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ],
    ['data that is a list', 'ConfigMap', 'data: [a]\n', 'app.yaml:4: data: must be a map, not a list'],
  ] as const) {
    it(`refuses ${what}`, () => assert.deepEqual(problems(config(kind, fields)), [problem]));
  }

  it('refuses a key that is no file name, and one that leads elsewhere', () => {
    for (const key of ['a/b', '..', '../x', '"a b"'])
      assert.match(problems(config('ConfigMap', `data: {${key}: x}\n`))[0] ?? '', /Invalid value/);
  });

  it('refuses a name twice, but not the same name of two kinds', () => {
    const twice = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\n---\n';
    assert.deepEqual(problems(twice + config('ConfigMap', '')), [
      'app.yaml:7: metadata.name: Duplicate value: "ConfigMap default/conf": another one has it',
    ]);
    assert.deepEqual(problems(twice + config('Secret', '')), []);
  });

  it('alone is nothing that could be run', () => {
    assert.deepEqual(problems('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\n'), ['app.yaml: no Pod found']);
  });
});
