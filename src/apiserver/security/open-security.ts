/**
 * Everything that keeps the API: certificates, who asks, and what they may. How `compose` opens it:
 *
 *   const security = await openSecurity({ store, clock, logger, place, pki: new OwnerOnlyFiles(`${stateDir}/pki`), state: new OwnerOnlyFiles(stateDir) })
 *   const api = await openApi({ …, access: security.access, resources: { clusterCa: security.clusterCa, … }, outside: { paths: security.paths(() => address), … } })
 *   const server = new ApiServer({ handler: api.handler, logger, tls: security.tls, hosts: security.hosts })
 *   const { port } = await server.listen({ host: place.listen, port: 6443 })
 *   await security.publish(serverUrl(place.listen, port), (tls) => server.replaceTls(tls))
 *   …
 *   await security.close()   // any time; before or after the server
 */
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { PrivateFiles } from '../../ports/private-files.ts';
import type { Authenticator, Authorizer } from '../access.ts';
import { parseStored } from '../api-object.ts';
import type { PathRoute } from '../non-resource-routes.ts';
import type { TokenIssuer } from '../token-issuer.ts';
import { AccountTokens, TOKEN_CHECKS, type TokenChecks } from './account-tokens.ts';
import { ApiCertificates, type ServingMaterial } from './api-certificates.ts';
import { CertificateAuthority } from './certificate-authority.ts';
import { CERTIFICATE_CHECKS, type CertificateChecks, CertificateLogin } from './certificate-login.ts';
import { FailedLogins } from './failed-logins.ts';
import { IDENTITY_BOUNDS, type IdentityBounds, IdentityLimits } from './identity-limits.ts';
import { openidRoutes } from './openid-routes.ts';
import { type DoorParts, RequestDoor } from './request-door.ts';
import { RoleAuthorizer } from './role-authorizer.ts';
import { PUBLIC_PATHS, ROLES, type Role } from './roles.ts';
import { type ServingPlace, servingNames } from './serving-names.ts';
import { TokenKeys } from './token-keys.ts';

export interface SecurityParts {
  /** Where tokens' accounts and Pods are looked up; stays the caller's. */
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly place: ServingPlace;
  /** `<state-dir>/pki` */
  readonly pki: PrivateFiles;
  /** The state directory: for the kubeconfigs. */
  readonly state: PrivateFiles;
  /** Only to show that each of them holds: what is absent is as it should be. */
  readonly guards?: Partial<AccessGuards>;
}

/** Each can be exchanged; `docs/security.md` names the attack that each of them stops. */
export interface AccessGuards {
  readonly certificateChecks: CertificateChecks;
  readonly tokenChecks: TokenChecks;
  readonly roles: readonly Role[];
  readonly publicPaths: readonly string[];
  readonly failedLogins: DoorParts['failedLogins'];
  readonly identityBounds: IdentityBounds;
}

export interface ApiSecurity {
  readonly access: { readonly authenticator: Authenticator; readonly authorizer: Authorizer; readonly tokenIssuer: TokenIssuer };
  /** PEM by which Pods and other clients know this API. */
  readonly clusterCa: string;
  readonly tls: ServingMaterial;
  /** What clients may call this server. */
  readonly hosts: readonly string[];
  /** Of OpenID discovery; `serverAddress`: host and port as clients should call this server. */
  paths(serverAddress: () => string): Readonly<Record<string, PathRoute>>;
  /** Writes the kubeconfigs once the server listens, and keeps all certificates valid from then on. */
  publish(server: string, onRenewed: (tls: ServingMaterial) => void): Promise<void>;
  /** Twice is fine. */
  close(): Promise<void>;
}

export async function openSecurity(parts: SecurityParts): Promise<ApiSecurity> {
  const { clock, logger, state, pki, place } = parts;
  const names = servingNames(place);
  const authority = await CertificateAuthority.open(pki, clock.now().wallMs);
  await authority.renewIfDue(clock.now().wallMs);
  const keys = await TokenKeys.open(pki);
  const certificates = new ApiCertificates({ authority, state, clock, logger, names });
  return {
    access: openAccess(parts, authority, keys),
    clusterCa: certificates.clusterCa,
    tls: certificates.serving,
    hosts: names,
    paths: (serverAddress) => openidRoutes(keys, serverAddress),
    publish: (server, onRenewed) => certificates.publish(server, onRenewed),
    close: () => certificates.close(),
  };
}

function openAccess({ store, clock, guards = {} }: SecurityParts, authority: CertificateAuthority, keys: TokenKeys): ApiSecurity['access'] {
  const { certificateChecks = CERTIFICATE_CHECKS, tokenChecks = TOKEN_CHECKS, roles = ROLES } = guards;
  const { publicPaths = PUBLIC_PATHS, failedLogins = new FailedLogins(clock), identityBounds = IDENTITY_BOUNDS } = guards;
  const find = (resource: string, namespace: string, name: string) => {
    const stored = store.get({ resource, namespace, name });
    return stored === undefined ? undefined : parseStored(stored.json);
  };
  const tokens = new AccountTokens({ keys, clock, find, checks: tokenChecks });
  const authorizer = new RoleAuthorizer(roles);
  const authenticator = new RequestDoor({
    clock,
    certificates: new CertificateLogin(() => authority.certificate, certificateChecks),
    tokens,
    authorizer,
    failedLogins,
    limits: new IdentityLimits(clock, identityBounds),
    publicPaths,
  });
  return { authenticator, authorizer, tokenIssuer: tokens };
}
