import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { LOG_BYTES, LOG_LINES } from '../core/container/termination-message.ts';
import { parseEntry } from './cri-log-parser.ts';

/** More than the last lines that count can take, unless they are longer than what counts of them. */
const READ_BYTES = 64 * 1024;

/**
 * What a container wrote last, both streams as they came: at most 80 entries of its log, and of those at most 2 KiB
 * (`readLastStringFromContainerLogs`). Rejects with a plain error when the log cannot be read.
 */
export async function containerLogTail(file: string): Promise<string> {
  const { bytes, isCut } = await readEnd(file);
  const lines: Buffer[] = [];
  // The first line of a piece from the middle is half of one.
  let start = isCut ? bytes.indexOf(NEWLINE) + 1 : 0;
  for (let end = bytes.indexOf(NEWLINE, start); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  const written = lines.slice(-LOG_LINES).flatMap((line) => {
    const entry = parseEntry(line);
    if (entry === undefined) return [];
    return entry.partial ? [entry.content] : [entry.content, Buffer.of(NEWLINE)];
  });
  return wholeCharacters(Buffer.concat(written), LOG_BYTES);
}

const NEWLINE = 0x0a;

async function readEnd(path: string): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  // Nobody but the runtime writes there; a link would lead the agent to what it is not to show.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    const position = Math.max(0, size - READ_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(READ_BYTES), position });
    return { bytes: buffer.subarray(0, bytesRead), isCut: position > 0 };
  } finally {
    await file.close();
  }
}

/** The end of it. The bytes of a character after its first one are 10xxxxxx. */
function wholeCharacters(bytes: Buffer, maxBytes: number): string {
  let start = Math.max(0, bytes.length - maxBytes);
  while (start > 0 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.toString('utf8', start);
}
