/**
 * The keys that ServiceAccount tokens are signed with, in one private file: the first signs, all verify. To exchange the key
 * put a new one in front and start hooklet again; take the old one out when its tokens have ended.
 */
import { createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { HookletError, messageOf } from '../../ports/hooklet-error.ts';
import type { PrivateFiles } from '../../ports/private-files.ts';
import { ALGORITHM, type SigningKey, signingKey } from './json-web-token.ts';

export const TOKEN_KEYS_FILE = 'service-accounts.pem';

export class TokenKeys {
  readonly #keys: readonly SigningKey[];

  /** At least one. */
  constructor(keys: readonly SigningKey[]) {
    this.#keys = keys;
  }

  /** Those of the file, or a new one. Rejects with `hostLacks` when the file is damaged: a new key would end every token. */
  static async open(files: PrivateFiles): Promise<TokenKeys> {
    const text = await files.read(TOKEN_KEYS_FILE);
    if (text !== undefined) return new TokenKeys(readKeys(text));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await files.write(TOKEN_KEYS_FILE, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    return new TokenKeys([signingKey(privateKey)]);
  }

  get signer(): SigningKey {
    return this.#keys[0] as SigningKey;
  }

  find(id: string): SigningKey | undefined {
    return this.#keys.find((key) => key.id === id);
  }

  /** RFC 7517: public halves only. */
  get keySet(): readonly JsonWebKey[] {
    return this.#keys.map(({ publicKey, id }) => ({ use: 'sig', ...publicKey.export({ format: 'jwk' }), kid: id, alg: ALGORITHM }));
  }
}

function readKeys(text: string): readonly SigningKey[] {
  try {
    const blocks = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/g) ?? [];
    if (blocks.length === 0) throw new Error('it holds no private key');
    const keys = blocks.map((block) => signingKey(createPrivateKey(block)));
    if (keys.some(({ privateKey }) => privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1'))
      throw new Error('a key is not one of P-256');
    return keys;
  } catch (error) {
    throw new HookletError(
      'hostLacks',
      `Cannot use the keys of ServiceAccount tokens in "${TOKEN_KEYS_FILE}" of the state directory: ${messageOf(error)}; restore it, or remove it: then a new key is made, and every token is void`,
      { cause: error },
    );
  }
}
