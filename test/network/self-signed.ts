/** A key and a certificate made for one test: nothing that expires lies in the repository, and no openssl is needed. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateWish {
  readonly name?: string;
  readonly bits?: number;
  readonly notAfter?: Date;
  /** IPv4 addresses that the certificate is good for; Go's clients look nowhere else. */
  readonly addresses?: readonly string[];
}

export function selfSigned(wish: CertificateWish = {}): KeyAndCertificate {
  const { name = 'hooklet test', bits = 2048, notAfter = new Date(Date.now() + 86_400_000), addresses = [] } = wish;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const algorithm = sequence(Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const subject = sequence(der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(name)))));
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(7)]);
  const body = sequence(
    der(0xa0, Buffer.from('020102', 'hex')),
    der(0x02, serial),
    algorithm,
    subject,
    sequence(time(new Date(Date.now() - 86_400_000)), time(notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(addresses.length === 0 ? [] : [der(0xa3, sequence(alternativeNames(addresses)))]),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** The extension subjectAltName. */
const alternativeNames = (addresses: readonly string[]): Buffer => {
  const names = addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number))));
  return sequence(Buffer.from('0603551d11', 'hex'), der(0x04, sequence(...names)));
};

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

/** GeneralizedTime. */
const time = (date: Date): Buffer => der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`));
