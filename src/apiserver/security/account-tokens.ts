/**
 * Tokens of ServiceAccounts: JSON web tokens with upstream's claims (`pkg/serviceaccount/claims.go`), which die with the
 * account, and with the Pod, Secret or Node that they are bound to.
 */
import { randomUUID } from 'node:crypto';
import { type Fields, fieldsOf, listOf, textOf } from '../../model/json-fields.ts';
import type { Clock } from '../../ports/clock.ts';
import type { UserInfo } from '../access.ts';
import type { ApiObject } from '../api-object.ts';
import { badRequest } from '../status-error.ts';
import type { IssuedToken, TokenIssuer, TokenOrder } from '../token-issuer.ts';
import { YEAR_MS } from './certificate-lifetime.ts';
import { ALGORITHM, type ParsedToken, parseToken, signToken } from './json-web-token.ts';
import { RecentMap } from './recent-map.ts';
import { AUTHENTICATED, SERVICE_ACCOUNTS } from './roles.ts';
import type { TokenKeys } from './token-keys.ts';

/** As kubeadm has it; it does not change with the address, so that tokens outlive a change of it. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const MIN_SECONDS = 600;
/** What upstream's own longest tokens have (ExpirationExtensionSeconds). */
const MAX_SECONDS = YEAR_MS / 1000;
/** For clocks that differ, and for what was deleted just now (jwt.DefaultLeeway). */
const LEEWAY_SECONDS = 60;
const REMEMBERED = 1000;

/** An object of the store, by what the store calls its resource. */
export type FindObject = (resource: string, namespace: string, name: string) => ApiObject | undefined;

export interface AccountTokensParts {
  readonly keys: TokenKeys;
  readonly clock: Clock;
  readonly find: FindObject;
  readonly checks?: TokenChecks;
}

export interface TokenContext {
  readonly keys: TokenKeys;
  readonly nowSeconds: number;
  readonly find: FindObject;
  readonly audiences: readonly string[];
}

export type TokenCheck = (token: ParsedToken, context: TokenContext) => boolean;

/** All must hold, the first two before anything else is looked at. Each is one guard of `docs/security.md`. */
export interface TokenChecks {
  readonly algorithm: TokenCheck;
  readonly signature: TokenCheck;
  readonly issuer: TokenCheck;
  readonly lifetime: TokenCheck;
  readonly audience: TokenCheck;
  readonly account: TokenCheck;
  readonly bound: TokenCheck;
}

export const TOKEN_CHECKS: TokenChecks = {
  algorithm: ({ algorithm }) => algorithm === ALGORITHM,
  signature: (token, { keys }) => {
    const key = keys.find(token.keyId);
    return key !== undefined && token.isSignedBy(key.publicKey);
  },
  issuer: ({ claims }) => claims['iss'] === ISSUER,
  lifetime: ({ claims }, { nowSeconds }) => {
    const { exp, nbf } = claims;
    return typeof exp === 'number' && nowSeconds <= exp + LEEWAY_SECONDS && typeof nbf === 'number' && nowSeconds >= nbf - LEEWAY_SECONDS;
  },
  audience: ({ claims }, { audiences }) => sharedAudiences(claims, audiences).length > 0,
  account: ({ claims }, context) => {
    const { namespace, account } = readClaims(claims);
    const isNamed = claims['sub'] === usernameOf(namespace, account.name);
    return isNamed && isThere(context.find('serviceaccounts', namespace, account.name), account.uid, context);
  },
  bound: ({ claims }, context) => {
    const { namespace, bound } = readClaims(claims);
    return bound.every(({ plural, namespaced, name, uid }) =>
      isThere(context.find(plural, namespaced ? namespace : '', name), uid, context),
    );
  },
};

export interface VerifiedToken {
  readonly user: UserInfo;
  /** Of those that were asked for. */
  readonly audiences: readonly string[];
}

export class AccountTokens implements TokenIssuer {
  readonly #parts: AccountTokensParts;
  readonly #checks: TokenChecks;
  /** Those whose signature was found good: what follows is asked each time. */
  readonly #signed = new RecentMap<string, ParsedToken>(REMEMBERED);

  constructor(parts: AccountTokensParts) {
    this.#parts = parts;
    this.#checks = parts.checks ?? TOKEN_CHECKS;
  }

  async issue(order: TokenOrder): Promise<IssuedToken> {
    const { keys } = this.#parts;
    const audiences = order.audiences.length === 0 ? [ISSUER] : order.audiences;
    const now = this.#nowSeconds();
    const exp = now + Math.min(Math.max(Math.floor(order.expirationSeconds), MIN_SECONDS), MAX_SECONDS);
    const claims = {
      aud: audiences,
      exp,
      iat: now,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': this.#privateClaims(order),
      nbf: now,
      sub: usernameOf(order.namespace, order.serviceAccount),
    };
    const expirationTimestamp = new Date(exp * 1000).toISOString().replace(/\.\d+/, '');
    return { token: signToken(claims, keys.signer), expirationTimestamp, audiences };
  }

  /** Whether its signature is known to be good already, so that `verify` costs next to nothing. */
  knows(token: string): boolean {
    return this.#signed.get(token) !== undefined;
  }

  /** `undefined`: it is not good here and now. No audiences: those of this API. */
  verify(token: string, audiences: readonly string[] = []): VerifiedToken | undefined {
    const { keys, find } = this.#parts;
    const context = { keys, find, nowSeconds: this.#nowSeconds(), audiences: audiences.length === 0 ? [ISSUER] : audiences };
    const parsed = this.#signed.get(token) ?? this.#readSigned(token, context);
    if (parsed === undefined) return undefined;
    const { issuer, lifetime, audience, account, bound } = this.#checks;
    if (![issuer, lifetime, audience, account, bound].every((check) => check(parsed, context))) return undefined;
    return { user: userIn(parsed.claims), audiences: sharedAudiences(parsed.claims, context.audiences) };
  }

  #readSigned(token: string, context: TokenContext): ParsedToken | undefined {
    const parsed = parseToken(token);
    const { algorithm, signature } = this.#checks;
    if (parsed === undefined || !algorithm(parsed, context) || !signature(parsed, context)) return undefined;
    this.#signed.set(token, parsed);
    return parsed;
  }

  #privateClaims({ namespace, serviceAccount, serviceAccountUid, boundTo }: TokenOrder): Fields {
    const claims = { namespace, serviceaccount: { name: serviceAccount, uid: serviceAccountUid } };
    if (boundTo === undefined) return claims;
    const { kind, name, uid } = boundTo;
    if (kind !== 'Pod') return { ...claims, [kind.toLowerCase()]: { name, uid } };
    const { find } = this.#parts;
    const spec = fieldsOf(find('pods', namespace, name), 'spec');
    const account = textOf(spec, 'serviceAccountName') || 'default';
    if (account !== serviceAccount) {
      throw badRequest(
        `cannot bind token for serviceaccount ${JSON.stringify(serviceAccount)} to pod running with different serviceaccount name.`,
      );
    }
    const node = textOf(spec, 'nodeName');
    if (node === '') return { ...claims, pod: { name, uid } };
    return { ...claims, pod: { name, uid }, node: { name: node, uid: find('nodes', '', node)?.metadata.uid } };
  }

  #nowSeconds(): number {
    return Math.floor(this.#parts.clock.now().wallMs / 1000);
  }
}

const usernameOf = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

function sharedAudiences(claims: Fields, wanted: readonly string[]): readonly string[] {
  const own = listOf(claims, 'aud');
  return wanted.filter((one) => own.includes(one));
}

interface Reference {
  readonly name: string;
  readonly uid: string;
}

interface BoundObject extends Reference {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A Pod's token names its Node too, but only a token of the Node itself dies with the Node. */
const BINDINGS = [
  { claim: 'pod', plural: 'pods', namespaced: true },
  { claim: 'secret', plural: 'secrets', namespaced: true },
  { claim: 'node', plural: 'nodes', namespaced: false },
];

interface AccountClaims {
  readonly namespace: string;
  readonly account: Reference;
  readonly bound: readonly BoundObject[];
}

function readClaims(claims: Fields): AccountClaims {
  const own = fieldsOf(claims, 'kubernetes.io');
  const reference = (name: string): Reference => ({ name: textOf(own[name], 'name'), uid: textOf(own[name], 'uid') });
  const bound = BINDINGS.find(({ claim }) => Object.hasOwn(own, claim));
  return {
    namespace: textOf(own, 'namespace'),
    account: reference('serviceaccount'),
    bound: bound === undefined ? [] : [{ ...bound, ...reference(bound.claim) }],
  };
}

/** The very object, and not deleted for longer than the leeway. */
function isThere(object: ApiObject | undefined, uid: string, { nowSeconds }: TokenContext): boolean {
  if (object === undefined || object.metadata.uid !== uid) return false;
  const deleted = object.metadata.deletionTimestamp;
  return deleted === undefined || Date.parse(deleted) / 1000 >= nowSeconds - LEEWAY_SECONDS;
}

/** `apiserver/pkg/authentication/serviceaccount/util.go` ServiceAccountInfo.UserInfo. */
function userIn(claims: Fields): UserInfo {
  const { namespace, account } = readClaims(claims);
  const own = fieldsOf(claims, 'kubernetes.io');
  const details: readonly (readonly [key: string, value: string])[] = [
    ['credential-id', textOf(claims, 'jti') === '' ? '' : `JTI=${textOf(claims, 'jti')}`],
    ['node-name', textOf(own['node'], 'name')],
    ['node-uid', textOf(own['node'], 'uid')],
    ['pod-name', textOf(own['pod'], 'name')],
    ['pod-uid', textOf(own['pod'], 'uid')],
  ];
  const extra = details.filter(([, value]) => value !== '').map(([key, value]) => [`authentication.kubernetes.io/${key}`, [value]]);
  return {
    username: usernameOf(namespace, account.name),
    uid: account.uid,
    groups: [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${namespace}`, AUTHENTICATED],
    extra: Object.fromEntries(extra),
  };
}
