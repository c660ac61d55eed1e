/**
 * A client certificate → who it is for. The TLS layer has judged it when the connection was made; connections live for days
 * and sessions are resumed, so each request judges it again.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { UserInfo } from '../access.ts';
import { RecentMap } from './recent-map.ts';
import { AUTHENTICATED } from './roles.ts';

export interface CertificateContext {
  readonly authority: X509Certificate;
  readonly nowMs: number;
}

export type CertificateCheck = (certificate: X509Certificate, context: CertificateContext) => boolean;

/** All must hold. Each is one guard of `docs/security.md`. */
export interface CertificateChecks {
  readonly issuer: CertificateCheck;
  readonly lifetime: CertificateCheck;
  readonly purpose: CertificateCheck;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export const CERTIFICATE_CHECKS: CertificateChecks = {
  issuer: (certificate, { authority }) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  lifetime: ({ validFromDate, validToDate }, { nowMs }) => validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime(),
  purpose: ({ ca, keyUsage }) => !ca && (keyUsage ?? []).includes(CLIENT_AUTH),
};

/** Certificates of one machine's clients, with room to spare. */
const REMEMBERED = 256;

interface Seen {
  readonly certificate: X509Certificate;
  readonly user: UserInfo | undefined;
  /** By which authority's certificate it was found good. */
  readonly authority: X509Certificate;
}

export class CertificateLogin {
  readonly #authority: () => X509Certificate;
  readonly #checks: CertificateChecks;
  /** What never changes about a certificate costs a signature check, once. */
  readonly #seen = new RecentMap<string, Seen>(REMEMBERED);

  constructor(authority: () => X509Certificate, checks: CertificateChecks = CERTIFICATE_CHECKS) {
    this.#authority = authority;
    this.#checks = checks;
  }

  /** `undefined`: it is not good here and now. `der`: the certificate as the connection shows it. */
  userOf(der: Uint8Array, nowMs: number): UserInfo | undefined {
    const hash = createHash('sha256').update(der).digest('hex');
    const context = { authority: this.#authority(), nowMs };
    const known = this.#seen.get(hash);
    const seen = known?.authority === context.authority ? known : this.#judge(der, hash, context);
    return seen !== undefined && this.#checks.lifetime(seen.certificate, context) ? seen.user : undefined;
  }

  #judge(der: Uint8Array, hash: string, context: CertificateContext): Seen | undefined {
    const certificate = parse(der);
    if (certificate === undefined) return undefined;
    const isGood = this.#checks.issuer(certificate, context) && this.#checks.purpose(certificate, context);
    const seen = { certificate, authority: context.authority, user: isGood ? userIn(certificate, hash) : undefined };
    this.#seen.set(hash, seen);
    return seen;
  }
}

function parse(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** `apiserver/pkg/authentication/request/x509/x509.go` CommonNameUserConversion. */
function userIn(certificate: X509Certificate, hash: string): UserInfo | undefined {
  // The text form of a name needs unescaping; this one has its values apart.
  const subject = certificate.toLegacyObject().subject as unknown as Readonly<Record<string, unknown>>;
  const username = subject['CN'];
  if (typeof username !== 'string' || username === '') return undefined;
  const groups = [subject['O'] ?? []].flat().filter((one) => typeof one === 'string');
  return {
    username,
    groups: [...new Set([...groups, AUTHENTICATED])],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${hash}`] },
  };
}
