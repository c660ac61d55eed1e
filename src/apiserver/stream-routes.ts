/**
 * Where logs, exec, attach, port-forward and proxy plug in. The server has found out who asks, that they may, and that the
 * object is there; what flows from then on is the implementer's, who also answers for errors and for ending it.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { UserInfo } from './access.ts';
import type { ApiObject } from './api-object.ts';
import type { ApiRequest, ApiResponse } from './api-request.ts';
import type { ResourceRequestInfo } from './request-info.ts';

export interface StreamCall {
  readonly info: ResourceRequestInfo;
  readonly user: UserInfo;
  readonly request: ApiRequest;
  /** As stored: the Pod (or Node, or Service) that the path names. */
  readonly object: ApiObject;
}

export interface UpgradedConnection {
  readonly incoming: IncomingMessage;
  /** An error handler is on it already; the server keeps it in its set and destroys it when it closes. */
  readonly socket: Duplex;
  /** Bytes that came with the handshake: forward them first. */
  readonly head: Buffer;
}

export interface StreamRoutes {
  /** Without an upgrade: `log`, plain `proxy`; also `exec` without its handshake, which is an error. Throws StatusErrors. */
  respond(call: StreamCall): Promise<ApiResponse>;
  /**
   * `Connection: Upgrade` on exec, attach, portforward, proxy. Owns the socket from here. What it throws before it wrote
   * anything is answered with a Status.
   */
  upgrade(call: StreamCall, connection: UpgradedConnection): Promise<void>;
}

/** Subresources whose use changes or shows what runs: they need the right to `create` them, over GET too (WebSocket). */
export const CONNECTING: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);
