/**
 * An API server over HTTPS, with a client certificate or a token, and only the server whose certificate the kubeconfig's
 * authority has signed. One client a command: its connections are kept open between requests and end with `close()`.
 */
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { HookletError, messageOf } from '../../ports/hooklet-error.ts';
import type { KubeAnswer, WatchEvent } from '../../ports/kube-api.ts';
import { readVersion } from '../../version.ts';
import type { ApiClient, ApiRequest, StreamRequest, UpgradedSocket } from './api-client.ts';
import { refusal } from './api-refusal.ts';
import type { Kubeconfig } from './read-kubeconfig.ts';

/** A server that says nothing for so long is taken for dead. Not for streams: they may be silent as long as they like. */
const SILENCE_MS = 60_000;
/** A line of a watch is one object; etcd allows 1.5 MiB, hooklet's store a little more. */
const MAX_LINE_CHARACTERS = 64 * 1024 * 1024;

export class HttpsApiClient implements ApiClient {
  readonly address: string;
  readonly namespace: string;
  readonly #config: Kubeconfig;
  readonly #agent: Agent;

  constructor(config: Kubeconfig) {
    const { server, ca, certificate, serverName } = config;
    this.address = server.host;
    this.namespace = config.namespace;
    this.#config = config;
    this.#agent = new Agent({
      keepAlive: true,
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      ...certificate,
    });
  }

  async request(request: ApiRequest): Promise<KubeAnswer> {
    return this.#answer(await this.#send(request, SILENCE_MS));
  }

  async *watch(request: StreamRequest): AsyncIterable<WatchEvent> {
    const response = await this.#open({ ...request, query: { ...request.query, watch: 'true' } });
    if (response === undefined) return;
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of response) {
        const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > MAX_LINE_CHARACTERS) throw this.#unavailable('an event of the watch has no end');
        for (const line of lines) if (line.trim() !== '') yield this.#parse(line) as WatchEvent;
      }
    } catch (error) {
      // The connection broke, or the caller has seen enough: either way there is no more to come.
      if (error instanceof HookletError) throw error;
    } finally {
      response.destroy();
    }
  }

  async *stream(request: StreamRequest): AsyncIterable<Uint8Array> {
    const response = await this.#open(request);
    if (response === undefined) return;
    try {
      yield* response;
    } catch (error) {
      if (request.signal?.aborted !== true) throw this.#translate(error);
    } finally {
      response.destroy();
    }
  }

  /** An answer that goes on; undefined when the caller has changed its mind meanwhile. */
  async #open(request: StreamRequest): Promise<IncomingMessage | undefined> {
    try {
      const response = await this.#send({ method: 'GET', ...request }, undefined);
      if ((response.statusCode ?? 0) < 400) return response;
      throw refusal(await this.#answer(response));
    } catch (error) {
      if (request.signal?.aborted === true) return undefined;
      throw error;
    }
  }

  async upgrade({ path, protocols }: Parameters<ApiClient['upgrade']>[0]): Promise<UpgradedSocket> {
    const { server, token } = this.#config;
    const headers = {
      'user-agent': `hooklet/${readVersion()}`,
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': [...protocols],
      'content-length': 0,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    const outgoing = httpsRequest(url, { method: 'POST', headers, agent: this.#agent });
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error(`it said nothing for ${SILENCE_MS / 1000} s`)));
    const upgraded = new Promise<UpgradedSocket | IncomingMessage>((resolve, reject) => {
      outgoing.once('upgrade', (_response, socket, head) => {
        socket.setTimeout(0).on('error', () => socket.destroy());
        resolve({ socket, head });
      });
      outgoing.once('response', resolve);
      outgoing.once('error', (error: unknown) => reject(this.#translate(error)));
      outgoing.end();
    });
    const answer = await upgraded;
    if ('socket' in answer && 'head' in answer) return answer;
    throw refusal(await this.#answer(answer));
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(request: ApiRequest, silenceMs: number | undefined): Promise<IncomingMessage> {
    const { method, path, query, body, signal } = request;
    const { server, token } = this.#config;
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const headers = {
      accept: request.accept ?? 'application/json',
      'user-agent': `hooklet/${readVersion()}`,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(bytes === undefined ? {} : { 'content-type': request.contentType ?? 'application/json', 'content-length': bytes.length }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(url, { method, headers, agent: this.#agent, ...(signal === undefined ? {} : { signal }) });
      if (silenceMs !== undefined) {
        outgoing.setTimeout(silenceMs, () => outgoing.destroy(new Error(`it said nothing for ${silenceMs / 1000} s`)));
      }
      outgoing.once('response', resolve);
      outgoing.once('error', (error: unknown) => reject(this.#translate(error)));
      outgoing.end(bytes);
    });
  }

  async #answer(response: IncomingMessage): Promise<KubeAnswer> {
    const text = await readText(response).catch((error: unknown) => {
      throw this.#translate(error);
    });
    const status = response.statusCode ?? 0;
    const isJson = (response.headers['content-type'] ?? '').includes('json');
    // A proxy in between answers in words of its own.
    if (!isJson && status >= 400) return { status, body: { kind: 'Status', message: text.trim().slice(0, 1000) } };
    return { status, body: isJson ? this.#parse(text) : text };
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#unavailable(`it answered with broken JSON: ${messageOf(error)}`, error);
    }
  }

  #translate(error: unknown): HookletError {
    const code = (error as NodeJS.ErrnoException | null)?.code;
    if (code === 'ECONNREFUSED') {
      const text = `The connection to the server ${this.address} was refused - did you specify the right host or port?`;
      return new HookletError('apiUnavailable', text, { cause: error });
    }
    return this.#unavailable(messageOf(error), error);
  }

  #unavailable(why: string, cause?: unknown): HookletError {
    return new HookletError('apiUnavailable', `Unable to connect to the server ${this.address}: ${why}`, { cause });
  }
}
