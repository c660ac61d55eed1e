import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeHeapSnapshot } from 'node:v8';
import { foldHeap, foldHeapFile, type HeapSnapshot } from './fold-heap.ts';

interface Node {
  readonly kind: string;
  readonly name: string;
  /** [kind, name, to which node] */
  readonly holds?: readonly (readonly [string, string, number])[];
}

const KINDS = ['synthetic', 'object', 'closure', 'string', 'code'];
const EDGE_KINDS = ['property', 'weak', 'element'];
const BYTES = 8;

/** The first node is the root. */
function snapshotOf(nodes: readonly Node[]): HeapSnapshot {
  const strings: string[] = [];
  const stringIndex = (text: string): number => (strings.includes(text) ? strings.indexOf(text) : strings.push(text) - 1);
  return {
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
        node_types: [KINDS, 'string', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [EDGE_KINDS, 'string_or_number', 'node'],
      },
    },
    nodes: nodes.flatMap(({ kind, name, holds = [] }, id) => [KINDS.indexOf(kind), stringIndex(name), id, BYTES, holds.length]),
    edges: nodes.flatMap(({ holds = [] }) =>
      holds.flatMap(([kind, name, to]) => [EDGE_KINDS.indexOf(kind), kind === 'element' ? Number(name) : stringIndex(name), to * 5]),
    ),
    strings,
  };
}

const counts = (nodes: readonly Node[], ...rest: Parameters<typeof foldHeap> extends [unknown, ...infer R] ? R : never) =>
  Object.fromEntries([...foldHeap(snapshotOf(nodes), ...rest)].map(([name, { count }]) => [name, count]));

describe('foldHeap', () => {
  it('counts objects and closures by name, and everything else by kind', () => {
    const holds = [1, 2, 3, 4, 5].map((to) => ['element', String(to), to] as const);
    const all = foldHeap(
      snapshotOf([
        { kind: 'synthetic', name: 'root', holds },
        { kind: 'object', name: 'Map' },
        { kind: 'object', name: 'Map' },
        { kind: 'closure', name: 'run' },
        { kind: 'string', name: 'some text' },
        { kind: 'string', name: 'other text' },
      ]),
    );
    deepEqual(Object.fromEntries(all), {
      '(synthetic)': { count: 1, bytes: BYTES },
      Map: { count: 2, bytes: 2 * BYTES },
      'closure run': { count: 1, bytes: BYTES },
      '(string)': { count: 2, bytes: 2 * BYTES },
    });
  });

  it('counts once what is held twice, and not what is held weakly', () => {
    const nodes: readonly Node[] = [
      {
        kind: 'synthetic',
        name: 'root',
        holds: [
          ['element', '0', 1],
          ['element', '1', 2],
          ['weak', 'w', 3],
        ],
      },
      { kind: 'object', name: 'A', holds: [['property', 'b', 2]] },
      { kind: 'object', name: 'B', holds: [['property', 'a', 1]] },
      { kind: 'object', name: 'Weak' },
    ];
    deepEqual(counts(nodes), { '(synthetic)': 1, A: 1, B: 1 });
  });

  it('leaves out what V8 notes of literals, and what a bounded cache holds, unless somebody else holds it too', () => {
    const nodes: readonly Node[] = [
      {
        kind: 'synthetic',
        name: 'root',
        holds: [
          ['element', '0', 1],
          ['element', '1', 2],
          ['element', '2', 5],
        ],
      },
      { kind: 'code', name: 'system / AllocationSite', holds: [['property', 'transition_info', 3]] },
      {
        kind: 'object',
        name: 'Owner',
        holds: [
          ['property', '#kept', 4],
          ['property', '#other', 6],
        ],
      },
      { kind: 'object', name: 'Literal' },
      { kind: 'object', name: 'Kept', holds: [['property', 'shared', 5]] },
      { kind: 'object', name: 'Shared' },
      { kind: 'object', name: 'Other' },
    ];
    deepEqual(counts(nodes, [{ owner: 'Owner', field: '#kept' }]), { '(synthetic)': 1, '(code)': 1, Owner: 1, Shared: 1, Other: 1 });
    deepEqual(counts(nodes), { '(synthetic)': 1, '(code)': 1, Owner: 1, Kept: 1, Shared: 1, Other: 1 });
  });

  it('refuses nodes without a size', () => {
    const snapshot = snapshotOf([{ kind: 'synthetic', name: 'root' }]);
    const { meta } = snapshot.snapshot;
    const other = {
      ...snapshot,
      snapshot: { meta: { ...meta, node_fields: meta.node_fields.map((name) => name.replace('self_size', 'weight')) } },
    };
    throws(() => foldHeap(other), /has no "self_size"/);
  });
});

describe('foldHeapFile', () => {
  it('finds the objects of a real heap, each once, and those of a cache not', async () => {
    class OnlyInThisTest {
      readonly name = 'kept';
    }
    class CacheInThisTest {
      readonly #kept = Array.from({ length: 12 }, () => new OnlyInThisTest());
      get size(): number {
        return this.#kept.length;
      }
    }
    const kept = Array.from({ length: 37 }, () => new OnlyInThisTest());
    const cache = new CacheInThisTest();
    const directory = await mkdtemp(join(tmpdir(), 'hooklet-heap-'));
    try {
      const file = writeHeapSnapshot(join(directory, 'heap.heapsnapshot'));
      const heap = await foldHeapFile(file);
      equal(heap.get('OnlyInThisTest')?.count, kept.length + cache.size);
      ok((heap.get('Map')?.count ?? 0) > 0 && (heap.get('(string)')?.count ?? 0) > 100);
      const without = await foldHeapFile(file, [{ owner: 'CacheInThisTest', field: '#kept' }]);
      equal(without.get('OnlyInThisTest')?.count, kept.length);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
