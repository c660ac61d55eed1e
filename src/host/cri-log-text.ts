/**
 * A log of the CRI format → the bytes that the container wrote, both streams as they came
 * (`cri-client/pkg/logs/logs.go`). What does not look like an entry is skipped. Memory: one unfinished entry.
 *
 * Pieces of a line go out as they come: a line may have any length. Only a line's beginning carries its time.
 */
import { keptBytesOfLine } from '../ports/container-logs.ts';
import type { LogOptions } from '../ports/pod-streams.ts';
import { parseEntry } from './cri-log-parser.ts';

/** Longest unfinished entry: the runtime's pieces are 16 KiB, and what is longer is no log of a runtime. */
const longestEntryBytes = 4 * keptBytesOfLine;
const NEWLINE = 0x0a;
const NEWLINE_BYTES = Buffer.of(NEWLINE);

export class CriLogText {
  readonly #options: LogOptions;
  #left: number;
  #rest = Buffer.alloc(0);
  /** The unfinished entry is too long and is dropped up to its newline. */
  #skipping = false;
  /** Streams whose line goes on in their next entry. */
  readonly #open = new Set<string>();

  constructor(options: LogOptions) {
    this.#options = options;
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The limit is reached: nothing more will come. */
  get isFull(): boolean {
    return this.#left <= 0;
  }

  /** Takes the next bytes of the file, cut anywhere; returns what they tell. */
  push(chunk: Buffer): Buffer {
    const out: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0 && !this.isFull; end = chunk.indexOf(NEWLINE, start)) {
      if (!this.#skipping) this.#tell(this.#entryOf(chunk.subarray(start, end)), out);
      this.#rest = Buffer.alloc(0);
      this.#skipping = false;
      start = end + 1;
    }
    this.#keepRest(chunk.subarray(start));
    return Buffer.concat(out);
  }

  /** The next bytes begin a file: an unfinished entry is dropped, a line may go on. */
  startFile(): void {
    this.#rest = Buffer.alloc(0);
    this.#skipping = false;
  }

  #entryOf(end: Buffer): Buffer {
    return this.#rest.length === 0 ? end : Buffer.concat([this.#rest, end]);
  }

  #keepRest(rest: Buffer): void {
    if (this.#skipping) return;
    this.#skipping = this.#rest.length + rest.length > longestEntryBytes;
    // Copied: the chunk is the reader's, who fills it anew.
    this.#rest = this.#skipping ? Buffer.alloc(0) : Buffer.concat([this.#rest, rest]);
  }

  #tell(bytes: Buffer, out: Buffer[]): void {
    const entry = parseEntry(bytes);
    if (entry === undefined) return;
    const { stream, partial, content, time } = entry;
    const goesOn = this.#open.has(stream);
    if (partial) this.#open.add(stream);
    else this.#open.delete(stream);
    const { sinceWallMs, timestamps } = this.#options;
    if (sinceWallMs !== undefined && Date.parse(time) < sinceWallMs) return;
    if (timestamps && !goesOn) this.#write(Buffer.from(`${fixedTime(bytes)} `), out);
    this.#write(content, out);
    if (!partial) this.#write(NEWLINE_BYTES, out);
  }

  #write(bytes: Buffer, out: Buffer[]): void {
    const kept = bytes.subarray(0, Math.max(0, this.#left));
    this.#left -= kept.length;
    if (kept.length > 0) out.push(Buffer.from(kept));
  }
}

/** The time of an entry with all nine digits, in the zone that the runtime wrote it in (`RFC3339NanoFixed`). */
function fixedTime(entry: Buffer): string {
  const text = entry.toString('latin1', 0, entry.indexOf(0x20));
  const match = /^([^.]*:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  return match === null ? text : `${match[1]}.${(match[2] ?? '').padEnd(9, '0')}${match[3]}`;
}
