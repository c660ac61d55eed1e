/** Compact JWS (RFC 7515, 7519), signed with ES256. What a token's header asks for decides nothing but the key (RFC 8725 3.1). */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type Fields, isFields, textOf } from '../../model/json-fields.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As upstream derives it: base64url of the SHA-256 of the SubjectPublicKeyInfo (`pkg/serviceaccount/jwt.go`). */
  readonly id: string;
}

export interface ParsedToken {
  /** What its header says: the signature is never judged by it. */
  readonly algorithm: string;
  readonly keyId: string;
  readonly claims: Fields;
  /** Says the token whether somebody with this key signed it. */
  isSignedBy(publicKey: KeyObject): boolean;
}

export const ALGORITHM = 'ES256';
/** Upstream has no limit of its own; a header line of Node's server ends at 64 KiB. */
const MAX_LENGTH = 16 * 1024;
/** JOSE wants the two numbers of an ECDSA signature one after the other (RFC 7518 3.4). */
const ENCODING = 'ieee-p1363';

export function signingKey(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { privateKey, publicKey, id };
}

export function signToken(claims: object, { privateKey, id }: SigningKey): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: ALGORITHM, kid: id })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: ENCODING });
  return `${signed}.${signature.toString('base64url')}`;
}

/** `undefined`: it is no such token. Nothing of it is to be believed before `isSignedBy` says so. */
export function parseToken(text: string): ParsedToken | undefined {
  if (text.length > MAX_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined;
  const [header = '', payload = '', signature = ''] = text.split('.');
  const head = jsonOf(header);
  const claims = jsonOf(payload);
  // `crit` names what a reader must understand, and this one understands nothing of it (RFC 7515 4.1.11).
  if (head === undefined || claims === undefined || Object.hasOwn(head, 'crit')) return undefined;
  return {
    algorithm: textOf(head, 'alg'),
    keyId: textOf(head, 'kid'),
    claims,
    isSignedBy: (publicKey) =>
      verify('sha256', Buffer.from(`${header}.${payload}`), { key: publicKey, dsaEncoding: ENCODING }, Buffer.from(signature, 'base64url')),
  };
}

function jsonOf(part: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
