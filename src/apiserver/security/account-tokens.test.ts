import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../../fakes/manual-clock.ts';
import type { ApiObject } from '../api-object.ts';
import type { TokenOrder } from '../token-issuer.ts';
import { AccountTokens, ISSUER } from './account-tokens.ts';
import { signingKey, signToken } from './json-web-token.ts';
import { TokenKeys } from './token-keys.ts';

const newKey = () => signingKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

const object = (kind: string, name: string, more: object = {}, metadata: object = {}): ApiObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, uid: `${kind}-${name}`, ...metadata },
  ...more,
});

function open(keys = new TokenKeys([newKey()])) {
  const clock = new ManualClock();
  const objects = new Map<string, ApiObject>([
    ['serviceaccounts/default/app', object('ServiceAccount', 'app')],
    ['pods/default/p', object('Pod', 'p', { spec: { serviceAccountName: 'app', nodeName: 'n' } })],
    ['pods/default/unbound', object('Pod', 'unbound', { spec: { serviceAccountName: 'app' } })],
    ['pods/default/other', object('Pod', 'other', { spec: {} })],
    ['secrets/default/s', object('Secret', 's')],
    ['nodes//n', object('Node', 'n')],
  ]);
  const find = (resource: string, namespace: string, name: string) => objects.get(`${resource}/${namespace}/${name}`);
  return { clock, objects, keys, tokens: new AccountTokens({ keys, clock, find }) };
}

const ORDER: TokenOrder = {
  namespace: 'default',
  serviceAccount: 'app',
  serviceAccountUid: 'ServiceAccount-app',
  audiences: [],
  expirationSeconds: 3600,
};
const boundTo = (kind: string, name: string) => ({ kind, apiVersion: 'v1', name, uid: `${kind}-${name}` });
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('AccountTokens', () => {
  it("issue() makes a token with upstream's claims", async () => {
    const { tokens, keys, clock } = open();
    const { token, expirationTimestamp, audiences } = await tokens.issue({ ...ORDER, boundTo: boundTo('Pod', 'p') });
    const now = clock.now().wallMs / 1000;
    const { jti, ...claims } = claimsOf(token);
    assert.match(jti, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.deepEqual(claims, {
      aud: [ISSUER],
      exp: now + 3600,
      iat: now,
      nbf: now,
      iss: ISSUER,
      sub: 'system:serviceaccount:default:app',
      'kubernetes.io': {
        namespace: 'default',
        serviceaccount: { name: 'app', uid: 'ServiceAccount-app' },
        pod: { name: 'p', uid: 'Pod-p' },
        node: { name: 'n', uid: 'Node-n' },
      },
    });
    assert.deepEqual(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()), { alg: 'ES256', kid: keys.signer.id });
    assert.equal(expirationTimestamp, '2030-01-01T01:00:00Z');
    assert.deepEqual(audiences, [ISSUER]);
  });

  it('issue() names what else the token is bound to, and no node of a Pod that has none', async () => {
    const { tokens } = open();
    const own = async (kind: string, name: string) =>
      claimsOf((await tokens.issue({ ...ORDER, boundTo: boundTo(kind, name) })).token)['kubernetes.io'];
    assert.deepEqual((await own('Secret', 's')).secret, { name: 's', uid: 'Secret-s' });
    assert.deepEqual((await own('Node', 'n')).node, { name: 'n', uid: 'Node-n' });
    assert.deepEqual(Object.keys(await own('Pod', 'unbound')), ['namespace', 'serviceaccount', 'pod']);
  });

  it('issue() refuses a Pod that runs as another ServiceAccount', async () => {
    const { tokens } = open();
    await assert.rejects(tokens.issue({ ...ORDER, boundTo: boundTo('Pod', 'other') }), {
      code: 400,
      message: 'cannot bind token for serviceaccount "app" to pod running with different serviceaccount name.',
    });
  });

  it('issue() keeps the time of a token between ten minutes and a year', async () => {
    const { tokens, clock } = open();
    for (const [asked, given] of [
      [1, 600],
      [600, 600],
      [3600, 3600],
      [2 ** 32, 31_536_000],
    ] as const) {
      const { token, expirationTimestamp } = await tokens.issue({ ...ORDER, expirationSeconds: asked });
      assert.equal(claimsOf(token).exp - clock.now().wallMs / 1000, given);
      assert.equal(Date.parse(expirationTimestamp) / 1000, claimsOf(token).exp);
    }
  });

  it('verify() says who a token is for, with the Pod and the Node it comes from', async () => {
    const { tokens } = open();
    const { token } = await tokens.issue({ ...ORDER, boundTo: boundTo('Pod', 'p') });
    assert.deepEqual(tokens.verify(token), {
      audiences: [ISSUER],
      user: {
        username: 'system:serviceaccount:default:app',
        uid: 'ServiceAccount-app',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
        extra: {
          'authentication.kubernetes.io/credential-id': [`JTI=${claimsOf(token).jti}`],
          'authentication.kubernetes.io/node-name': ['n'],
          'authentication.kubernetes.io/node-uid': ['Node-n'],
          'authentication.kubernetes.io/pod-name': ['p'],
          'authentication.kubernetes.io/pod-uid': ['Pod-p'],
        },
      },
    });
  });

  it('verify() answers with those of the audiences that the token has', async () => {
    const { tokens } = open();
    const { token } = await tokens.issue({ ...ORDER, audiences: ['vault', 'b'] });
    assert.deepEqual(tokens.verify(token, ['x', 'b'])?.audiences, ['b']);
    assert.equal(tokens.verify(token, ['x']), undefined);
    assert.equal(tokens.verify(token), undefined);
  });

  it('verify() takes a token from a minute before its beginning to a minute after its end', async () => {
    const { tokens, clock } = open();
    const { token } = await tokens.issue(ORDER);
    const isGood = async (afterSeconds: number): Promise<boolean> => {
      await clock.jumpWall(afterSeconds * 1000);
      const user = tokens.verify(token);
      await clock.jumpWall(-afterSeconds * 1000);
      return user !== undefined;
    };
    const seconds = [-61, -60, 0, 3600, 3660, 3661];
    assert.deepEqual(await Array.fromAsync(seconds, isGood), [false, true, true, true, true, false]);
  });

  it('verify() ends with what the token is bound to, a minute after it was deleted', async () => {
    for (const [kind, key] of [
      ['Pod', 'pods/default/p'],
      ['Secret', 'secrets/default/s'],
      ['Node', 'nodes//n'],
    ] as const) {
      const { tokens, clock, objects } = open();
      const name = key.split('/').at(-1) ?? '';
      const { token } = await tokens.issue({ ...ORDER, boundTo: boundTo(kind, name) });
      const live = objects.get(key) as ApiObject;
      const deletedAt = (secondsAgo: number): ApiObject => ({
        ...live,
        metadata: { ...live.metadata, deletionTimestamp: new Date(clock.now().wallMs - secondsAgo * 1000).toISOString() },
      });
      const states: readonly (ApiObject | undefined)[] = [
        live,
        deletedAt(-30),
        deletedAt(60),
        deletedAt(61),
        undefined,
        object(kind, name, {}, { uid: 'new' }),
      ];
      const good = states.map((state) => {
        if (state === undefined) objects.delete(key);
        else objects.set(key, state);
        return tokens.verify(token) !== undefined;
      });
      assert.deepEqual(good, [true, true, true, false, false, false], kind);
    }
  });

  it("verify() lets a Pod's token outlive its Node", async () => {
    const { tokens, objects } = open();
    const { token } = await tokens.issue({ ...ORDER, boundTo: boundTo('Pod', 'p') });
    objects.delete('nodes//n');
    assert.ok(tokens.verify(token));
  });

  it('verify() takes tokens of an older key, and none of a key that was taken out', async () => {
    const [older, newer] = [newKey(), newKey()];
    const { token } = await open(new TokenKeys([older])).tokens.issue(ORDER);
    assert.ok(open(new TokenKeys([newer, older])).tokens.verify(token));
    assert.equal(open(new TokenKeys([newer])).tokens.verify(token), undefined);
  });

  it('verify() is undefined for anything that is no token, however it looks', async () => {
    const { tokens, keys } = open();
    const { token } = await tokens.issue(ORDER);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const others = [
      '',
      '.',
      '..',
      `${head}.${payload}`,
      `${token}.x`,
      ` ${token}`,
      `${head}.${payload}.`,
      `${head}.${payload}.${signature.slice(2)}`,
    ];
    for (const text of [...others, `${payload}.${payload}.${signature}`, `${head}.${head}.${signature}`, 'a'.repeat(100_000)]) {
      assert.equal(tokens.verify(text), undefined, text.slice(0, 80));
    }
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const value of [null, 1, 'x', [], [{}]]) assert.equal(tokens.verify(`${part(value)}.${part(value)}.AA`), undefined);
    // What a reader must understand who does not.
    const critical = `${part({ alg: 'ES256', kid: keys.signer.id, crit: ['x'], x: 1 })}.${payload}`;
    const { privateKey } = keys.signer;
    const signed = sign('sha256', Buffer.from(critical), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    assert.equal(tokens.verify(`${critical}.${signed.toString('base64url')}`), undefined);
    // Signed by our own key, but with nothing in it that a token of ours has.
    for (const claims of [
      {},
      { iss: ISSUER },
      { ...claimsOf(token), nbf: undefined },
      { ...claimsOf(token), exp: '9999999999' },
      { ...claimsOf(token), sub: 'admin' },
      { ...claimsOf(token), 'kubernetes.io': [] },
    ]) {
      assert.equal(tokens.verify(signToken(claims, keys.signer)), undefined, JSON.stringify(claims));
    }
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => tokens.verify(`${head}.${part(a)}.${part(b)}`) === undefined));
  });

  it('verify() finds any changed character of a token', async () => {
    const { tokens } = open();
    const { token } = await tokens.issue(ORDER);
    // The last character of a base64 text has bits that say nothing.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: token.length - 2 }), fc.constantFrom(...'AZaz09-_'), (at, letter) => {
        fc.pre(token[at] !== letter && token[at] !== '.');
        assert.equal(tokens.verify(`${token.slice(0, at)}${letter}${token.slice(at + 1)}`), undefined);
      }),
    );
  });

  it('knows() only tokens whose signature was good', async () => {
    const { tokens } = open();
    const { token } = await tokens.issue(ORDER);
    assert.equal(tokens.knows(token), false);
    tokens.verify(token);
    tokens.verify(`${token.slice(0, -4)}AAAA`);
    assert.deepEqual([tokens.knows(token), tokens.knows(`${token.slice(0, -4)}AAAA`)], [true, false]);
  });
});
