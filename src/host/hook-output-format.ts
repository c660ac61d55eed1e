/**
 * The file of one delivery: a line of JSON with the lengths, then the bytes of stdout's head and tail and of stderr's
 * head and tail, as they are.
 */
import type { KeptOutput, KeptStream } from '../ports/hook-output.ts';

type Lengths = readonly [head: number, tail: number, cut: number];

interface Header {
  readonly version: 1;
  readonly stdout: Lengths;
  readonly stderr: Lengths;
}

const lengthsOf = ({ head, tail, cutBytes }: KeptStream): Lengths => [head.length, tail.length, cutBytes];

export function encodeKeptOutput({ stdout, stderr }: KeptOutput): Buffer {
  const header: Header = { version: 1, stdout: lengthsOf(stdout), stderr: lengthsOf(stderr) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), stdout.head, stdout.tail, stderr.head, stderr.tail]);
}

/** Throws for bytes that `encodeKeptOutput()` did not make. */
export function decodeKeptOutput(bytes: Buffer): KeptOutput {
  const lineEnd = bytes.indexOf('\n');
  const header: unknown = lineEnd < 0 ? undefined : parse(bytes.toString('utf8', 0, lineEnd));
  if (!isHeader(header)) throw new Error('it has no header of hooklet');
  const { stdout, stderr } = header;
  const stdoutStart = lineEnd + 1;
  const stderrStart = stdoutStart + stdout[0] + stdout[1];
  if (stderrStart + stderr[0] + stderr[1] !== bytes.length) throw new Error('its length is not what its header says');
  return { stdout: streamAt(bytes, stdoutStart, stdout), stderr: streamAt(bytes, stderrStart, stderr) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is Header {
  const header = value as Partial<Record<keyof Header, unknown>> | null | undefined;
  return header?.version === 1 && isLengths(header.stdout) && isLengths(header.stderr);
}

const isLengths = (value: unknown): value is Lengths =>
  Array.isArray(value) && value.length === 3 && value.every((length) => Number.isSafeInteger(length) && length >= 0);

function streamAt(bytes: Buffer, start: number, [head, tail, cutBytes]: Lengths): KeptStream {
  return { head: bytes.subarray(start, start + head), tail: bytes.subarray(start + head, start + head + tail), cutBytes };
}
