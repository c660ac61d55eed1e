import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readApiSchema } from './read-api-schema.ts';
import { findStrictErrors } from './strict-errors.ts';

const schema = readApiSchema();
const inPod = (text: string) => findStrictErrors(text, { kind: 'ref', name: 'Pod' }, schema);

describe('findStrictErrors()', () => {
  it('tells unknown and duplicate fields in the order of the text', () => {
    const text = `{ "apiVersion": "v1", "spec": {
      "containers": [ {"name": "a", "nam": 1, "name": "b", "env": [{"name":"x"},{"name":"y","name":"z"}]} , {"lifecycle":{"preStop":{"exek":{}}}} ],
      "foo": {"a": {"b": [1, "}", {"c": null, "c": 2}]}}, "hostname": "x" }, "metadata": {"labels": {"a/b": "1", "a/b": "2"}}, "spec": {} }`;
    assert.deepEqual(inPod(text), [
      'unknown field "spec.containers[0].nam"',
      'duplicate field "spec.containers[0].name"',
      'duplicate field "spec.containers[0].env[1].name"',
      'unknown field "spec.containers[1].lifecycle.preStop.exek"',
      'unknown field "spec.foo"',
      'duplicate field "metadata.labels.a/b"',
      'duplicate field "spec"',
    ]);
  });

  it('tells names apart by their case, and reads escapes', () => {
    assert.deepEqual(inPod('{"Spec":{}, "spec":{}, "sp\\u0065c":{}, "x\\"y\\\\": "\\\\"}'), [
      'unknown field "Spec"',
      'duplicate field "spec"',
      'unknown field "x\\"y\\\\"',
    ]);
  });

  it('knows no names that objects have by birth', () => {
    assert.deepEqual(inPod('{"__proto__":{}, "constructor": 1, "metadata": {"labels": {"__proto__": "a"}}}'), [
      'unknown field "__proto__"',
      'unknown field "constructor"',
    ]);
  });

  it('judges nothing in values without a type, nor where a value has another type than it should', () => {
    assert.deepEqual(inPod('{"metadata": {"managedFields": [{"fieldsV1": {"f:a": {}, "f:a": {}}}]}}'), []);
    assert.deepEqual(inPod('{"spec": [{"a": 1, "a": 2}], "metadata": {"name": {"b": 1, "b": 2}}, "status": 7}'), []);
    assert.deepEqual(inPod('[{"a":1}]'), []);
  });

  it('tells each once, and no more than 100', () => {
    assert.deepEqual(inPod('{"x":1,"x":2}'), ['unknown field "x"']);
    const many = `{${Array.from({ length: 200 }, (_, index) => `"x${index}":1`).join()}}`;
    assert.equal(inPod(many).length, 100);
  });

  it('passes over unknown values of any depth without recursion', () => {
    const deep = 200_000;
    assert.deepEqual(inPod(`{"foo":${'['.repeat(deep)}${']'.repeat(deep)},"bar":1}`), ['unknown field "foo"', 'unknown field "bar"']);
  });

  it('finds exactly the duplicates of a text without types', () => {
    fc.assert(
      fc.property(anyNode, fc.constantFrom('', ' ', '\n\t'), (node, space) => {
        const expected = new Set<string>();
        const text = write(node, '', { space, expected });
        JSON.parse(text);
        assert.deepEqual(findStrictErrors(text, undefined, schema), [...expected].slice(0, 100));
      }),
    );
  });
});

/** A value of JSON whose objects are lists of members, so that a name may come twice. */
type Node = { readonly scalar: unknown } | { readonly list: readonly Node[] } | { readonly members: readonly (readonly [string, Node])[] };

const { node: anyNode } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.record({ scalar: fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)) }),
    fc.record({ list: fc.array(tie('node'), { maxLength: 4 }) }),
    fc.record({ members: fc.array(fc.tuple(fc.oneof(fc.constantFrom('a', 'b', '"', '\\'), fc.string()), tie('node')), { maxLength: 5 }) }),
  ),
}));

interface Writing {
  readonly space: string;
  readonly expected: Set<string>;
}

function write(node: Node, path: string, writing: Writing): string {
  const { space, expected } = writing;
  if ('scalar' in node) return space + JSON.stringify(node.scalar) + space;
  if ('list' in node) return `${space}[${space}${node.list.map((one, index) => write(one, `${path}[${index}]`, writing)).join()}]${space}`;
  const seen = new Set<string>();
  const members = node.members.map(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (seen.has(name)) expected.add(`duplicate field ${JSON.stringify(at)}`);
    seen.add(name);
    return `${space}${JSON.stringify(name)}${space}:${write(one, at, writing)}`;
  });
  return `${space}{${members.join()}${space}}${space}`;
}
