/**
 * The handshake with the runtime's streaming server: the client's own, under the path that the runtime named. What that
 * server answers decides: another protocol begins, or an answer is all there is.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../ports/hooklet-error.ts';
import type { ApiResponse } from '../api-request.ts';
import { internalError } from '../status-error.ts';

/** It listens on this machine, and answers a handshake before it does anything. */
const HANDSHAKE_MS = 30_000;
const MAX_HEADER_BYTES = 64 * 1024;
/** An answer in words: more of it helps nobody. */
const MAX_ANSWER_BYTES = 64 * 1024;

export type RuntimeAnswer =
  | {
      readonly kind: 'upgraded';
      readonly socket: Duplex;
      /** What the streaming server sent right behind its handshake. */
      readonly head: Buffer;
      readonly rawHeaders: readonly string[];
    }
  | { readonly kind: 'answered'; readonly response: ApiResponse };

/** `incoming` is a request that asks for an upgrade. Throws StatusErrors. */
export async function dialRuntime(url: URL, incoming: IncomingMessage, signal: AbortSignal): Promise<RuntimeAnswer> {
  checkPlace(url);
  const { method = 'GET' } = incoming;
  const outgoing = httpRequest({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    method,
    // An array is sent as it is, and may name one header twice.
    headers: ['Host', url.host, ...handshakeHeaders(incoming.rawHeaders), ...(method === 'GET' ? [] : ['Content-Length', '0'])],
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    timeout: HANDSHAKE_MS,
    signal,
  });
  try {
    return await answerOf(outgoing);
  } catch (error) {
    outgoing.destroy();
    throw internalError(`the container runtime's streaming server did not answer: ${messageOf(error)}`);
  }
}

/** Nothing but this machine is dialled, whatever the runtime says. */
function checkPlace({ protocol, hostname, origin }: URL): void {
  if (protocol === 'http:' && LOOPBACK.has(hostname)) return;
  throw internalError(`the container runtime serves streams at ${origin}, and hooklet passes on what is plain HTTP on 127.0.0.1 only`);
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Only what belongs to the handshake: nobody's credentials, nothing that a proxy in between would act on. */
const HANDSHAKE = /^(?:connection|upgrade|x-stream-protocol-version|sec-websocket-(?:key|version|protocol|extensions))$/i;

function handshakeHeaders(raw: readonly string[]): readonly string[] {
  return raw.flatMap((name, index) => (index % 2 === 0 && HANDSHAKE.test(name) ? [name, raw[index + 1] ?? ''] : []));
}

function answerOf(outgoing: ClientRequest): Promise<RuntimeAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`it said nothing for ${HANDSHAKE_MS / 1000} s`)));
    outgoing.on('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Before anything else: one ECONNRESET must not end the process.
      socket.on('error', () => socket.destroy());
      resolve({ kind: 'upgraded', socket, head, rawHeaders: response.rawHeaders });
    });
    outgoing.on('response', (response) => {
      readAnswer(response).then((answer) => resolve({ kind: 'answered', response: answer }), reject);
    });
    outgoing.end();
  });
}

async function readAnswer(response: IncomingMessage): Promise<ApiResponse> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > MAX_ANSWER_BYTES) break;
  }
  response.destroy();
  const headers = { 'content-type': response.headers['content-type'] ?? 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  return { status: response.statusCode ?? 502, headers, body: Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES) };
}
