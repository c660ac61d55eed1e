/**
 * What probes other than exec and httpGet ask of the network, from the node. Adapter: `network/socket-probe-client.ts`;
 * fake: `fakes/scripted-probe-client.ts`.
 *
 * No timeouts of its own but that of name resolution: abort ends everything at once, and the promise then rejects with the
 * signal's reason. Each address is judged by the same policy as those of hooks.
 */
export interface ProbeClient {
  /** Connects, says nothing, and closes. */
  connect(target: ProbeTarget, signal: AbortSignal): Promise<ConnectAnswer>;
  /**
   * A connection to a gRPC server in plain text. Waits until there is one: a server that refuses is asked again, until the
   * signal is aborted. The caller closes it.
   */
  openHealth(target: ProbeTarget, signal: AbortSignal): Promise<HealthConnection | { readonly kind: 'failed'; readonly error: string }>;
}

export interface ProbeTarget {
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The Pod's own address; the only one allowed where hooks and probes may go to the Pod only. */
  readonly podAddress?: string;
}

/** The error is in the words of Go: `dial tcp 10.88.0.2:80: connect: connection refused`. */
export type ConnectAnswer = { readonly kind: 'connected' } | { readonly kind: 'failed'; readonly error: string };

export interface HealthConnection {
  readonly kind: 'open';
  /** `grpc.health.v1.Health/Check`, once; `service` may be empty: the server as a whole. */
  check(service: string, signal: AbortSignal): Promise<HealthAnswer>;
  /** Idempotent. */
  close(): void;
}

export type HealthAnswer =
  /** `grpc.health.v1.HealthCheckResponse.ServingStatus`, e.g. 1 for SERVING. */
  | { readonly kind: 'status'; readonly status: number }
  /** `code` is one of gRPC's status codes. */
  | { readonly kind: 'failed'; readonly code: number; readonly message: string };

/** As servers log it, beside the name and version of the gRPC library. */
export const PROBE_USER_AGENT = 'kube-probe/1.36';
