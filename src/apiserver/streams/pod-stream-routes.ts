/**
 * Logs and streams of Pods: what comes from the node, to the client, as fast as the client takes it.
 *
 * S1 What is wrong is said as a Status before anything is upgraded; from then on the runtime speaks with the client.
 * S2 The connection is passed on as it is: SPDY and WebSocket alike are between client and runtime. What protocols there are
 *    is the runtime's to say.
 * S3 Nothing is ever redirected, neither here nor behind the client's back.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiPod } from '../../model/api-objects.ts';
import type { Clock } from '../../ports/clock.ts';
import { HookletError, hasCode } from '../../ports/hooklet-error.ts';
import type { PodStreams } from '../../ports/pod-streams.ts';
import type { ApiResponse } from '../api-request.ts';
import { withoutRedirect } from '../security/guards.ts';
import {
  badRequest,
  internalError,
  methodNotAllowed,
  methodNotSupported,
  StatusError,
  serviceUnavailable,
  tooManyRequests,
} from '../status-error.ts';
import type { StreamCall, StreamRoutes, UpgradedConnection } from '../stream-routes.ts';
import { answerRaw } from '../write-response.ts';
import { chooseContainer } from './choose-container.ts';
import { dialRuntime } from './dial-runtime.ts';
import { logInstance } from './log-instance.ts';
import { readLogQuery } from './log-options.ts';
import { splice } from './splice.ts';
import { readStreamRequest, type StreamKind } from './stream-options.ts';

export interface PodStreamRoutesParts {
  readonly streams: PodStreams;
  readonly clock: Clock;
  /** How many connections may be passed on at once. */
  readonly maxStreams?: number;
}

/** Each is two sockets and up to some 100 KiB on its way; kubectl opens one a command. */
const MAX_STREAMS = 400;
const STREAM_KINDS: ReadonlySet<string> = new Set<StreamKind>(['exec', 'attach', 'portforward']);
const PODS = { group: '', plural: 'pods' };

export class PodStreamRoutes implements StreamRoutes {
  readonly #parts: PodStreamRoutesParts;
  /** Both ends of what is passed on. */
  readonly #sockets = new Set<Duplex>();
  #passedOn = 0;
  #isClosed = false;

  constructor(parts: PodStreamRoutesParts) {
    this.#parts = parts;
  }

  async respond(call: StreamCall): Promise<ApiResponse> {
    const { subresource } = call.info;
    const { method } = call.request;
    if (subresource === 'log') {
      if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
      return asStatus(this.#log(call));
    }
    if (!STREAM_KINDS.has(subresource)) throw methodNotSupported(PODS, subresource);
    if (method !== 'GET' && method !== 'POST') throw methodNotAllowed();
    throw badRequest('Upgrade request required');
  }

  async upgrade(call: StreamCall, connection: UpgradedConnection): Promise<void> {
    const { subresource } = call.info;
    if (subresource === 'log') throw badRequest('a log is no stream to upgrade to: ask for it without "Connection: Upgrade"');
    if (!STREAM_KINDS.has(subresource)) throw methodNotSupported(PODS, subresource);
    if (call.request.method !== 'GET' && call.request.method !== 'POST') throw methodNotAllowed();
    if (this.#passedOn >= (this.#parts.maxStreams ?? MAX_STREAMS)) throw tooManyRequests();
    this.#passedOn += 1;
    try {
      await this.#passOn(call, connection);
    } finally {
      this.#passedOn -= 1;
    }
  }

  /** Ends every stream, and those that come later. Twice is fine. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async #passOn(call: StreamCall, { incoming, socket, head }: UpgradedConnection): Promise<void> {
    const url = await asStatus(this.#urlOf(call));
    const answer = await dialRuntime(url, incoming, call.request.signal);
    if (answer.kind === 'answered') return answerRaw(socket, withoutRedirect(answer.response));
    this.#hold(socket);
    this.#hold(answer.socket);
    socket.write(switching(answer.rawHeaders));
    if (answer.head.length > 0) socket.write(answer.head);
    if (head.length > 0) answer.socket.write(head);
    await splice(socket, answer.socket);
  }

  #hold(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#isClosed) socket.destroy();
  }

  async #urlOf({ info, object, request }: StreamCall): Promise<URL> {
    const pod = object as unknown as ApiPod;
    const asked = readStreamRequest(info.subresource as StreamKind, pod, request.query);
    if ((pod.spec?.nodeName ?? '') === '') throw badRequest(`pod ${info.name} does not have a host assigned`);
    const url = await this.#parts.streams.streamUrl(asked);
    if (url !== undefined) return url;
    throw notRunning(asked.kind === 'portforward' ? `pod not found ("${info.name}")` : `container not found ("${asked.container}")`);
  }

  async #log({ info, object, request }: StreamCall): Promise<ApiResponse> {
    const pod = object as unknown as ApiPod;
    const nowMs = this.#parts.clock.now().wallMs;
    const { container: asked, previous, options } = readLogQuery(request.query, { name: info.name, nowMs });
    const container = chooseContainer(pod, asked);
    const headers = { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' };
    // Nobody runs it yet: it has said nothing (`strategy.go` LogLocation).
    if ((pod.spec?.nodeName ?? '') === '') return { status: 200, headers, body: new Uint8Array() };
    const containerId = logInstance(pod, container, previous);
    const { signal } = request;
    const body = await this.#parts.streams.openLog({ uid: pod.metadata?.uid ?? '', container, containerId, options, signal });
    if (body === undefined) throw notRunning(`the log of container "${container}" in pod "${info.name}" is not on this node`);
    return { status: 200, headers, body, live: options.follow };
  }
}

const notRunning = (text: string): StatusError => new StatusError(404, 'NotFound', text);

/** The runtime's answer to the handshake, as it gave it. */
function switching(rawHeaders: readonly string[]): string {
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}\r\n`] : []));
  return `HTTP/1.1 101 ${STATUS_CODES[101]}\r\n${lines.join('')}\r\n`;
}

/** What the runtime says of a container is for the one who asked, as upstream passes it on. */
async function asStatus<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'runtimeUnavailable')) throw serviceUnavailable(error.message);
    if (error instanceof HookletError) throw internalError(error.message);
    throw error;
  }
}
