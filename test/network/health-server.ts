/** A gRPC server on loopback with the health service that a test wants, or with none. */
import { Server, ServerCredentials, type ServerUnaryCall, type ServiceDefinition, type sendUnaryData } from '@grpc/grpc-js';

export interface HealthServerOptions {
  /** Statuses by service; others are NOT_FOUND. Absent: there is no health service. */
  readonly services?: Readonly<Record<string, number>>;
  /** Checks are taken and never answered. */
  readonly hangs?: boolean;
  /** Absent: loopback. */
  readonly host?: string;
  /** Absent: any that is free. */
  readonly port?: number;
}

interface HealthCheck {
  readonly service: string;
}

/** Written by hand, byte by byte: what the client sends is not read by the client's own code. */
const definition: ServiceDefinition = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (): Buffer => Buffer.alloc(0),
    requestDeserialize: (bytes: Buffer): HealthCheck => {
      if (bytes.length === 0) return { service: '' };
      if (bytes[0] !== 0x0a || bytes[1] !== bytes.length - 2) throw new Error(`not a HealthCheckRequest: ${bytes.toString('hex')}`);
      return { service: bytes.toString('utf8', 2) };
    },
    responseSerialize: (status: number): Buffer => Buffer.from([0x08, status]),
    responseDeserialize: (): number => 0,
  },
};

export class HealthServer {
  readonly port: number;
  /** Of every check, in order. */
  readonly userAgents: readonly string[];
  readonly #server: Server;

  private constructor(server: Server, port: number, userAgents: readonly string[]) {
    this.#server = server;
    this.port = port;
    this.userAgents = userAgents;
  }

  static async open({ services, hangs, host = '127.0.0.1', port = 0 }: HealthServerOptions = {}): Promise<HealthServer> {
    const server = new Server();
    const userAgents: string[] = [];
    const check = (call: ServerUnaryCall<HealthCheck, number>, done: sendUnaryData<number>): void => {
      userAgents.push(String(call.metadata.get('user-agent')[0]));
      const status = services?.[call.request.service];
      if (hangs === true) return;
      if (status === undefined) done({ code: 5, details: 'unknown service' });
      else done(null, status);
    };
    if (services !== undefined) server.addService(definition, { check });
    const bound = await new Promise<number>((resolve, reject) => {
      const end = (error: Error | null, at: number): void => (error === null ? resolve(at) : reject(error));
      server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), end);
    });
    return new HealthServer(server, bound, userAgents);
  }

  close(): void {
    this.#server.forceShutdown();
  }
}
