/** An ApiResponse → the socket, as fast as the client reads it, compressed where it is large. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { ApiResponse } from './api-request.ts';

/** Below it, packing costs more than it saves (`endpoints/handlers/responsewriters/writers.go`). */
const GZIP_ABOVE = 128 * 1024;
const GZIP_LEVEL = 1;

export async function writeResponse(incoming: IncomingMessage, response: ServerResponse, answer: ApiResponse): Promise<void> {
  const { status, headers, body, live } = answer;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string | string[]);
  response.setHeader('cache-control', 'no-cache, private');
  if (!incoming.complete && status >= 400) response.setHeader('connection', 'close');
  const packs = live !== true && !response.hasHeader('content-encoding') && takesGzip(incoming);
  if (body instanceof Uint8Array) return writeWhole(incoming, response, { body, packs });
  if (incoming.method === 'HEAD') {
    response.end();
    return;
  }
  if (live === true) {
    answer.lost?.addEventListener('abort', () => response.destroy(), { once: true });
    response.flushHeaders();
    return writeParts(response, body);
  }
  return writeList(response, body, packs);
}

async function writeWhole(
  incoming: IncomingMessage,
  response: ServerResponse,
  { body, packs }: { readonly body: Uint8Array; readonly packs: boolean },
): Promise<void> {
  if (packs && body.length > GZIP_ABOVE) return writePacked(response, Readable.from([body]));
  response.setHeader('content-length', body.length);
  response.end(incoming.method === 'HEAD' ? undefined : body);
}

/** Looks at the beginning first: most lists are small. */
async function writeList(response: ServerResponse, body: AsyncIterable<Uint8Array>, packs: boolean): Promise<void> {
  if (!packs) return writeParts(response, body);
  const parts = body[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let size = 0;
  while (size <= GZIP_ABOVE) {
    const part = await parts.next();
    if (part.done === true) {
      const whole = Buffer.concat(head);
      response.setHeader('content-length', whole.length);
      response.end(whole);
      return;
    }
    head.push(part.value);
    size += part.value.length;
  }
  return writePacked(response, Readable.from(headThenRest(head, parts)));
}

async function* headThenRest(head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head;
  for (let part = await rest.next(); part.done !== true; part = await rest.next()) yield part.value;
}

async function writePacked(response: ServerResponse, source: Readable): Promise<void> {
  response.setHeader('content-encoding', 'gzip');
  response.setHeader('vary', 'Accept-Encoding');
  await quietly(response, pipeline(source, createGzip({ level: GZIP_LEVEL, flush: constants.Z_NO_FLUSH }), response));
}

async function writeParts(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of body) {
    if (response.destroyed) return;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });

/** A client that went away in the middle of its answer is no failure of ours. */
async function quietly(response: ServerResponse, writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

const takesGzip = ({ headers }: IncomingMessage): boolean => /(?:^|[,\s])gzip(?:$|[,;\s])/.test(String(headers['accept-encoding'] ?? ''));

/** On a socket that asked to be upgraded and will not be. */
export function answerRaw(socket: Duplex, { status, headers, body }: ApiResponse): void {
  if (socket.destroyed || !socket.writable) return;
  const bytes = body instanceof Uint8Array ? body : new Uint8Array();
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}content-length: ${bytes.length}\r\nconnection: close\r\n\r\n`;
  // Such a socket has no timeouts any more: a client that does not close it would keep it for ever.
  socket.end(Buffer.concat([Buffer.from(head), bytes]), () => socket.destroy());
}
