import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkTarget, HTTP_BOUNDS, withoutRedirect } from './guards.ts';
import { checkOrigin } from './origin-check.ts';

describe('withoutRedirect()', () => {
  it('passes on every answer but one that sends the client elsewhere', () => {
    const answer = (status: number) => ({ status, headers: { location: 'https://elsewhere.example/' }, body: new Uint8Array() });
    for (const status of [101, 200, 201, 304, 400, 404, 500]) assert.equal(withoutRedirect(answer(status)).status, status);
    for (const status of [300, 301, 302, 303, 305, 307, 308, 399]) {
      const { status: given, headers } = withoutRedirect(answer(status));
      assert.deepEqual([given, headers['location']], [502, undefined]);
    }
  });
});

describe('checkTarget()', () => {
  it('takes paths only', () => {
    for (const url of ['/', '/api', '//api']) assert.doesNotThrow(() => checkTarget({ url, headers: {} }));
    for (const url of ['http://elsewhere.example/', '*', 'elsewhere.example:443', ''])
      assert.throws(() => checkTarget({ url, headers: {} }), { code: 400 });
  });
});

describe('checkOrigin()', () => {
  const host = '127.0.0.1:6443';

  it('takes programs, which send nothing, and our own origin', () => {
    const own = [
      {},
      { origin: `https://${host}` },
      { origin: 'HTTPS://127.0.0.1:6443' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of own) assert.doesNotThrow(() => checkOrigin({ host, ...headers }), JSON.stringify(headers));
  });

  it('refuses every other origin', () => {
    const others = [
      { origin: 'null' },
      { origin: '' },
      { origin: `http://${host}` },
      { origin: 'https://127.0.0.1' },
      { origin: 'https://127.0.0.1:64430' },
      { origin: `https://${host}.page.example` },
      { origin: 'https://page.example', 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: `https://${host}`, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of others) assert.throws(() => checkOrigin({ host, ...headers }), { code: 403 }, JSON.stringify(headers));
    assert.throws(() => checkOrigin({ origin: 'https://page.example' }), { code: 403 });
  });
});

describe('HTTP_BOUNDS', () => {
  it('give a head less time than a whole request, and look often enough to keep both', () => {
    const { headersTimeout, requestTimeout, connectionsCheckingInterval, handshakeTimeout } = HTTP_BOUNDS;
    assert.ok(headersTimeout < requestTimeout && connectionsCheckingInterval <= headersTimeout && handshakeTimeout <= headersTimeout);
  });
});
