/** Values → responses: JSON or YAML, readable or not. */
import type { ApiRequest, ApiResponse } from './api-request.ts';
import type { Media } from './negotiate.ts';
import { isTrue } from './request-info.ts';
import { type Status, StatusError } from './status-error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Style {
  readonly media: Media;
  readonly pretty: boolean;
}

/** Told to be, or for someone who reads it in a terminal or a browser (`responsewriters/writers.go`). */
export function isPretty({ query, headers }: ApiRequest): boolean {
  if (query.has('pretty')) return isTrue(query.get('pretty'));
  return /^(?:curl|Wget|Mozilla)/.test(headers['user-agent'] ?? '');
}

/** `json` is one whole document. */
export async function styled(json: Uint8Array, { media, pretty }: Style): Promise<Uint8Array> {
  if (media === 'application/json') return pretty ? encoder.encode(`${JSON.stringify(JSON.parse(decoder.decode(json)), null, 2)}\n`) : json;
  // Only who asks for YAML pays for its writer.
  const { stringify } = await import('yaml');
  return encoder.encode(stringify(JSON.parse(decoder.decode(json)), { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }));
}

export async function respond(status: number, json: Uint8Array, style: Style): Promise<ApiResponse> {
  return { status, headers: { 'content-type': style.media }, body: await styled(json, style) };
}

/** A list: as a stream of parts, or gathered where the form needs the whole. */
export async function respondParts(parts: AsyncGenerator<Uint8Array>, style: Style): Promise<ApiResponse> {
  if (style.media === 'application/json' && !style.pretty) {
    // What the first page throws is still an answer of its own.
    const first = await parts.next();
    return {
      status: 200,
      headers: { 'content-type': style.media },
      body: first.done === true ? new Uint8Array() : withFirst(first.value, parts),
    };
  }
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return respond(200, Buffer.concat(all), style);
}

async function* withFirst(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

export const respondText = (status: number, text: string): ApiResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: encoder.encode(text),
});

export const respondJson = (value: unknown, status = 200, type = 'application/json'): ApiResponse => ({
  status,
  headers: { 'content-type': type },
  body: encoder.encode(JSON.stringify(value)),
});

export function respondStatus(status: Status): ApiResponse {
  const retry = status.details?.retryAfterSeconds;
  const headers = retry === undefined ? {} : { 'retry-after': String(retry) };
  const code = status.code ?? (status.status === 'Success' ? 200 : 500);
  return { status: code, headers: { 'content-type': 'application/json', ...headers }, body: encoder.encode(JSON.stringify(status)) };
}

export const isStatusError = (error: unknown): error is StatusError => error instanceof StatusError;

/** `299 - "text"` for each, as kubectl prints them; cut as upstream cuts them. */
export function warningHeaders(warnings: readonly string[]): Readonly<Record<string, readonly string[]>> {
  if (warnings.length === 0) return {};
  const lines = [...new Set(warnings)].slice(0, MAX_WARNINGS).map((text) => {
    const plain = text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_WARNING_LENGTH);
    return `299 - "${plain.replace(/["\\]/g, '\\$&')}"`;
  });
  return { warning: lines };
}

const MAX_WARNINGS = 16;
const MAX_WARNING_LENGTH = 256;
