/** The API on the store in memory and a manual clock, asked without a port. */
import type { Authorizer } from '../../src/apiserver/access.ts';
import type { ApiCore } from '../../src/apiserver/api-core.ts';
import type { ApiHandler } from '../../src/apiserver/api-handler.ts';
import type { ApiRequest, ApiResponse } from '../../src/apiserver/api-request.ts';
import { type ApiParts, openApi } from '../../src/apiserver/open-api.ts';
import { tooLarge } from '../../src/apiserver/status-error.ts';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import { MemoryObjectStore } from '../../src/fakes/memory-object-store.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: ApiResponse['headers'];
  readonly body: Json;
  readonly text: string;
}

export interface AskOptions {
  /** A value is sent as JSON, a string and bytes as they are. */
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Json;
}

export interface TestWatch {
  /** The next event; `undefined` at the end. */
  next(): Promise<WatchEvent | undefined>;
  /** All that are there without waiting for anything to happen. */
  ready(): Promise<readonly WatchEvent[]>;
  stop(): void;
}

export interface TestApi {
  readonly store: MemoryObjectStore;
  readonly clock: ManualClock;
  readonly core: ApiCore;
  readonly handler: ApiHandler;
  readonly logged: readonly string[];
  /** `target` is "METHOD /path?query". */
  ask(target: string, options?: AskOptions): Promise<Answer>;
  /** As `ask`, for what must succeed: the object of the answer. */
  must(target: string, options?: AskOptions): Promise<Json>;
  watch(path: string, options?: AskOptions): Promise<TestWatch>;
  request(target: string, options?: AskOptions): ApiRequest;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly store?: MemoryObjectStore;
  readonly clock?: ManualClock;
  readonly authorize?: Authorizer['authorize'];
  readonly parts?: Partial<ApiParts>;
  readonly randomNames?: readonly string[];
}

/** Who sends no user is the administrator, `user: ''` is nobody. */
export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { store = new MemoryObjectStore(), clock = new ManualClock({ wallMs: Date.UTC(2030, 0, 1) }) } = options;
  const logged: string[] = [];
  const names = [...(options.randomNames ?? [])];
  let made = 0;
  const api = await openApi({
    store,
    clock,
    logger: { info: () => {}, warn: (message, fields) => logged.push(`${message} ${JSON.stringify(fields ?? {})}`) },
    hooklet: '0.0.0',
    access: {
      authenticator: {
        authenticate: ({ headers }) => {
          const username = String(headers['x-user'] ?? 'admin');
          return username === '' ? undefined : { username, groups: ['system:masters'] };
        },
      },
      authorizer: { authorize: options.authorize ?? (() => ({ allowed: true })) },
    },
    resources: { clusterCa: 'CA', pods: { refuse: () => [] } },
    identifiers: {
      uid: () => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`,
      randomName: (length) => names.shift() ?? String(++made).padStart(length, 'b').slice(-length),
    },
    ...options.parts,
  });
  const ask = async (target: string, given: AskOptions = {}): Promise<Answer> => {
    const response = await api.handler.handle(toRequest(target, given));
    const text = Buffer.concat(await gather(response.body)).toString();
    return { status: response.status, headers: response.headers, text, body: readJson(text) };
  };
  return {
    store,
    clock,
    core: api.core,
    handler: api.handler,
    logged,
    ask,
    must: async (target, given) => {
      const { status, body, text } = await ask(target, given);
      if (status >= 400) throw new Error(`${target} was answered ${status}: ${text}`);
      return body;
    },
    watch: async (path, given = {}) => {
      const gone = new AbortController();
      const target = `GET ${path}${path.includes('?') ? '&' : '?'}watch=true`;
      return startWatch(await api.handler.handle(toRequest(target, given, gone.signal)), clock, () => gone.abort());
    },
    request: (target, given = {}) => toRequest(target, given),
    close: api.close,
  };
}

function toRequest(
  target: string,
  { body, type, accept, user, headers = {} }: AskOptions,
  signal = new AbortController().signal,
): ApiRequest {
  const [method = 'GET', url = '/'] = target.split(' ');
  const [path = '/', query = ''] = url.split('?');
  const bytes = body === undefined ? Buffer.alloc(0) : toBytes(body);
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(accept === undefined ? {} : { accept }),
      ...(user === undefined ? {} : { 'x-user': user }),
      ...headers,
    },
    signal,
    readBody: async (limit) => {
      if (bytes.length > limit) throw tooLarge(limit);
      return bytes;
    },
  };
}

const toBytes = (body: unknown): Uint8Array => {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

async function gather(body: ApiResponse['body']): Promise<readonly Uint8Array[]> {
  if (body instanceof Uint8Array) return [body];
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return parts;
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function startWatch(response: ApiResponse, clock: ManualClock, stop: () => void): TestWatch {
  if (response.body instanceof Uint8Array) throw new Error(`the watch was answered ${response.status}: ${Buffer.from(response.body)}`);
  const parts = response.body[Symbol.asyncIterator]();
  const waiting: WatchEvent[] = [];
  let pull: Promise<void> | undefined;
  let isOver = false;
  const more = (): Promise<void> => {
    pull ??= parts.next().then((part) => {
      pull = undefined;
      if (part.done === true) isOver = true;
      else waiting.push(...readEvents(part.value));
    });
    return pull;
  };
  return {
    next: async () => {
      while (waiting.length === 0 && !isOver) await more();
      return waiting.shift();
    },
    ready: async () => {
      for (let before = -1; before !== waiting.length && !isOver; ) {
        before = waiting.length;
        // The one read that never comes is taken up by the next call.
        await Promise.race([more(), clock.settle()]);
      }
      return waiting.splice(0);
    },
    stop,
  };
}

const readEvents = (part: Uint8Array): readonly WatchEvent[] =>
  Buffer.from(part)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WatchEvent);

export const pod = (name: string, more: Readonly<Record<string, unknown>> = {}, metadata: object = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'example/app:1' }], ...more },
});

export const configMap = (name: string, data: Readonly<Record<string, string>> = { a: '1' }, metadata: object = {}): Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export const CMS = '/api/v1/namespaces/default/configmaps';
export const PODS = '/api/v1/namespaces/default/pods';
