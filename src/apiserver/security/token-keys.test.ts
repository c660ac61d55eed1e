import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { MemoryPrivateFiles } from '../../fakes/memory-private-files.ts';
import { signToken } from './json-web-token.ts';
import { openidRoutes } from './openid-routes.ts';
import { TOKEN_KEYS_FILE, TokenKeys } from './token-keys.ts';

describe('TokenKeys', () => {
  it('open() makes a key once, and finds it again', async () => {
    const files = new MemoryPrivateFiles();
    const made = await TokenKeys.open(files);
    assert.equal((await TokenKeys.open(new MemoryPrivateFiles(files.content))).signer.id, made.signer.id);
  });

  it('open() signs with the first key of the file and finds all of them', async () => {
    const [first, second] = [new MemoryPrivateFiles(), new MemoryPrivateFiles()];
    const [older, newer] = [await TokenKeys.open(first), await TokenKeys.open(second)];
    const both = `${second.content.get(TOKEN_KEYS_FILE)}${first.content.get(TOKEN_KEYS_FILE)}`;
    const keys = await TokenKeys.open(new MemoryPrivateFiles(new Map([[TOKEN_KEYS_FILE, both]])));
    assert.equal(keys.signer.id, newer.signer.id);
    assert.equal(keys.find(older.signer.id)?.id, older.signer.id);
    assert.equal(keys.find(''), undefined);
    assert.deepEqual(
      keys.keySet.map(({ kid }) => kid),
      [newer.signer.id, older.signer.id],
    );
  });

  it('open() refuses what is damaged or of another kind, and leaves it as it is', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const text of ['', 'x', rsa, publicKey.export({ type: 'spki', format: 'pem' }).toString()]) {
      const files = new MemoryPrivateFiles(new Map([[TOKEN_KEYS_FILE, text]]));
      await assert.rejects(TokenKeys.open(files), {
        code: 'hostLacks',
        message: /^Cannot use the keys of ServiceAccount tokens .* every token is void$/,
      });
      assert.equal(files.content.get(TOKEN_KEYS_FILE), text);
    }
  });

  it('keySet holds public halves, by which others verify a token', async () => {
    const keys = await TokenKeys.open(new MemoryPrivateFiles());
    const [jwk] = keys.keySet;
    assert.deepEqual(Object.keys(jwk ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const [head, payload, signature = ''] = signToken({ a: 1 }, keys.signer).split('.');
    const key = createPublicKey({ key: jwk ?? {}, format: 'jwk' });
    assert.ok(verify('sha256', Buffer.from(`${head}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')));
  });
});

describe('openidRoutes()', () => {
  it('answers GET of its two paths and of nothing below them', async () => {
    const keys = await TokenKeys.open(new MemoryPrivateFiles());
    const routes = openidRoutes(keys, () => '10.0.0.1:6443');
    const ask = async (method: string, root: string, path: string) => {
      const answer = await routes[root]?.({ method } as never, path, { username: 'x', groups: [] });
      return answer === undefined ? undefined : JSON.parse(Buffer.from(answer.body as Uint8Array).toString());
    };
    assert.deepEqual(await ask('GET', '/.well-known/openid-configuration', '/.well-known/openid-configuration'), {
      issuer: 'https://kubernetes.default.svc.cluster.local',
      jwks_uri: 'https://10.0.0.1:6443/openid/v1/jwks',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    assert.equal((await ask('GET', '/openid/v1/jwks', '/openid/v1/jwks')).keys[0].kid, keys.signer.id);
    assert.equal(await ask('GET', '/openid/v1/jwks', '/openid/v1/jwks/x'), undefined);
    assert.equal(await ask('POST', '/openid/v1/jwks', '/openid/v1/jwks'), undefined);
  });
});
