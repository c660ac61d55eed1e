/**
 * What stands before the API's door: everything about a connection or a request that can be judged before anybody knows who
 * asks. `ApiServer` calls it; each part can be given to it otherwise, which is how the tests of `docs/security.md` show that
 * it is this part that holds.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import type { ApiResponse } from '../api-request.ts';
import { hostCheck } from '../host-check.ts';
import { InflightLimit } from '../inflight-limit.ts';
import { readMessageBody } from '../message-body.ts';
import { respondStatus } from '../respond.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { answerRaw } from '../write-response.ts';
import { ConnectionLimits } from './connection-limits.ts';
import { checkOrigin } from './origin-check.ts';
import { TLS_OPTIONS } from './tls-options.ts';

/** What is seen of a request before its body. */
export interface RequestHead {
  readonly headers: IncomingHttpHeaders;
  /** As it stands in the first line. */
  readonly url: string;
}

export interface ServerGuards {
  readonly tls: SecureContextOptions;
  readonly http: HttpBounds;
  readonly checks: RequestChecks;
  readonly connections: { watch(server: Server): void };
  /** Of all requests together. */
  readonly inflight: Pick<InflightLimit, 'enter'>;
  /** What goes out instead, if the answer must not. */
  readonly answer: (response: ApiResponse) => ApiResponse;
  /** At most `limit` bytes, or a StatusError. */
  readonly readBody: (incoming: IncomingMessage, limit: number) => Promise<Uint8Array>;
  /** Answers on a socket that asked to be upgraded and will not be, and ends it. */
  readonly refuseUpgrade: (socket: Duplex, response: ApiResponse) => void;
}

export type RequestCheck = (head: RequestHead) => void;

/** Each throws a StatusError. */
export interface RequestChecks {
  readonly host: RequestCheck;
  readonly origin: RequestCheck;
  readonly target: RequestCheck;
}

/** Options of `node:https`; times in milliseconds. */
export interface HttpBounds {
  /** What two programs read differently hides a second request in the first. */
  readonly insecureHTTPParser: boolean;
  /** Of the first line and all headers together. */
  readonly maxHeaderSize: number;
  readonly handshakeTimeout: number;
  /** Until the head of a request is there: from the connection on, and from one request to the next. */
  readonly headersTimeout: number;
  /** For head and body; answers may take as long as they like. */
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  /** How often the two above are looked at. */
  readonly connectionsCheckingInterval: number;
}

export const HTTP_BOUNDS: HttpBounds = {
  insecureHTTPParser: false,
  maxHeaderSize: 64 * 1024,
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 5000,
};

/** `hosts`: names and addresses that clients may call this server by. `cert`: PEM, whose names count too. */
export const serverGuards = (hosts: readonly string[], cert: string): ServerGuards => {
  const checkHost = hostCheck(hosts, cert);
  return {
    tls: TLS_OPTIONS,
    http: HTTP_BOUNDS,
    checks: { host: ({ headers }) => checkHost(headers.host), origin: ({ headers }) => checkOrigin(headers), target: checkTarget },
    connections: new ConnectionLimits(),
    inflight: new InflightLimit(),
    answer: withoutRedirect,
    readBody: readMessageBody,
    refuseUpgrade: answerRaw,
  };
};

/** A target that is no path asks for a proxy, which this is not. */
export function checkTarget({ url }: RequestHead): void {
  if (!url.startsWith('/')) throw badRequest('the target of the request must be a path');
}

/**
 * This API sends nobody elsewhere, and lets nothing behind it do so: a client that follows takes its credentials along
 * (CVE-2020-8559).
 */
export function withoutRedirect(response: ApiResponse): ApiResponse {
  const { status } = response;
  if (status < 300 || status > 399 || status === 304) return response;
  const text = `what was asked answered with a redirect (${status}), which is not passed on`;
  return respondStatus(new StatusError(502, 'InternalError', text).status);
}
