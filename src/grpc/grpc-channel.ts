/**
 * The connection to the container runtime's Unix socket. Owns one gRPC client; knows no service.
 *
 * 1. A call fails at once while there is no connection (`runtimeUnavailable`); reconnecting goes on in the background,
 *    after 50 ms to 1 s. gRPC's own default, 1 s to 120 s, would outlast a restart of containerd by far.
 * 2. A cancelled call rejects with its signal's reason, never with the error that the cancelling made.
 * 3. Nothing is retried here: whether a call without an answer has happened is the caller's question.
 * 4. `close()` ends every call with `runtimeUnavailable`: one that waits for a registry would keep the program alive.
 */
import { once } from 'node:events';
import { type CallOptions, Client, type ClientDuplexStream, type ClientReadableStream, credentials, Metadata } from '@grpc/grpc-js';
import { HookletError } from '../ports/hooklet-error.ts';
import type { RequestOf, ResponseOf, RpcCall, RpcChannel, RpcService } from '../ports/rpc-channel.ts';
import { translateRpcError } from './rpc-error.ts';

/** A list of all containers with their annotations fits; kubelet's own limit is 16 MiB (cri-client). */
const maxReceiveBytes = 32 * 1024 * 1024;

const channelOptions = {
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.max_receive_message_length': maxReceiveBytes,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
};

export class GrpcChannel implements RpcChannel {
  readonly #client: Client;
  readonly #running = new Set<{ cancel(): void }>();
  #isClosed = false;

  /** `socketPath` is absolute. Nothing is connected before the first call. */
  constructor(socketPath: string) {
    this.#client = new Client(`unix://${socketPath}`, credentials.createInsecure(), channelOptions);
  }

  unary<S extends RpcService, M extends keyof S['methods']>(call: RpcCall<S, M>): Promise<ResponseOf<S, M>> {
    const { path, name, encode, decode } = codec(call.service, call.method);
    return new Promise((resolve, reject) => {
      if (call.signal?.aborted) return reject(call.signal.reason);
      if (this.#isClosed) return reject(closed());
      const onAbort = () => running.cancel();
      const running = this.#client.makeUnaryRequest<RequestOf<S, M>, ResponseOf<S, M>>(
        path,
        encode,
        decode,
        call.request,
        metadataOf(call.headers),
        callOptions(call.deadlineMs),
        (error, response) => {
          this.#running.delete(running);
          call.signal?.removeEventListener('abort', onAbort);
          if (call.signal?.aborted) reject(call.signal.reason);
          else if (error !== null) reject(translateRpcError(name, error));
          else resolve(response as ResponseOf<S, M>);
        },
      );
      this.#running.add(running);
      call.signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  async *serverStream<S extends RpcService, M extends keyof S['methods']>(call: RpcCall<S, M>): AsyncGenerator<ResponseOf<S, M>> {
    const { path, name, encode, decode } = codec(call.service, call.method);
    call.signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    const stream: ClientReadableStream<ResponseOf<S, M>> = this.#client.makeServerStreamRequest(
      path,
      encode,
      decode,
      call.request,
      metadataOf(call.headers),
      callOptions(call.deadlineMs),
    );
    this.#running.add(stream);
    const onAbort = () => stream.cancel();
    call.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      yield* stream;
    } catch (error) {
      call.signal?.throwIfAborted();
      throw translateRpcError(name, error);
    } finally {
      this.#running.delete(stream);
      call.signal?.removeEventListener('abort', onAbort);
      stream.on('error', () => {}); // the error that cancelling makes has no other listener
      stream.cancel();
    }
  }

  async upload<S extends RpcService, M extends keyof S['methods']>(
    call: Omit<RpcCall<S, M>, 'request'> & { readonly requests: AsyncIterable<RequestOf<S, M>> },
  ): Promise<ResponseOf<S, M> | undefined> {
    if (this.#isClosed) throw closed();
    const { path, name, encode, decode } = codec(call.service, call.method);
    const stream = this.#client.makeBidiStreamRequest<RequestOf<S, M>, ResponseOf<S, M>>(
      path,
      encode,
      decode,
      metadataOf(call.headers),
      callOptions(call.deadlineMs),
    );
    this.#running.add(stream);
    let last: ResponseOf<S, M> | undefined;
    const ended = new Promise<void>((resolve, reject) => {
      stream.on('data', (response: ResponseOf<S, M>) => {
        last = response;
      });
      stream.on('end', resolve);
      stream.on('error', (error) => reject(translateRpcError(name, error)));
    });
    ended.catch(() => {}); // awaited below; the sending loop may still be at work when it rejects
    try {
      await sendAll(stream, call.requests, ended);
      await ended;
      return last;
    } catch (error) {
      stream.cancel();
      throw error;
    } finally {
      this.#running.delete(stream);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const call of this.#running) call.cancel();
    this.#client.close();
  }
}

const closed = (): HookletError => new HookletError('runtimeUnavailable', 'The connection to the container runtime is closed');

/** Stops when the call has ended, also while it waits for the next request. */
async function sendAll<T>(stream: ClientDuplexStream<T, unknown>, requests: AsyncIterable<T>, ended: Promise<void>): Promise<void> {
  const iterator = requests[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), ended]);
      if (next === undefined || next.done === true) break;
      if (!stream.write(next.value)) await Promise.race([once(stream, 'drain'), ended]);
    }
    stream.end();
  } finally {
    // Not awaited: it waits for the request that may never come.
    iterator.return?.().catch(() => {});
  }
}

function codec<S extends RpcService, M extends keyof S['methods']>(service: S, key: M) {
  const method = service.methods[key as string];
  if (method === undefined) throw new Error(`${service.fullName} has no method ${String(key)}`);
  return {
    name: method.name,
    path: `/${service.fullName}/${method.name}`,
    encode: (request: RequestOf<S, M>): Buffer => {
      const bytes = method.requestType.encode(method.requestType.fromPartial(request)).finish();
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    decode: (bytes: Buffer): ResponseOf<S, M> => method.responseType.decode(bytes),
  };
}

function metadataOf(headers: Readonly<Record<string, string>> | undefined): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers ?? {})) metadata.set(name, value);
  return metadata;
}

const callOptions = (deadlineMs: number | 'none'): CallOptions => (deadlineMs === 'none' ? {} : { deadline: Date.now() + deadlineMs });
