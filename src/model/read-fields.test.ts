import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FieldPath, formatPath } from './field-path.ts';
import { readFields } from './read-fields.ts';
import type { YamlMap, YamlValue } from './yaml-document.ts';

function read(value: YamlMap, type: string): { readonly object: unknown; readonly errors: string[]; readonly warnings: string[] } {
  const errors: string[] = [];
  const warnings: string[] = [];
  const into = (list: string[]) => (path: FieldPath, message: string) => list.push(`${formatPath(path)}: ${message}`);
  return { object: readFields(value, type, [], { error: into(errors), warning: into(warnings) }), errors, warnings };
}

describe('readFields()', () => {
  test('takes null as not given, and inside lists and maps as the zero value', () => {
    assert.deepEqual(read({ command: ['a', null], env: [null], image: null, args: null }, 'Container').object, {
      command: ['a', ''],
      env: [{}],
    });
    assert.deepEqual(read({ labels: { a: null } }, 'ObjectMeta').object, { labels: { a: '' } });
    assert.deepEqual(read({ limits: { cpu: null } }, 'ResourceRequirements').object, { limits: { cpu: '0' } });
  });

  test('keeps quantities as text, however they were written', () => {
    const limits = { a: 1, b: '1Gi', c: 0.5, d: 12345678901234567890n };
    assert.deepEqual(read({ limits }, 'ResourceRequirements').object, {
      limits: { a: '1', b: '1Gi', c: '0.5', d: '12345678901234567890' },
    });
  });

  test('leaves out unknown fields with a warning', () => {
    const { object, errors, warnings } = read({ name: 'a', nmae: 'b', zzz: 1 }, 'Container');
    assert.deepEqual(
      { object, errors, warnings },
      {
        object: { name: 'a' },
        errors: [],
        warnings: ['nmae: unknown field, ignored: did you mean "name"?', 'zzz: unknown field, ignored'],
      },
    );
  });

  test('knows only its own fields, not those that every object has', () => {
    assert.deepEqual(read({ constructor: 1, toString: 1, hasOwnProperty: 1 }, 'Container').warnings.length, 3);
  });

  const WRONG: readonly (readonly [type: string, field: string, value: YamlValue, message: string])[] = [
    ['Container', 'name', 1, 'must be a string, not the number 1: put it in quotes'],
    ['Container', 'name', ['a'], 'must be a string, not a list'],
    ['Container', 'name', { a: 1 }, 'must be a string, not an object'],
    ['Container', 'command', 'sh -c', 'must be a list, not the string "sh -c"'],
    ['Container', 'command', { a: 1 }, 'must be a list, not an object'],
    ['Container', 'lifecycle', [], 'must be an object, not a list'],
    ['Container', 'tty', 'true', 'must be a boolean, not the string "true"'],
    ['ObjectMeta', 'labels', 'a=b', 'must be a map, not the string "a=b"'],
    ['ContainerPort', 'containerPort', '80', 'must be an integer, not the string "80"'],
    ['ContainerPort', 'containerPort', 80.5, 'must be an integer, not the number 80.5'],
    ['ContainerPort', 'containerPort', 2 ** 31, 'Invalid value: 2147483648: must be between -2147483648 and 2147483647, inclusive'],
    [
      'SleepAction',
      'seconds',
      12345678901234567890n,
      'Invalid value: 12345678901234567890: must be between -9007199254740992 and 9007199254740991, inclusive',
    ],
    ['SleepAction', 'seconds', Number.POSITIVE_INFINITY, 'must be an integer, not the number Infinity'],
    ['HTTPGetAction', 'port', true, 'must be an integer, not the boolean true'],
    ['EmptyDirVolumeSource', 'sizeLimit', true, 'must be a quantity, not the boolean true'],
    ['ObjectMeta', 'creationTimestamp', 'yesterday', 'Invalid value: "yesterday": must be a time as RFC 3339 spells it'],
    ['ContainerPort', 'protocol', 'tcp', 'Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"'],
  ];
  for (const [type, field, value, message] of WRONG) {
    test(`says of ${type}.${field}: ${message}`, () => assert.deepEqual(read({ [field]: value }, type).errors, [`${field}: ${message}`]));
  }

  test('reports every wrong field with its path', () => {
    const spec = { containers: [{ ports: [{ containerPort: 'x' }] }, { env: [{ name: 1 }] }] };
    assert.deepEqual(
      read({ spec }, 'Pod').errors.map((line) => line.split(':', 1)[0]),
      ['spec.containers[0].ports[0].containerPort', 'spec.containers[1].env[0].name'],
    );
  });
});
