/** One file out of a zip archive (APPNOTE.TXT 4.3), without a program of the host. */
import { type FileHandle, open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';

const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const DIRECTORY_SIZE = 46;
const LOCAL_SIZE = 30;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly size: number;
  readonly localAt: number;
}

/** The unpacked bytes of the entry of that name, as a stream. Throws when there is none, or it is not deflated. */
export async function openZipEntry(file: string, name: string): Promise<NodeJS.ReadableStream> {
  const archive = await open(file);
  try {
    const entry = (await readDirectory(archive)).find((each) => each.name === name);
    if (entry === undefined || entry.method !== DEFLATED) throw new Error(`${file} has no deflated entry ${name}`);
    const local = await readAt(archive, entry.localAt, LOCAL_SIZE);
    const start = entry.localAt + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28);
    const packed = archive.createReadStream({ start, end: start + entry.size - 1 });
    const unpacked = createInflateRaw();
    packed.once('error', (error) => unpacked.destroy(error));
    return packed.pipe(unpacked);
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function readDirectory(archive: FileHandle): Promise<readonly Entry[]> {
  const { size } = await archive.stat();
  const from = Math.max(0, size - END_SIZE - MAX_COMMENT);
  const tail = await readAt(archive, from, size - from);
  const end = [...tail.keys()].findLast((at) => at + END_SIZE <= tail.length && tail.readUInt32LE(at) === END_SIGNATURE);
  if (end === undefined) throw new Error('this is no zip archive');
  const directory = await readAt(archive, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries: Entry[] = [];
  for (let at = 0; at < directory.length; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + DIRECTORY_SIZE, at + DIRECTORY_SIZE + nameLength),
      method: directory.readUInt16LE(at + 10),
      size: directory.readUInt32LE(at + 20),
      localAt: directory.readUInt32LE(at + 42),
    });
    at += DIRECTORY_SIZE + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function readAt(archive: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await archive.read(buffer, 0, length, position);
  if (bytesRead < length) throw new Error('the zip archive ends too early');
  return buffer;
}
