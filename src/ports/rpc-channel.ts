/**
 * One connection to a runtime, shared by the adapters that speak to it (`cri/`, `containerd/`).
 * Adapter: `grpc/grpc-channel.ts`. Service and message objects are those of the generated code.
 */
export interface RpcChannel {
  /** One request, one response. Errors are `HookletError`, translated here once. */
  unary<S extends RpcService, M extends keyof S['methods']>(call: RpcCall<S, M>): Promise<ResponseOf<S, M>>;
  /** Ends (throws) when the server or the connection ends; leaving the loop cancels the call. */
  serverStream<S extends RpcService, M extends keyof S['methods']>(call: RpcCall<S, M>): AsyncIterable<ResponseOf<S, M>>;
  /** Sends everything that `requests` gives, no faster than it is taken; resolves with the last response. */
  upload<S extends RpcService, M extends keyof S['methods']>(
    call: Omit<RpcCall<S, M>, 'request'> & { readonly requests: AsyncIterable<RequestOf<S, M>> },
  ): Promise<ResponseOf<S, M> | undefined>;
  close(): void;
}

export interface RpcCall<S extends RpcService, M extends keyof S['methods']> {
  readonly service: S;
  readonly method: M;
  /** Members that are left out have their zero value. */
  readonly request: RequestOf<S, M>;
  /** `none` for calls that wait for something to happen; then `signal` is the only way out. */
  readonly deadlineMs: number | 'none';
  readonly headers?: Readonly<Record<string, string>>;
  /** Abort cancels the call and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A service as `scripts/generate-protos.ts` makes it. */
export interface RpcService {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, RpcMethod>>;
}

export interface RpcMethod {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the message types are read back by RequestOf and ResponseOf
  readonly requestType: MessageType<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly responseType: MessageType<any>;
}

interface MessageType<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  // biome-ignore lint/suspicious/noExplicitAny: the generated parameter type is recovered by RequestOf
  fromPartial(object: any): T;
}

export type RequestOf<S extends RpcService, M extends keyof S['methods']> = Parameters<S['methods'][M]['requestType']['fromPartial']>[0];
export type ResponseOf<S extends RpcService, M extends keyof S['methods']> = ReturnType<S['methods'][M]['responseType']['decode']>;
