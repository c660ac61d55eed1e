/**
 * Who asks: a client certificate first, then a bearer token, then nobody, who may see that the server lives. Then whom they
 * act for, and whether they have too much going on.
 *
 * D1 A credential that is shown and not good is refused, also where none would have been needed.
 * D2 No password, no token in a URL, no token in a WebSocket's protocols: a browser page has no way in.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Authenticator, Authorizer, Credentials, ReviewedUser, UserInfo } from '../access.ts';
import { tooManyRequests } from '../status-error.ts';
import type { AccountTokens } from './account-tokens.ts';
import type { CertificateLogin } from './certificate-login.ts';
import type { FailedLogins } from './failed-logins.ts';
import type { IdentityLimits } from './identity-limits.ts';
import { impersonated } from './impersonation.ts';
import { ANONYMOUS, PUBLIC_PATHS, UNAUTHENTICATED } from './roles.ts';

export interface DoorParts {
  readonly clock: Clock;
  readonly certificates: Pick<CertificateLogin, 'userOf'>;
  readonly tokens: Pick<AccountTokens, 'knows' | 'verify'>;
  readonly authorizer: Authorizer;
  readonly failedLogins: Pick<FailedLogins, 'mayTry' | 'failed'>;
  readonly limits: Pick<IdentityLimits, 'enter'>;
  /** Where nobody need say who they are. */
  readonly publicPaths?: readonly string[];
}

const NOBODY: UserInfo = { username: ANONYMOUS, groups: [UNAUTHENTICATED] };

export class RequestDoor implements Authenticator {
  readonly #parts: DoorParts;
  readonly #publicPaths: ReadonlySet<string>;

  constructor(parts: DoorParts) {
    this.#parts = parts;
    this.#publicPaths = new Set(parts.publicPaths ?? PUBLIC_PATHS);
  }

  async authenticate(credentials: Credentials): Promise<UserInfo | undefined> {
    const user = this.#userOf(credentials);
    if (user === undefined) return undefined;
    const acting = await impersonated(user, credentials.headers, this.#parts.authorizer);
    const { method, path, query, signal, remoteAddress } = credentials;
    // A request made by hand inside the process has no connection that could be counted.
    if (method === undefined || path === undefined || query === undefined || signal === undefined) return acting;
    if (!this.#parts.limits.enter(user, { method, path, query, signal, remoteAddress })) throw tooManyRequests();
    return acting;
  }

  reviewToken(token: string, audiences: readonly string[]): ReviewedUser | undefined {
    const verified = this.#parts.tokens.verify(token, audiences);
    return verified === undefined ? undefined : { ...verified.user, audiences: verified.audiences };
  }

  #userOf(credentials: Credentials): UserInfo | undefined {
    const { certificate, headers, path } = credentials;
    const byCertificate =
      certificate === undefined ? undefined : this.#parts.certificates.userOf(certificate, this.#parts.clock.now().wallMs);
    if (byCertificate !== undefined) return byCertificate;
    const token = bearerToken(headers.authorization);
    if (token !== undefined) return this.#userOfToken(token, credentials.remoteAddress ?? '');
    const isNobody = certificate === undefined && path !== undefined && this.#publicPaths.has(path);
    return isNobody ? NOBODY : undefined;
  }

  #userOfToken(token: string, address: string): UserInfo | undefined {
    const { tokens, failedLogins } = this.#parts;
    if (!tokens.knows(token) && !failedLogins.mayTry(address)) throw tooManyRequests();
    const verified = tokens.verify(token);
    if (verified === undefined) failedLogins.failed(address);
    return verified?.user;
  }
}

/** RFC 6750 2.1; the scheme in any case (`apiserver/pkg/authentication/request/bearertoken`). Other schemes are none of ours. */
function bearerToken(header: string | undefined): string | undefined {
  const [scheme = '', token = ''] = (header ?? '').trim().split(' ', 2);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}
