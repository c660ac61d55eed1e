/**
 * Lines of the CRI log format: `2016-10-06T00:17:09.669794202Z stdout F the text`. The tag `P` marks a piece of a line
 * that goes on in the next entry of its stream, `F` the last or only piece; further tags may follow after colons.
 * https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 *
 * Pieces are joined as bytes, since the runtime may cut in the middle of a character. What does not look like an entry
 * is skipped. Memory is bounded by one line a stream and one unfinished entry.
 */
import { type ContainerLogLine, keptBytesOfLine } from '../ports/container-logs.ts';

type Stream = ContainerLogLine['stream'];

/** Longest unfinished entry: the runtime's pieces are 16 KiB, and what is longer is no log of a runtime. */
const longestEntryBytes = 4 * keptBytesOfLine;

const newline = 0x0a;
const space = 0x20;

export interface CriLogEntry {
  readonly time: string;
  readonly stream: Stream;
  readonly partial: boolean;
  readonly content: Buffer;
}

interface OpenLine {
  /** Of its first piece. */
  readonly time: string;
  readonly pieces: Buffer[];
  keptBytes: number;
  cutBytes: number;
}

export class CriLogParser {
  readonly #open = new Map<Stream, OpenLine>();
  #rest = Buffer.alloc(0);
  /** The unfinished entry is too long and is dropped up to its newline. */
  #skipping = false;

  /** Takes the next bytes of the file, cut anywhere; returns the lines that they complete. */
  push(chunk: Buffer): readonly ContainerLogLine[] {
    const lines: ContainerLogLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const entry = this.#skipping ? undefined : parseEntry(Buffer.concat([this.#rest, chunk.subarray(start, end)]));
      const line = entry === undefined ? undefined : this.#join(entry);
      if (line !== undefined) lines.push(line);
      this.#rest = Buffer.alloc(0);
      this.#skipping = false;
      start = end + 1;
    }
    this.#keepRest(chunk.subarray(start));
    return lines;
  }

  /** The next bytes begin a file: an unfinished entry is dropped, a line may go on. */
  startFile(): void {
    this.#rest = Buffer.alloc(0);
    this.#skipping = false;
  }

  /** Nothing more comes: returns the lines whose last piece never came. */
  end(): readonly ContainerLogLine[] {
    const lines = [...this.#open].map(([stream, open]) => completed(stream, open));
    this.#open.clear();
    return lines;
  }

  #keepRest(rest: Buffer): void {
    if (this.#skipping) return;
    this.#skipping = this.#rest.length + rest.length > longestEntryBytes;
    this.#rest = this.#skipping ? Buffer.alloc(0) : Buffer.concat([this.#rest, rest]);
  }

  #join({ time, stream, partial, content }: CriLogEntry): ContainerLogLine | undefined {
    const open = this.#open.get(stream) ?? { time, pieces: [], keptBytes: 0, cutBytes: 0 };
    const kept = content.subarray(0, keptBytesOfLine - open.keptBytes);
    if (kept.length > 0) open.pieces.push(kept);
    open.keptBytes += kept.length;
    open.cutBytes += content.length - kept.length;
    if (partial) {
      this.#open.set(stream, open);
      return undefined;
    }
    this.#open.delete(stream);
    return completed(stream, open);
  }
}

const completed = (stream: Stream, { time, pieces, cutBytes }: OpenLine): ContainerLogLine => ({
  time,
  stream,
  text: Buffer.concat(pieces).toString('utf8'),
  cutBytes,
});

/** One line of the file, without its newline; undefined when it is no entry. */
export function parseEntry(bytes: Buffer): CriLogEntry | undefined {
  const timeEnd = bytes.indexOf(space);
  const streamEnd = bytes.indexOf(space, timeEnd + 1);
  // An empty line may come without the space before its text.
  const tagEnd = bytes.indexOf(space, streamEnd + 1);
  if (timeEnd < 0 || streamEnd <= timeEnd) return undefined;
  const timeMs = Date.parse(bytes.toString('latin1', 0, timeEnd));
  const stream = bytes.toString('latin1', timeEnd + 1, streamEnd);
  const [tag] = bytes.toString('latin1', streamEnd + 1, tagEnd < 0 ? bytes.length : tagEnd).split(':');
  if (Number.isNaN(timeMs) || !isStream(stream) || !(tag === 'P' || tag === 'F')) return undefined;
  const content = tagEnd < 0 ? Buffer.alloc(0) : bytes.subarray(tagEnd + 1);
  return { time: new Date(timeMs).toISOString(), stream, partial: tag === 'P', content };
}

const isStream = (text: string): text is Stream => text === 'stdout' || text === 'stderr';
