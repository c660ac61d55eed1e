import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readApiSchema } from '../schema/read-api-schema.ts';
import { StatusError } from '../status-error.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { FIELD_NUMBERS } from './field-numbers.ts';

const schema = readApiSchema();

/** Writes what the decoder reads: fields of a message, a number or bytes each. */
function message(...fields: readonly (readonly [number: number, value: bigint | string | Uint8Array])[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'bigint') return Buffer.concat([varint(BigInt(number) << 3n), varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes]);
    }),
  );
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(left)]);
}

const envelope = (apiVersion: string, kind: string, raw: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), message([1, message([1, apiVersion], [2, kind])], [2, raw], [3, ''], [4, ''])]);

const decode = (bytes: Uint8Array) => decodeProtobuf(bytes, schema);

describe('decodeProtobuf', () => {
  it('reads what kubectl 1.32 sends for `create configmap x --from-literal=a=b`', () => {
    const sent =
      '6b387300 0a0f 0a027631 1209436f6e6669674d6170 121b 0a11 0a0178 1200 1a00 2200 2a00 3200 3800 4200 1206 0a0161 120162 1a00 2200';
    const object = decode(Buffer.from(sent.replaceAll(' ', ''), 'hex'));
    assert.deepEqual(object, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } });
  });

  it('reads maps, lists, bytes, times, negative numbers and nested objects', () => {
    const owner = message([1, 'Pod'], [3, 'web'], [4, 'u'], [5, 'v1'], [6, 1n]);
    const metadata = message(
      [1, 'one'],
      [7, 0n],
      [8, message([1, 1_893_456_000n])],
      [11, message([1, 'l'], [2, '1'])],
      [13, owner],
      [14, 'f/a'],
      [14, 'f/b'],
    );
    const secret = message([1, metadata], [2, message([1, 'k'], [2, Buffer.from([0, 255])])], [3, 'Opaque'], [5, 0n]);
    assert.deepEqual(decode(envelope('v1', 'Secret', secret)), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'one',
        creationTimestamp: '2030-01-01T00:00:00Z',
        labels: { l: '1' },
        ownerReferences: [{ kind: 'Pod', name: 'web', uid: 'u', apiVersion: 'v1', controller: true }],
        finalizers: ['f/a', 'f/b'],
      },
      data: { k: Buffer.from([0, 255]).toString('base64') },
      type: 'Opaque',
      immutable: false,
    });
    const lease = message([2, message([1, 'n'], [2, 40n], [4, message([1, 1_893_456_000n], [2, 1_500_000n])])]);
    assert.deepEqual(decode(envelope('coordination.k8s.io/v1', 'Lease', lease))['spec'], {
      holderIdentity: 'n',
      leaseDurationSeconds: 40,
      renewTime: '2030-01-01T00:00:00.001500Z',
    });
    const eviction = message([1, message([1, 'web'])], [2, message([1, -1n], [2, message([1, 'u'])], [5, 'All'])]);
    assert.deepEqual(decode(envelope('policy/v1', 'Eviction', eviction))['deleteOptions'], {
      gracePeriodSeconds: -1,
      preconditions: { uid: 'u' },
      dryRun: ['All'],
    });
    const ports = [
      message([1, 'a'], [3, 80n], [4, message([1, 1n], [3, 'http'])]),
      message([3, 81n], [4, message([1, 0n], [2, 8081n])], [5, 0n]),
    ];
    assert.deepEqual(decode(envelope('v1', 'Service', message([2, message(...ports.map((port) => [1, port] as const))])))['spec'], {
      ports: [
        { name: 'a', port: 80, targetPort: 'http' },
        { port: 81, targetPort: 8081 },
      ],
    });
    const extra = message([5, message([1, 'scopes'], [2, message([1, 'a'], [1, 'b'])])]);
    assert.deepEqual(decode(envelope('authorization.k8s.io/v1', 'SubjectAccessReview', message([2, extra])))['spec'], {
      extra: { scopes: ['a', 'b'] },
    });
  });

  it('passes over fields that it does not know', () => {
    const newer = message([1, message([1, 'one'], [99, 'later'])], [98, 5n]);
    assert.deepEqual(decode(envelope('v1', 'ConfigMap', newer))['metadata'], { name: 'one' });
  });

  it('says which kind it does not read in this form', () => {
    assert.throws(
      () => decode(envelope('v1', 'Pod', message())),
      (error: StatusError) => error.code === 415 && /kind "Pod"/.test(error.message),
    );
    assert.throws(
      () => decode(envelope('v1', '__proto__', message())),
      (error: StatusError) => error.code === 415,
    );
  });

  it('refuses bytes that are no protobuf, never worse', () => {
    assert.throws(() => decode(Buffer.from('{"kind":"ConfigMap"}')), /is not valid protobuf/);
    const good = envelope('v1', 'ConfigMap', message([1, message([1, 'one'])], [2, message([1, 'k'], [2, 'v'])]));
    for (let length = 0; length < good.length; length += 1) {
      // A message without its end may be one with less in it: it is read or refused, and nothing else.
      try {
        decode(good.subarray(0, length));
      } catch (error) {
        assert.ok(error instanceof StatusError);
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('ConfigMap', 'Secret', 'Service', 'Event'), (raw, kind) => {
        try {
          decode(envelope('v1', kind, raw));
        } catch (error) {
          assert.ok(error instanceof StatusError, String(error));
        }
      }),
    );
  });

  it('knows no field that the schema does not, and no number twice in a type', () => {
    for (const [name, row] of Object.entries(FIELD_NUMBERS)) {
      const fields = row
        .split(' ')
        .filter((field) => field !== '')
        .map((field) => field.split('=') as [string, string]);
      for (const [field] of fields) assert.ok(schema.type(name)?.fields[field] !== undefined, `${name}.${field}`);
      assert.equal(new Set(fields.map(([, number]) => Number.parseInt(number, 10))).size, fields.length, name);
    }
  });
});
