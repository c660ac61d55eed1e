/**
 * The authority of one state directory: made once, and then the same key for ever. A renewed certificate of it says the
 * same name and the same key, so that what it signed before and who trusted it before go on without noticing.
 *
 * A1 The key lies in one private file together with its certificate: there is never one without the other.
 * A2 Nothing it signs outlives its own certificate.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { type CertificateUse, certificateBody, type DistinguishedName, signedCertificate } from '../../core/x509/certificate.ts';
import { HookletError, messageOf } from '../../ports/hooklet-error.ts';
import type { PrivateFiles } from '../../ports/private-files.ts';
import { isDue, YEAR_MS } from './certificate-lifetime.ts';

export const AUTHORITY_FILE = 'ca.pem';
/** As kubeadm makes them. */
const AUTHORITY_LIFETIME_MS = 10 * YEAR_MS;
const LEAF_LIFETIME_MS = YEAR_MS;
/** Clients' clocks may be behind ours. */
const BACKDATED_MS = 3_600_000;
const NAME: DistinguishedName = { commonName: 'hooklet-ca' };

/** PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface LeafOrder {
  readonly subject: DistinguishedName;
  readonly use: Exclude<CertificateUse, { readonly kind: 'authority' }>;
}

export class CertificateAuthority {
  readonly #files: PrivateFiles;
  readonly #key: KeyObject;
  #certificate: X509Certificate;

  private constructor(files: PrivateFiles, key: KeyObject, certificate: X509Certificate) {
    this.#files = files;
    this.#key = key;
    this.#certificate = certificate;
  }

  /** The one of these files, or a new one. Rejects with `hostLacks` when it is damaged: a new one would lock out every client. */
  static async open(files: PrivateFiles, nowMs: number): Promise<CertificateAuthority> {
    const text = await files.read(AUTHORITY_FILE);
    if (text !== undefined) {
      const { key, certificate } = readAuthority(text);
      return new CertificateAuthority(files, key, certificate);
    }
    const key = newKey();
    const certificate = new X509Certificate(selfSigned(key, nowMs));
    await files.write(AUTHORITY_FILE, authorityText(key, certificate));
    return new CertificateAuthority(files, key, certificate);
  }

  get certificate(): X509Certificate {
    return this.#certificate;
  }

  /** A new certificate for the same key, if the one there is comes to its end or lies outside of time as it is now. */
  async renewIfDue(nowMs: number): Promise<boolean> {
    if (!isDue(this.#certificate, nowMs)) return false;
    const certificate = new X509Certificate(selfSigned(this.#key, nowMs));
    await this.#files.write(AUTHORITY_FILE, authorityText(this.#key, certificate));
    this.#certificate = certificate;
    return true;
  }

  issue({ subject, use }: LeafOrder, nowMs: number): KeyAndCertificate {
    const key = newKey();
    const cert = signed({
      issuerKey: this.#key,
      key,
      subject,
      use,
      notBeforeMs: nowMs - BACKDATED_MS,
      notAfterMs: Math.min(nowMs + LEAF_LIFETIME_MS, this.#certificate.validToDate.getTime()),
    });
    return { key: keyText(key), cert };
  }
}

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const keyText = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const authorityText = (key: KeyObject, certificate: X509Certificate): string => `${keyText(key)}${certificate.toString()}`;

const selfSigned = (key: KeyObject, nowMs: number): string =>
  signed({
    issuerKey: key,
    key,
    subject: NAME,
    use: { kind: 'authority' },
    notBeforeMs: nowMs - BACKDATED_MS,
    notAfterMs: nowMs + AUTHORITY_LIFETIME_MS,
  });

interface SigningOrder {
  readonly issuerKey: KeyObject;
  readonly key: KeyObject;
  readonly subject: DistinguishedName;
  readonly use: CertificateUse;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

function signed({ issuerKey, key, ...rest }: SigningOrder): string {
  const publicKey = publicBytes(key);
  const body = certificateBody({
    ...rest,
    serial: randomBytes(16),
    issuer: NAME,
    publicKey,
    subjectKeyId: keyId(publicKey),
    authorityKeyId: keyId(publicBytes(issuerKey)),
  });
  const bytes = signedCertificate(body, sign('sha256', body, issuerKey));
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const publicBytes = (key: KeyObject): Uint8Array => createPublicKey(key).export({ type: 'spki', format: 'der' });
/** RFC 7093 2, method 1, over the whole SubjectPublicKeyInfo. */
const keyId = (publicKey: Uint8Array): Uint8Array => createHash('sha256').update(publicKey).digest().subarray(0, 20);

function readAuthority(text: string): { readonly key: KeyObject; readonly certificate: X509Certificate } {
  try {
    const certificate = new X509Certificate(text);
    const key = createPrivateKey(text);
    if (!certificate.checkPrivateKey(key)) throw new Error('its key and its certificate do not belong together');
    if (!certificate.ca) throw new Error('its certificate may not sign others');
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('its key is not one of P-256');
    return { key, certificate };
  } catch (error) {
    throw new HookletError(
      'hostLacks',
      `Cannot use the certificate authority "${AUTHORITY_FILE}" of the state directory: ${messageOf(error)}; restore it, or remove it: then a new one is made, and every kubeconfig that was copied away is void`,
      { cause: error },
    );
  }
}
