/** Who asks, and whether they may: the ways in of authentication and authorization. Implemented elsewhere; tests use trivial ones. */
import type { IncomingHttpHeaders } from 'node:http';

export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a request shows of its sender. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  /** DER of a client certificate that the TLS layer verified against the client CA. */
  readonly certificate?: Uint8Array;
  readonly remoteAddress?: string;
  readonly query?: URLSearchParams;
  readonly method?: string;
  /** Undecoded, without the query: some paths are open to everybody. */
  readonly path?: string;
  /** Aborted when the request is over: for what is counted until then. */
  readonly signal?: AbortSignal;
}

/** Whom a token is for, and for which of the audiences that were asked about. */
export type ReviewedUser = UserInfo & { readonly audiences?: readonly string[] };

export interface Authenticator {
  /** `undefined`: nobody known, answered with 401. Called once a request, before its body is read. */
  authenticate(credentials: Credentials): UserInfo | undefined | Promise<UserInfo | undefined>;
  /** For TokenReview; absent where tokens are not offered. */
  reviewToken?(token: string, audiences: readonly string[]): ReviewedUser | undefined | Promise<ReviewedUser | undefined>;
}

/** `apiserver/pkg/authorization/authorizer/interfaces.go` Attributes. */
export type AccessAttributes =
  | {
      readonly kind: 'resource';
      readonly user: UserInfo;
      /** get, list, watch, create, update, patch, delete, deletecollection; for streams `create` of the subresource, also over GET. */
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string;
      /** Empty: all of them, or the resource has none. */
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly kind: 'path'; readonly user: UserInfo; readonly verb: string; readonly path: string };

export interface AccessDecision {
  readonly allowed: boolean;
  /** Shown to who is refused: names no object that they may not see. */
  readonly reason?: string;
}

/** `rbac/v1` PolicyRule. `resources`: "pods", "pods/log", "*" (all, with their parts). */
export interface AccessRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  /** A trailing "*" stands for any end. */
  readonly nonResourceURLs?: readonly string[];
}

export interface Authorizer {
  authorize(attributes: AccessAttributes): AccessDecision | Promise<AccessDecision>;
  /** All that somebody may do there, for SelfSubjectRulesReview; absent where that cannot be listed. */
  rulesOf?(user: UserInfo, namespace: string): readonly AccessRule[];
}
