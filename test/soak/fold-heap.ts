/**
 * A heap snapshot of V8 (the JSON of `v8.writeHeapSnapshot`) folded to how many objects each constructor has and how
 * many bytes they take themselves. The file is read as a stream: its edges, most of it, are only skipped.
 */
import { createReadStream } from 'node:fs';

export interface HeapEntry {
  readonly count: number;
  readonly bytes: number;
}

/**
 * By name: "PodWorker" for objects, "closure run" for functions; of everything else one entry a kind: "(string)", "(code)", "(array)".
 */
export type HeapFold = ReadonlyMap<string, HeapEntry>;

interface Header {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly unknown[] } };
}

/** What has a name that tells something, and how it is shown. */
const NAMED: Readonly<Record<string, (name: string) => string>> = {
  object: (name) => name,
  native: (name) => `native ${name}`,
  closure: (name) => `closure ${name}`,
};

export const foldHeapFile = (file: string): Promise<HeapFold> =>
  foldHeap(createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 }));

export async function foldHeap(chunks: AsyncIterable<string>): Promise<HeapFold> {
  const text = new ChunkedText(chunks);
  const head = await text.through('"nodes":[');
  const header = JSON.parse(`${head.slice(0, head.lastIndexOf(','))}}`) as Header;
  const nodes = new NodeCounter(header);
  await text.eachPartTo(']', (part) => nodes.read(part));
  nodes.end();
  await text.skipTo('"strings":[');
  return nodes.named(await text.strings(nodes.names()));
}

/** Node names of one kind come as numbers first: which strings they are is known at the end of the file. */
class NodeCounter {
  readonly #kinds: readonly string[];
  readonly #width: number;
  readonly #at: { readonly type: number; readonly name: number; readonly size: number };
  readonly #found = new Map<string, { kind: string; name: number | undefined; count: number; bytes: number }>();
  #row: number[] = [];
  #digits = '';

  constructor({ snapshot: { meta } }: Header) {
    const field = (name: string): number => {
      const at = meta.node_fields.indexOf(name);
      if (at < 0) throw new Error(`A node of this heap snapshot has no "${name}", but ${meta.node_fields.join(', ')}`);
      return at;
    };
    this.#width = meta.node_fields.length;
    this.#at = { type: field('type'), name: field('name'), size: field('self_size') };
    this.#kinds = meta.node_types[this.#at.type] as readonly string[];
  }

  /** Numbers with commas and line ends between; a part may end in the middle of one. */
  read(part: string): void {
    const pieces = (this.#digits + part).split(',');
    this.#digits = pieces.pop() ?? '';
    for (const piece of pieces) this.#take(Number(piece));
  }

  end(): void {
    if (this.#digits.trim() !== '') this.#take(Number(this.#digits));
    this.#digits = '';
  }

  names(): ReadonlySet<number> {
    return new Set([...this.#found.values()].flatMap(({ name }) => (name === undefined ? [] : [name])));
  }

  named(strings: ReadonlyMap<number, string>): HeapFold {
    const fold = new Map<string, HeapEntry>();
    for (const { kind, name, count, bytes } of this.#found.values()) {
      const shown = name === undefined ? `(${kind})` : (NAMED[kind]?.(strings.get(name) ?? '') ?? kind);
      const known = fold.get(shown) ?? { count: 0, bytes: 0 };
      fold.set(shown, { count: known.count + count, bytes: known.bytes + bytes });
    }
    return fold;
  }

  #take(value: number): void {
    this.#row.push(value);
    if (this.#row.length < this.#width) return;
    const { type, name, size } = this.#at;
    const kind = this.#kinds[this.#row[type] ?? -1] ?? 'unknown';
    const nameIndex = Object.hasOwn(NAMED, kind) ? this.#row[name] : undefined;
    const key = `${kind} ${nameIndex}`;
    const found = this.#found.get(key) ?? { kind, name: nameIndex, count: 0, bytes: 0 };
    found.count += 1;
    found.bytes += this.#row[size] ?? 0;
    this.#found.set(key, found);
    this.#row = [];
  }
}

/** Text that comes in parts, read from the front. */
class ChunkedText {
  readonly #chunks: AsyncIterator<string>;
  #rest = '';

  constructor(chunks: AsyncIterable<string>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** What comes before the marker, which is taken too. */
  async through(marker: string): Promise<string> {
    for (;;) {
      const at = this.#rest.indexOf(marker);
      if (at >= 0) {
        const before = this.#rest.slice(0, at);
        this.#rest = this.#rest.slice(at + marker.length);
        return before;
      }
      await this.#more(marker);
    }
  }

  async skipTo(marker: string): Promise<void> {
    while (!this.#rest.includes(marker)) {
      this.#rest = this.#rest.slice(-marker.length);
      await this.#more(marker);
    }
    await this.through(marker);
  }

  async eachPartTo(end: string, take: (part: string) => void): Promise<void> {
    while (!this.#rest.includes(end)) {
      take(this.#rest);
      this.#rest = '';
      await this.#more(end);
    }
    take(await this.through(end));
  }

  /** The strings of a JSON list whose bracket is open, those at the wanted places. */
  async strings(wanted: ReadonlySet<number>): Promise<ReadonlyMap<number, string>> {
    const found = new Map<number, string>();
    const literal = /"(?:[^"\\]|\\.)*"/gy;
    for (let index = 0; ; index += 1) {
      let text = await this.#literal(literal);
      if (text === undefined) return found;
      if (!wanted.has(index)) continue;
      text = JSON.parse(text) as string;
      found.set(index, text);
    }
  }

  /** The next string with its quotes; undefined at the end of the list. */
  async #literal(literal: RegExp): Promise<string | undefined> {
    for (;;) {
      const start = this.#rest.search(/["\]]/);
      if (start >= 0 && this.#rest[start] === ']') return undefined;
      literal.lastIndex = start;
      const text = start < 0 ? undefined : literal.exec(this.#rest)?.[0];
      if (text !== undefined) {
        this.#rest = this.#rest.slice(start + text.length);
        return text;
      }
      await this.#more('the end of the strings');
    }
  }

  async #more(awaited: string): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw new Error(`The heap snapshot ends before ${awaited}`);
    this.#rest += value;
  }
}
