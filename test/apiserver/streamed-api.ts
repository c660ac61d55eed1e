/** The API with streams of a node that a test plays, and raw connections to it. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { PodStreamRoutes } from '../../src/apiserver/streams/pod-stream-routes.ts';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import type { PodLogRequest, PodStreamRequest, PodStreams } from '../../src/ports/pod-streams.ts';
import { type ServedApi, serveApi } from './serve-api.ts';

export const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { nodeName: 'here', containers: [{ name: 'main', image: 'x' }] },
};
export const EXEC = '/api/v1/namespaces/default/pods/web/exec?command=ls&stdout=true';

export interface Stage {
  readonly served: ServedApi;
  readonly routes: PodStreamRoutes;
  readonly asked: PodStreamRequest[];
  readonly logs: PodLogRequest[];
}

export async function stage(t: TestContext, streams: Partial<PodStreams>, maxStreams?: number): Promise<Stage> {
  const asked: PodStreamRequest[] = [];
  const logs: PodLogRequest[] = [];
  const node: PodStreams = {
    streamUrl: async (request) => {
      asked.push(request);
      return streams.streamUrl?.(request);
    },
    openLog: async (request) => {
      logs.push(request);
      return streams.openLog?.(request);
    },
  };
  const routes = new PodStreamRoutes({ streams: node, clock: new ManualClock(), ...(maxStreams === undefined ? {} : { maxStreams }) });
  const served = await serveApi({ outside: { streams: routes } });
  t.after(async () => {
    routes.close();
    await served.close();
  });
  await ask(served, 'POST /api/v1/namespaces/default/pods', { body: POD });
  const running = { containerStatuses: [{ name: 'main', state: { running: {} }, containerID: 'containerd://id-1' }] };
  await ask(served, 'PATCH /api/v1/namespaces/default/pods/web/status', {
    body: { status: running },
    headers: ['Content-Type: application/merge-patch+json'],
  });
  return { served, routes, asked, logs };
}

interface AskOptions {
  readonly body?: object;
  readonly user?: string;
  readonly headers?: readonly string[];
}

export function client(served: ServedApi): TLSSocket {
  const socket = connectTls({ host: '127.0.0.1', port: served.port, ca: served.ca });
  socket.allowHalfOpen = true;
  socket.on('error', () => {});
  return socket;
}

export function requestText(target: string, { body, user = 'admin', headers = [] }: AskOptions): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [`${target} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: Bearer ${user}`, `Content-Length: ${text.length}`, ...headers];
  if (body !== undefined && headers.length === 0) lines.push('Content-Type: application/json');
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}

/** A whole answer, by the connection's end. */
export async function ask(served: ServedApi, target: string, options: AskOptions = {}): Promise<string> {
  const socket = client(served);
  socket.write(requestText(target, { ...options, headers: [...(options.headers ?? typeOf(options)), 'Connection: close'] }));
  return untilEnd(socket);
}

const typeOf = ({ body }: AskOptions): readonly string[] => (body === undefined ? [] : ['Content-Type: application/json']);

export async function untilEnd(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  socket.destroy();
  return text;
}

export const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: SPDY/3.1',
  'X-Stream-Protocol-Version: v4.channel.k8s.io',
  'X-Stream-Protocol-Version: v3.channel.k8s.io',
];

/** A connection that asked to be upgraded; what comes first is the answer's head. */
export function upgrade(served: ServedApi, { target = `POST ${EXEC}`, behind = '', user = 'admin', headers = UPGRADE } = {}): TLSSocket {
  const socket = client(served);
  socket.write(requestText(target, { user, headers }) + behind);
  return socket;
}

/** Reads until what was read ends so. */
export async function reads(socket: Socket, end: string): Promise<string> {
  let text = '';
  while (!text.endsWith(end)) {
    const chunk: unknown = socket.read();
    if (chunk === null)
      await Promise.race([once(socket, 'readable'), once(socket, 'close').then(() => Promise.reject(new Error(`closed after ${text}`)))]);
    else text += String(chunk);
  }
  return text;
}

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(2);
}
