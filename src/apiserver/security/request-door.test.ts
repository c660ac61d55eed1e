import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../../fakes/manual-clock.ts';
import type { Credentials, UserInfo } from '../access.ts';
import { FailedLogins } from './failed-logins.ts';
import { RequestDoor } from './request-door.ts';
import { RoleAuthorizer } from './role-authorizer.ts';

const admin: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
const app: UserInfo = { username: 'system:serviceaccount:default:app', groups: ['system:serviceaccounts', 'system:authenticated'] };

function open() {
  const clock = new ManualClock();
  const known = new Set<string>();
  const entered: string[] = [];
  const looked: string[] = [];
  const bounds = { isFull: false };
  const door = new RequestDoor({
    clock,
    certificates: { userOf: (der) => (der[0] === 1 ? admin : undefined) },
    tokens: {
      knows: (token) => known.has(token),
      verify: (token, audiences = ['api']) => {
        looked.push(token);
        return token.startsWith('good') ? { user: app, audiences } : undefined;
      },
    },
    authorizer: new RoleAuthorizer(),
    failedLogins: new FailedLogins(clock),
    limits: {
      enter: ({ username }, { path }) => {
        entered.push(`${username} ${path}`);
        return !bounds.isFull;
      },
    },
  });
  const come = (credentials: Partial<Credentials> = {}) =>
    door.authenticate({
      method: 'GET',
      path: '/api',
      query: new URLSearchParams(),
      signal: new AbortController().signal,
      headers: {},
      ...credentials,
    });
  return { clock, door, come, known, entered, looked, bounds };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const good = Uint8Array.of(1);
const bad = Uint8Array.of(2);

describe('RequestDoor', () => {
  it('authenticate() takes the certificate first, then the token', async () => {
    const { come } = open();
    assert.equal(await come({ certificate: good, headers: bearer('bad') }), admin);
    assert.equal(await come({ certificate: bad, headers: bearer('good') }), app);
    assert.equal(await come({ headers: { authorization: 'bearer good' } }), app);
  });

  it('authenticate() knows nobody by a password, a token in the URL or in the protocols of a WebSocket', async () => {
    const { come } = open();
    const secret = Buffer.from('good').toString('base64url');
    assert.equal(await come({ headers: { authorization: `Basic ${secret}` } }), undefined);
    assert.equal(await come({ headers: { authorization: 'Bearer' } }), undefined);
    assert.equal(await come({ headers: { authorization: 'Bearer  ' } }), undefined);
    assert.equal(await come({ query: new URLSearchParams({ access_token: 'good', token: 'good' }) }), undefined);
    const protocols = `v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.${secret}`;
    assert.equal(await come({ headers: { 'sec-websocket-protocol': protocols } }), undefined);
  });

  it('authenticate() lets nobody in where the health is, and who shows a bad credential nowhere', async () => {
    const { come } = open();
    for (const path of ['/healthz', '/livez', '/readyz', '/version', '/version/']) {
      assert.deepEqual(await come({ path }), { username: 'system:anonymous', groups: ['system:unauthenticated'] });
      assert.equal(await come({ path, headers: bearer('bad') }), undefined);
      assert.equal(await come({ path, certificate: bad }), undefined);
    }
    for (const path of ['/', '/api', '/healthz/', '/healthz/ping', '/metrics', '/version/x', '/HEALTHZ', '//healthz', '/healthz%2f']) {
      assert.equal(await come({ path }), undefined, path);
    }
  });

  it('authenticate() answers 429 when the identity has too much going on, counted for who really asks', async () => {
    const { come, bounds, entered } = open();
    await come({ certificate: good, headers: { 'impersonate-user': 'jane' } });
    bounds.isFull = true;
    await assert.rejects(come({ headers: bearer('good') }), { code: 429 });
    assert.deepEqual(entered, ['admin /api', `${app.username} /api`]);
  });

  it('authenticate() acts for others only with the right to', async () => {
    const { come } = open();
    const headers = { 'impersonate-user': 'jane' };
    assert.deepEqual(await come({ certificate: good, headers }), { username: 'jane', groups: ['system:authenticated'] });
    await assert.rejects(come({ headers: { ...bearer('good'), ...headers } }), {
      code: 403,
      message: `users "jane" is forbidden: User "${app.username}" cannot impersonate resource "users" in API group "" at the cluster scope`,
    });
    await assert.rejects(come({ path: '/healthz', headers }), { code: 403 });
  });

  it('authenticate() stops looking at unknown tokens after too many bad ones, and goes on with known ones and certificates', async () => {
    const { come, known, looked, clock } = open();
    for (let tried = 0; tried < 100; tried += 1)
      assert.equal(await come({ remoteAddress: 'a', headers: bearer(`bad-${tried}`) }), undefined);
    await assert.rejects(come({ remoteAddress: 'a', headers: bearer('good') }), { code: 429 });
    assert.equal(looked.length, 100);
    known.add('good');
    assert.equal(await come({ remoteAddress: 'a', headers: bearer('good') }), app);
    assert.equal(await come({ remoteAddress: 'a', certificate: good }), admin);
    assert.equal(await come({ remoteAddress: 'b', headers: bearer('good-too') }), app);
    await clock.advance(1000);
    assert.equal(await come({ remoteAddress: 'a', headers: bearer('good-as-well') }), app);
  });

  it('reviewToken() answers with the audiences that hold', () => {
    const { door } = open();
    assert.deepEqual(door.reviewToken('good', ['vault']), { ...app, audiences: ['vault'] });
    assert.equal(door.reviewToken('bad', []), undefined);
  });
});
