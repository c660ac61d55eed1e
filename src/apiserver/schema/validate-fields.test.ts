import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusError } from '../status-error.ts';
import { readApiSchema } from './read-api-schema.ts';
import { validateFields, validatePatchText } from './validate-fields.ts';

const schema = readApiSchema();
const POD = { version: 'v1', kind: 'Pod', typeName: 'Pod' };

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StatusError && error.code === 400 && error.status.reason === 'BadRequest', String(error));
    return error.message;
  }
  return 'nothing was thrown';
};
const refusal = (value: unknown, type = POD) => messageOf(() => validateFields({ value }, type, 'Ignore', schema));
const prefix = 'Pod in version "v1" cannot be handled as a Pod: ';

describe('validateFields()', () => {
  const text = '{"kind":"Pod","spec":{"foo":1,"hostname":"a","hostname":"b"}}';
  const given = { value: JSON.parse(text) as unknown, text };
  const value = { kind: 'Pod', spec: { hostname: 'b' } };

  it('refuses, tells, or says nothing, and keeps no unknown field', () => {
    const errors = ['unknown field "spec.foo"', 'duplicate field "spec.hostname"'];
    assert.equal(
      messageOf(() => validateFields(given, POD, 'Strict', schema)),
      `${prefix}strict decoding error: ${errors.join(', ')}`,
    );
    assert.deepEqual(validateFields(given, POD, 'Warn', schema), { value, warnings: errors });
    assert.deepEqual(validateFields(given, POD, 'Ignore', schema), { value, warnings: [] });
  });

  it('tells unknown fields without the text too', () => {
    const { warnings } = validateFields({ value: given.value }, POD, 'Warn', schema);
    assert.deepEqual(warnings, ['unknown field "spec.foo"']);
  });

  it('lets a right object pass Strict, unchanged', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', creationTimestamp: '2026-01-02T03:04:05Z', labels: { a: 'b' }, managedFields: [{ fieldsV1: { 'f:a': {} } }] },
      spec: { containers: [{ name: 'c', resources: { limits: { cpu: '500m' } }, livenessProbe: { httpGet: { port: 'http' } } }] },
    };
    const plain = JSON.stringify(pod);
    assert.deepEqual(validateFields({ value: pod, text: plain }, POD, 'Strict', schema), { value: pod, warnings: [] });
  });

  it('takes null for "not given", and for the zero value inside lists and maps', () => {
    const nulls = {
      metadata: null,
      spec: { hostname: null, containers: [null, { name: null, args: [null], env: null }], nodeSelector: { a: null } },
    };
    const expected = { spec: { containers: [{}, { args: [''] }], nodeSelector: { a: '' } } };
    assert.deepEqual(validateFields({ value: nulls }, POD, 'Strict', schema).value, expected);
  });

  it('keeps the number of a quantity as text, and ports as they are', () => {
    const container = { resources: { limits: { cpu: 2, memory: 0.5 } }, livenessProbe: { httpGet: { port: 80 } } };
    const { value: read } = validateFields({ value: { spec: { containers: [container] } } }, POD, 'Strict', schema);
    const expected = { resources: { limits: { cpu: '2', memory: '0.5' } }, livenessProbe: { httpGet: { port: 80 } } };
    assert.deepEqual(read, { spec: { containers: [expected] } });
  });

  it('keeps a map key that objects have by birth, as a key of its own', () => {
    const odd = JSON.parse('{"data":{"__proto__":"a"},"__proto__":{"x":1}}') as unknown;
    const { value: read, warnings } = validateFields(
      { value: odd },
      { version: 'v1', kind: 'ConfigMap', typeName: 'ConfigMap' },
      'Warn',
      schema,
    );
    assert.deepEqual(Object.entries(read['data'] as object), [['__proto__', 'a']]);
    assert.deepEqual(warnings, ['unknown field "__proto__"']);
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
  });

  const mismatches: readonly (readonly [spec: unknown, message: string])[] = [
    [{ hostname: 1 }, 'json: cannot unmarshal number into Go struct field PodSpec.spec.hostname of type string'],
    [{ hostNetwork: 'yes' }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
    [{ containers: {} }, 'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container'],
    [
      { containers: [{ env: [{ name: 'a' }, { value: true }] }] },
      'json: cannot unmarshal bool into Go struct field EnvVar.spec.containers[0].env[1].value of type string',
    ],
    [{ containers: ['a'] }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers[0] of type v1.Container'],
    [{ nodeSelector: { a: [] } }, 'json: cannot unmarshal array into Go struct field PodSpec.spec.nodeSelector.a of type string'],
    [{ nodeSelector: 'a' }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.nodeSelector of type map[string]string'],
    [{ priority: 1.5 }, 'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32'],
    [{ priority: 2 ** 31 }, 'json: cannot unmarshal number 2147483648 into Go struct field PodSpec.spec.priority of type int32'],
    [
      { terminationGracePeriodSeconds: '5' },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ],
    [
      { containers: [{ livenessProbe: { httpGet: { port: true } } }] },
      'json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.containers[0].livenessProbe.httpGet.port of type int32',
    ],
    [
      { overhead: { cpu: '1 core' } },
      "spec.overhead.cpu: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ];
  for (const [spec, message] of mismatches) {
    it(`refuses spec ${JSON.stringify(spec)}`, () => assert.equal(refusal({ spec }), prefix + message));
  }

  it('refuses what is no object, no time, no base64', () => {
    assert.equal(refusal([]), `${prefix}json: cannot unmarshal array into Go value of type v1.Pod`);
    assert.equal(
      refusal({ metadata: { creationTimestamp: 'today' } }),
      `${prefix}metadata.creationTimestamp: parsing time "today" as "2006-01-02T15:04:05Z07:00": it is no time as RFC 3339 spells it`,
    );
    const secret = { version: 'v1', kind: 'Secret', typeName: 'Secret' };
    const start = 'Secret in version "v1" cannot be handled as a Secret: ';
    assert.equal(refusal({ data: { a: 'YWJj', b: 'YW*j' } }, secret), `${start}data.b: illegal base64 data at input byte 2`);
    assert.equal(refusal({ data: { b: 'YWJ' } }, secret), `${start}data.b: illegal base64 data at input byte 3`);
    assert.equal(refusal({ data: { b: 'YWI=\n' } }, secret), 'nothing was thrown');
  });
});

describe('validatePatchText()', () => {
  it('tells what is there twice, whatever the fields are', () => {
    const text = '{"x":{"y":[{"z":1,"z":2}]}}';
    assert.deepEqual(validatePatchText(text, 'Warn', schema), ['duplicate field "x.y[0].z"']);
    assert.deepEqual(validatePatchText(text, 'Ignore', schema), []);
    assert.equal(
      messageOf(() => validatePatchText(text, 'Strict', schema)),
      'strict decoding error: duplicate field "x.y[0].z"',
    );
  });
});
