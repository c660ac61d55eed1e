import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { encodeV2Document } from './openapi-v2-protobuf.ts';

/** The values of one field of a message, as bytes. */
function fieldsOf(message: Uint8Array, wanted: number): readonly Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType !== 2) reader.skip(wireType);
    else if (number === wanted) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}

const only = (message: Uint8Array, ...path: readonly number[]): Uint8Array =>
  path.reduce((inner, number) => {
    const found = fieldsOf(inner, number);
    assert.equal(found.length, 1, `field ${number}`);
    return found[0] as Uint8Array;
  }, message);

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('encodeV2Document()', () => {
  it('writes the numbers of gnostic: a definition with its fields and its kind', () => {
    const kind = [{ group: '', kind: 'Pod', version: 'v1' }];
    const message = encodeV2Document({
      swagger: '2.0',
      definitions: {
        Pod: {
          description: 'what it is',
          type: 'object',
          required: ['a', 'b'],
          properties: { a: { type: 'array', items: { $ref: '#/definitions/Pod' } }, b: { type: 'string', enum: ['x'], default: 'x' } },
          'x-kubernetes-group-version-kind': kind,
        },
      },
    });
    assert.equal(textOf(only(message, 1)), '2.0');
    const named = only(message, 9, 1);
    assert.equal(textOf(only(named, 1)), 'Pod');
    const schema = only(named, 2);
    assert.equal(textOf(only(schema, 4)), 'what it is');
    assert.equal(textOf(only(schema, 22, 1)), 'object');
    assert.deepEqual(fieldsOf(schema, 19).map(textOf), ['a', 'b']);
    const extension = only(schema, 31);
    assert.deepEqual([textOf(only(extension, 1)), JSON.parse(textOf(only(extension, 2, 2)))], ['x-kubernetes-group-version-kind', kind]);
    const [a, b] = fieldsOf(only(schema, 25), 1) as [Uint8Array, Uint8Array];
    assert.deepEqual([textOf(only(a, 1)), textOf(only(a, 2, 23, 1, 1))], ['a', '#/definitions/Pod']);
    assert.deepEqual([textOf(only(b, 1)), textOf(only(b, 2, 20, 2)), textOf(only(b, 2, 5, 2))], ['b', '"x"', '"x"']);
  });

  it('writes parameters by where they are, and answers by their code', () => {
    const parameters = [
      { name: 'dryRun', in: 'query', type: 'string', description: 'd' },
      { name: 'body', in: 'body', required: true, schema: { type: 'object' } },
    ];
    const patch = { consumes: ['a/b', 'c/d'], parameters, responses: { 200: { description: 'OK', schema: { type: 'object' } } } };
    const message = encodeV2Document({
      paths: { '/p': { patch, parameters: [{ name: 'name', in: 'path', required: true, type: 'string' }] } },
    });
    const path = only(message, 8, 2);
    assert.equal(textOf(only(path, 1)), '/p');
    const operation = only(path, 2, 8);
    assert.deepEqual(fieldsOf(operation, 7).map(textOf), ['a/b', 'c/d']);
    const [query, body] = fieldsOf(operation, 8) as [Uint8Array, Uint8Array];
    assert.equal(textOf(only(query, 1, 2, 3, 4)), 'dryRun');
    assert.equal(textOf(only(body, 1, 1, 5, 22, 1)), 'object');
    assert.equal(textOf(only(path, 2, 9, 1, 2, 4, 4)), 'name');
    const answer = only(operation, 9, 1);
    assert.deepEqual([textOf(only(answer, 1)), textOf(only(answer, 2, 1, 1))], ['200', 'OK']);
  });

  it('refuses what it would have to leave out', () => {
    assert.throws(() => encodeV2Document({ info: { title: 't', licence: 'l' } }), /Info\.licence is not in scripts\/api-schema/);
  });
});
