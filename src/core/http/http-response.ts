/** The head of a response, read as leniently as Go reads it (`net/http/response.go`, `net/textproto`). */
import { trimBlanks } from './byte-text.ts';

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case; values of one name in the order received. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export type ParsedHead =
  | { readonly kind: 'head'; readonly head: ResponseHead; readonly length: number }
  /** More bytes are needed. */
  | { readonly kind: 'incomplete' }
  /** Never with the bytes themselves: they are the output of the hook, and belong nowhere else. */
  | { readonly kind: 'malformed'; readonly error: string };

/** `bytes` as a byte text; `length` is where the body begins. A bare LF ends a line too. */
export function parseResponseHead(bytes: string): ParsedHead {
  const end = /\r?\n\r?\n/.exec(bytes);
  // What is no status line will not become one, however much is still to come.
  const firstLine = /^[^\n]*\n/.exec(bytes)?.[0];
  const status = firstLine === undefined ? undefined : statusOf(firstLine.trimEnd());
  if (typeof status === 'string') return { kind: 'malformed', error: status };
  if (end === null || status === undefined || firstLine === undefined) return { kind: 'incomplete' };
  const length = end.index + end[0].length;
  const lines = bytes.slice(firstLine.length, end.index).split(/\r?\n/);
  const headers: { name: string; value: string }[] = [];
  for (const line of lines.filter((one) => one !== '')) {
    const last = headers.at(-1);
    const name = /^([^\s:]+):/.exec(line)?.[1];
    if (name !== undefined) headers.push({ name: name.toLowerCase(), value: trimBlanks(line.slice(name.length + 1)) });
    else if (/^[ \t]/.test(line) && last !== undefined) last.value += ` ${trimBlanks(line)}`;
    else return { kind: 'malformed', error: 'malformed MIME header line' };
  }
  return { kind: 'head', head: { status, headers }, length };
}

function statusOf(line: string): number | string {
  const [protocol = '', ...rest] = line.split(' ');
  const code = rest.join(' ').trimStart().split(' ', 1)[0] ?? '';
  if (rest.length === 0) return 'malformed HTTP response';
  if (!/^\d{3}$/.test(code)) return 'malformed HTTP status code';
  return /^HTTP\/\d\.\d$/.test(protocol) ? Number(code) : 'malformed HTTP version';
}

export const headerOf = ({ headers }: ResponseHead, name: string): string | undefined =>
  headers.find((header) => header.name === name.toLowerCase())?.value;

/** A response before the response; 101 is the last one of its connection. */
export const isInformational = ({ status }: ResponseHead): boolean => status < 200 && status !== 101;

/** How the end of a body is known. */
export type BodyEnd = { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' } | { readonly kind: 'close' };

export function bodyEnd(head: ResponseHead): BodyEnd {
  if (head.status < 200 || head.status === 204 || head.status === 304) return { kind: 'length', bytes: 0 };
  if (headerOf(head, 'transfer-encoding')?.toLowerCase() === 'chunked') return { kind: 'chunked' };
  const length = headerOf(head, 'content-length');
  return length !== undefined && /^\d+$/.test(length) ? { kind: 'length', bytes: Number(length) } : { kind: 'close' };
}
