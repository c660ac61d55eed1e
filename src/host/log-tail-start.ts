/** Where the last lines of a log begin, found from its end: how long the log is costs nothing. */
import type { FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;
/** Time, stream and tag of an entry stand in its first bytes. */
const HEAD_BYTES = 64;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/**
 * The position in a log of the CRI format after which `lines` lines follow, or all there are. A line counts once, in
 * however many pieces it was written; what the end of the log has of an unfinished one counts too.
 */
export async function logTailStart(file: FileHandle, size: number, lines: number): Promise<number> {
  if (lines <= 0) return size;
  const counter = new LineCounter(lines);
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size));
  // Of the entry that is being looked at, from the back: where it ends, and the beginning of it as far as it is known.
  let entryEnd: number | undefined;
  let head = Buffer.alloc(0);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    const { bytesRead } = await file.read(chunk, 0, end - start, start);
    const bytes = chunk.subarray(0, bytesRead);
    let scanEnd = bytes.length;
    for (let at = lastNewline(bytes, scanEnd); at >= 0; at = lastNewline(bytes, scanEnd)) {
      if (entryEnd !== undefined && counter.isBefore(headOf(bytes.subarray(at + 1, scanEnd), head))) return entryEnd;
      entryEnd = start + at + 1;
      scanEnd = at;
      head = Buffer.alloc(0);
    }
    head = headOf(bytes.subarray(0, scanEnd), head);
    end = start;
  }
  return entryEnd !== undefined && counter.isBefore(head) ? entryEnd : 0;
}

const lastNewline = (bytes: Buffer, end: number): number => (end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1));

const headOf = (first: Buffer, then: Buffer): Buffer<ArrayBuffer> =>
  Buffer.concat([first.subarray(0, HEAD_BYTES), then]).subarray(0, HEAD_BYTES);

/** Is shown the entries of a log from the last to the first. */
class LineCounter {
  readonly #wanted: number;
  #found = 0;
  #isFirst = true;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** True for the first entry, from the back, that ends a line which is not wanted any more. */
  isBefore(head: Buffer): boolean {
    const tag = tagOf(head);
    if (tag === undefined) return false;
    const endsLine = tag === 'F' || this.#isFirst;
    this.#isFirst = false;
    if (!endsLine) return false;
    if (this.#found === this.#wanted) return true;
    this.#found += 1;
    return false;
  }
}

function tagOf(head: Buffer): 'F' | 'P' | undefined {
  const streamEnd = head.indexOf(SPACE, head.indexOf(SPACE) + 1);
  const tag = streamEnd < 0 ? '' : String.fromCharCode(head[streamEnd + 1] ?? 0);
  return tag === 'F' || tag === 'P' ? tag : undefined;
}
