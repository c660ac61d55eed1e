/** `grpc.health.v1` on a connection of its own: nothing is shared between probes, as upstream has it (`pkg/probe/grpc/grpc.go`). */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { type HealthAnswer, type HealthConnection, PROBE_USER_AGENT } from '../ports/probe-client.ts';

const options = {
  'grpc.primary_user_agent': PROBE_USER_AGENT,
  // A health answer has a few bytes; nothing that a hostile server could fill the agent's memory with.
  'grpc.max_receive_message_length': 64 * 1024,
  // A server that refuses is asked again well within the shortest timeout, which is 1 s.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
};

/** `address` has been judged: it is no name. Resolves once the server has greeted. */
export async function openGrpcHealth(address: string, port: number, signal: AbortSignal): Promise<HealthConnection> {
  const client = new Client(
    `${address.includes(':') ? `ipv6:[${address}]` : `ipv4:${address}`}:${port}`,
    credentials.createInsecure(),
    options,
  );
  const ready = Promise.withResolvers<void>();
  const abort = (): void => ready.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  client.waitForReady(Number.POSITIVE_INFINITY, (error) => (error === undefined ? ready.resolve() : ready.reject(error)));
  try {
    signal.throwIfAborted();
    await ready.promise;
    return new GrpcHealthConnection(client);
  } catch (error) {
    client.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

class GrpcHealthConnection implements HealthConnection {
  readonly kind = 'open';
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  check(service: string, signal: AbortSignal): Promise<HealthAnswer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = (): void => call.cancel();
      const ended = (error: ServiceError | null, answer: number | undefined): void => {
        signal.removeEventListener('abort', abort);
        if (signal.aborted) reject(signal.reason);
        else if (error !== null) resolve({ kind: 'failed', code: error.code, message: error.details });
        else resolve({ kind: 'status', status: answer ?? 0 });
      };
      const call = this.#client.makeUnaryRequest('/grpc.health.v1.Health/Check', encode, decode, service, new Metadata(), ended);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** `HealthCheckRequest { string service = 1; }` */
function encode(service: string): Buffer {
  const writer = new BinaryWriter();
  return Buffer.from((service === '' ? writer : writer.uint32(0x0a).string(service)).finish());
}

/** `HealthCheckResponse { ServingStatus status = 1; }` */
function decode(bytes: Buffer): number {
  const reader = new BinaryReader(bytes);
  let found = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === 0) found = reader.int32();
    else reader.skip(wireType);
  }
  return found;
}
