/**
 * Where each file of a tar archive lies, without reading the files: an archive of gigabytes costs its headers.
 * Reads ustar, pax (path, linkpath, size) and GNU long names. What it meets comes from strangers: everything that is
 * read or kept is bounded, and every offset is checked against the size of the archive.
 */
import { HookletError } from '../ports/hooklet-error.ts';

export interface TarEntry {
  readonly kind: 'file' | 'link';
  readonly offset: number;
  readonly size: number;
  /** Of a link: the path in the archive it stands for. */
  readonly target?: string;
}

/** Bytes of the archive; a short read means its end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

const block = 512;
const maxEntries = 100_000;
const maxLongHeader = 1024 * 1024;

interface Extended {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
}

export async function indexTar(readAt: ReadAt, totalBytes: number): Promise<ReadonlyMap<string, TarEntry>> {
  const entries = new Map<string, TarEntry>();
  /** What extended headers say of the entry that follows them. */
  let said: Extended = {};
  for (let offset = 0, count = 0; offset + block <= totalBytes; count++) {
    if (count > maxEntries) throw bad(`it has more than ${maxEntries} entries`);
    const found = await readHeader(readAt, offset, said, totalBytes);
    if (found === undefined) break;
    offset = found.offset + Math.ceil(found.size / block) * block;
    if (isExtended(found.type)) {
      said = { ...said, ...(await readExtended(readAt, found)) };
    } else if (found.type !== 'g') {
      const entry = toEntry(found);
      if (entry !== undefined) entries.set(normalPath(found.path), entry);
      said = {};
    }
  }
  return entries;
}

interface Header {
  readonly type: string;
  readonly path: string;
  readonly linkpath: string;
  /** Of the data. */
  readonly offset: number;
  readonly size: number;
}

/** Undefined at the end of the archive. */
async function readHeader(readAt: ReadAt, at: number, said: Extended, totalBytes: number): Promise<Header | undefined> {
  const header = await readAt(at, block);
  if (header.length < block || header.every((byte) => byte === 0)) return undefined;
  checkSum(header, at);
  const type = String.fromCharCode(header[156] ?? 0);
  const size = (isExtended(type) ? undefined : said.size) ?? number(header, 124, 12);
  const offset = at + block;
  if (offset + size > totalBytes) throw bad(`the entry at byte ${at} goes beyond its end; the file is cut off`);
  return { type, path: said.path ?? headerPath(header), linkpath: said.linkpath ?? text(header, 157, 100), offset, size };
}

const isExtended = (type: string): boolean => type === 'x' || type === 'L' || type === 'K';

async function readExtended(readAt: ReadAt, { type, offset, size }: Header): Promise<Extended> {
  if (size > maxLongHeader) throw bad(`the header at byte ${offset - block} has ${size} bytes`);
  return extended(type, await readAt(offset, size));
}

function toEntry({ type, path, linkpath, offset, size }: Header): TarEntry | undefined {
  if (type === '0' || type === '\0' || type === '7') return { kind: 'file', offset, size };
  if (type !== '1' && type !== '2') return undefined;
  // A symbolic link is relative to its own folder, a hard link to the root of the archive.
  const target = type === '1' ? linkpath : `${path.slice(0, path.lastIndexOf('/') + 1)}${linkpath}`;
  return { kind: 'link', offset, size: 0, target: normalPath(target) };
}

/** "./a//b/../c" is "a/c"; a path can not leave the archive. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function extended(type: string, data: Buffer): Extended {
  if (type === 'L') return { path: text(data, 0, data.length) };
  if (type === 'K') return { linkpath: text(data, 0, data.length) };
  const found: { path?: string; linkpath?: string; size?: number } = {};
  // Records are "<length of the record> <key>=<value>\n".
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(data.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > data.length) throw bad('an extended header is broken');
    const record = data.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    if (key === 'path' || key === 'linkpath') found[key] = value;
    if (key === 'size') found.size = checkedSize(Number(value));
    at += length;
  }
  return found;
}

function headerPath(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** Octal digits, or (first bit set) a big-endian number, which GNU tar writes for files above 8 GiB. */
function number(header: Buffer, start: number, length: number): number {
  const field = header.subarray(start, start + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    return checkedSize(field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x7f));
  }
  const digits = field.toString('latin1').replace(/[\0 ]/g, '');
  if (!/^[0-7]*$/.test(digits)) throw bad('a size is no number');
  return checkedSize(Number.parseInt(digits === '' ? '0' : digits, 8));
}

function checkedSize(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw bad('a size is out of range');
  return size;
}

function checkSum(header: Buffer, offset: number): void {
  const stored = Number.parseInt(header.toString('latin1', 148, 156).replace(/[\0 ]/g, ''), 8);
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 0x20 : (header[i] ?? 0);
  if (sum !== stored) throw bad(offset === 0 ? 'it is no tar file' : `the header at byte ${offset} is broken`);
}

const bad = (why: string): HookletError => new HookletError('badInput', why);
