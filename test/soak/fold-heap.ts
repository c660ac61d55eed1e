/**
 * A heap snapshot of V8 (the JSON of `v8.writeHeapSnapshot`) folded to how many objects each constructor has and how
 * many bytes they take themselves. Counted is what the program reaches; what only V8 or a bounded cache holds is not.
 */
import { readFile } from 'node:fs/promises';

export interface HeapEntry {
  readonly count: number;
  readonly bytes: number;
}

/**
 * By name: "PodWorker" for objects, "closure run" for functions; of everything else one entry a kind: "(string)", "(code)", "(array)".
 */
export type HeapFold = ReadonlyMap<string, HeapEntry>;

/** As far as anybody here asks (`src/profiler/heap-snapshot-generator.cc` of V8). */
export interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly unknown[];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly unknown[];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** A field that a class keeps a bounded number of things in: full sooner or later, and no leak. */
export interface BoundedCache {
  readonly owner: string;
  readonly field: string;
}

/** What V8 notes of a literal in code that ran twice: a copy of the object. There are more of them the more code has run. */
const LITERAL_NOTES = 'system / AllocationSite';

/** What has a name that tells something, and how it is shown. */
const NAMED: Readonly<Record<string, (name: string) => string>> = {
  object: (name) => name,
  native: (name) => `native ${name}`,
  closure: (name) => `closure ${name}`,
};

export async function foldHeapFile(file: string, caches: readonly BoundedCache[] = []): Promise<HeapFold> {
  return foldHeap(JSON.parse(await readFile(file, 'utf8')) as HeapSnapshot, caches);
}

export function foldHeap(snapshot: HeapSnapshot, caches: readonly BoundedCache[] = []): HeapFold {
  const graph = new HeapGraph(snapshot);
  const fold = new Map<string, HeapEntry>();
  for (const node of graph.reached(caches)) {
    const kind = graph.kind(node);
    const shown = NAMED[kind]?.(graph.name(node)) ?? `(${kind})`;
    const known = fold.get(shown) ?? { count: 0, bytes: 0 };
    fold.set(shown, { count: known.count + 1, bytes: known.bytes + graph.bytes(node) });
  }
  return fold;
}

class HeapGraph {
  readonly #snapshot: HeapSnapshot;
  readonly #nodeAt: (node: number, field: string) => number;
  readonly #edgeAt: (edge: number, field: string) => number;
  readonly #nodeWidth: number;
  readonly #kinds: readonly string[];
  readonly #edgeKinds: readonly string[];
  /** Of each node its first edge; of the last one also where they end. */
  readonly #firstEdges: Uint32Array;

  constructor(snapshot: HeapSnapshot) {
    const { meta } = snapshot.snapshot;
    this.#snapshot = snapshot;
    this.#nodeAt = reader(snapshot.nodes, meta.node_fields);
    this.#edgeAt = reader(snapshot.edges, meta.edge_fields);
    this.#nodeWidth = meta.node_fields.length;
    this.#kinds = meta.node_types[meta.node_fields.indexOf('type')] as readonly string[];
    this.#edgeKinds = meta.edge_types[meta.edge_fields.indexOf('type')] as readonly string[];
    const count = snapshot.nodes.length / this.#nodeWidth;
    this.#firstEdges = new Uint32Array(count + 1);
    for (let node = 0; node < count; node += 1) {
      this.#firstEdges[node + 1] = (this.#firstEdges[node] ?? 0) + this.#nodeAt(node, 'edge_count');
    }
  }

  kind(node: number): string {
    return this.#kinds[this.#nodeAt(node, 'type')] ?? 'unknown';
  }

  name(node: number): string {
    return this.#snapshot.strings[this.#nodeAt(node, 'name')] ?? '';
  }

  bytes(node: number): number {
    return this.#nodeAt(node, 'self_size');
  }

  /** The nodes on the ways from the root, each once. */
  reached(caches: readonly BoundedCache[]): readonly number[] {
    const isSeen = new Uint8Array(this.#firstEdges.length);
    const found = [0];
    isSeen[0] = 1;
    // The list grows while it is walked.
    for (const node of found) {
      for (const next of this.#held(node, caches)) {
        if (isSeen[next] === 1) continue;
        isSeen[next] = 1;
        found.push(next);
      }
    }
    return found;
  }

  *#held(node: number, caches: readonly BoundedCache[]): Iterable<number> {
    const owner = this.name(node);
    if (owner === LITERAL_NOTES) return;
    const skipped = caches.filter((cache) => cache.owner === owner).map(({ field }) => field);
    for (let edge = this.#firstEdges[node] ?? 0; edge < (this.#firstEdges[node + 1] ?? 0); edge += 1) {
      const kind = this.#edgeKinds[this.#edgeAt(edge, 'type')];
      if (kind === 'weak') continue;
      if (kind === 'property' && skipped.includes(this.#snapshot.strings[this.#edgeAt(edge, 'name_or_index')] ?? '')) continue;
      yield this.#edgeAt(edge, 'to_node') / this.#nodeWidth;
    }
  }
}

/** Reads a field of the row of that number. */
function reader(rows: readonly number[], fields: readonly string[]): (row: number, field: string) => number {
  const places = new Map(fields.map((field, place) => [field, place]));
  return (row, field) => {
    const place = places.get(field);
    if (place === undefined) throw new Error(`This heap snapshot has no "${field}", but ${fields.join(', ')}`);
    return rows[row * fields.length + place] ?? 0;
  };
}
