/**
 * An X.509 certificate (RFC 5280) as bytes: what is signed, and how the signature is put to it. The profile is small and
 * fixed: keys are EC P-256, signatures ECDSA with SHA-256, every certificate is for one use.
 */
import { addressBytes } from './address-bytes.ts';
import { bitString, explicit, implicit, integer, octetString, oid, sequence, setOf, TRUE, time, utf8String } from './der.ts';

export interface Certificate {
  /** 1 to 20 random bytes. */
  readonly serial: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Since the Unix epoch; cut to whole seconds. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly subjectKeyId: Uint8Array;
  readonly authorityKeyId: Uint8Array;
  readonly use: CertificateUse;
}

export interface DistinguishedName {
  readonly commonName: string;
  /** To Kubernetes: groups. */
  readonly organizations?: readonly string[];
}

export type CertificateUse =
  /** Signs others, none of which may sign in its turn. */
  | { readonly kind: 'authority' }
  /** `names`: DNS names and IP addresses that it answers to. */
  | { readonly kind: 'server'; readonly names: readonly string[] }
  | { readonly kind: 'client' };

const OIDS = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

const VERSION_3 = explicit(0, integer(Uint8Array.of(2)));
const ALGORITHM = sequence(oid(OIDS.ecdsaWithSha256));

/** The TBSCertificate: to be signed with the issuer's key. */
export function certificateBody(certificate: Certificate): Uint8Array {
  const { serial, issuer, subject, notBeforeMs, notAfterMs, publicKey } = certificate;
  return sequence(
    VERSION_3,
    integer(serial),
    ALGORITHM,
    distinguishedName(issuer),
    sequence(time(notBeforeMs), time(notAfterMs)),
    distinguishedName(subject),
    publicKey,
    explicit(3, sequence(...extensions(certificate))),
  );
}

/** `signature`: DER of the ECDSA signature of `body`. */
export const signedCertificate = (body: Uint8Array, signature: Uint8Array): Uint8Array => sequence(body, ALGORITHM, bitString(signature));

function distinguishedName({ commonName, organizations = [] }: DistinguishedName): Uint8Array {
  const part = (type: string, text: string): Uint8Array => setOf(sequence(oid(type), utf8String(text)));
  return sequence(...organizations.map((text) => part(OIDS.organization, text)), part(OIDS.commonName, commonName));
}

function extensions({ use, subjectKeyId, authorityKeyId }: Certificate): readonly Uint8Array[] {
  const ids = [
    extension(OIDS.subjectKeyIdentifier, octetString(subjectKeyId)),
    extension(OIDS.authorityKeyIdentifier, sequence(implicit(0, authorityKeyId))),
  ];
  if (use.kind === 'authority') return [critical(OIDS.basicConstraints, AUTHORITY), critical(OIDS.keyUsage, SIGNS_CERTIFICATES), ...ids];
  const purpose = use.kind === 'server' ? OIDS.serverAuth : OIDS.clientAuth;
  return [
    critical(OIDS.basicConstraints, sequence()),
    critical(OIDS.keyUsage, SIGNS_MESSAGES),
    extension(OIDS.extKeyUsage, sequence(oid(purpose))),
    ...ids,
    ...(use.kind === 'server' ? [extension(OIDS.subjectAltName, sequence(...use.names.map(generalName)))] : []),
  ];
}

const extension = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), octetString(value));
const critical = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), TRUE, octetString(value));

/** cA, and no further authority below it. */
const AUTHORITY = sequence(TRUE, integer(Uint8Array.of(0)));
/** keyCertSign and cRLSign: bits 5 and 6. */
const SIGNS_CERTIFICATES = bitString(Uint8Array.of(0b0000_0110), 1);
/** digitalSignature: bit 0. */
const SIGNS_MESSAGES = bitString(Uint8Array.of(0b1000_0000), 7);

const DNS_NAME = 2;
const IP_ADDRESS = 7;

function generalName(name: string): Uint8Array {
  const address = addressBytes(name);
  return address === undefined ? implicit(DNS_NAME, new TextEncoder().encode(name)) : implicit(IP_ADDRESS, address);
}
