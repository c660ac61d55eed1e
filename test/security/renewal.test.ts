import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { credentialsIn, openSecuredApi, PODS } from './secured-api.ts';

const MINUTE_MS = 60_000;
const NINE_MONTHS_MS = 9 * 30 * 24 * 3_600_000;

async function open(t: TestContext) {
  const api = await openSecuredApi();
  t.after(() => api.close());
  /** What a client sees that comes now. TLS looks at the real clock, to which a certificate of next year is not valid yet. */
  const served = async (): Promise<string> => {
    const socket: TLSSocket = await api.client.connect({ rejectUnauthorized: false });
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return new X509Certificate(raw).fingerprint256;
  };
  return { ...api, served };
}

describe('the certificates of a running API', () => {
  it('are renewed for connections to come, while a watch goes on on the connection that it has', async (t) => {
    const { client, clock, served, security } = await open(t);
    const socket = await client.connect({ as: 'admin' });
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    const said = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!heard.includes(text)) return;
          socket.off('data', look);
          resolve();
        };
        socket.on('data', look);
        look();
      });
    socket.write(`GET ${PODS}?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await said('200 OK');
    // This leaves a second connection open, for what comes after.
    await client.must(PODS, { as: 'admin' });
    const before = await served();
    assert.equal(before, new X509Certificate(security.tls.cert).fingerprint256);
    await clock.jumpWall(NINE_MONTHS_MS);
    await clock.advance(MINUTE_MS);
    assert.notEqual(await served(), before);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await client.must(PODS, { as: 'admin', body: pod });
    await said('"name":"p"');
    assert.equal(socket.destroyed, false);
  });

  it('keep what the listener asks of TLS', async (t) => {
    const { client, clock, served } = await open(t);
    const before = await served();
    await clock.jumpWall(NINE_MONTHS_MS);
    await clock.advance(MINUTE_MS);
    assert.notEqual(await served(), before);
    const weak = { rejectUnauthorized: false, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await assert.rejects(client.connect({ ...weak, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }), { code: /ALERT_PROTOCOL_VERSION$/ });
    await assert.rejects(client.connect({ ...weak, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }), {
      code: /HANDSHAKE_FAILURE$/,
    });
  });

  it('are in the kubeconfigs that are written anew', async (t) => {
    const { state, clock, certificate, security } = await open(t);
    const before = await credentialsIn(state, 'admin');
    await clock.jumpWall(NINE_MONTHS_MS);
    await clock.advance(MINUTE_MS);
    const after = await credentialsIn(state, 'admin');
    assert.notEqual(after.cert, before.cert);
    const { authenticator } = security.access;
    const userOf = (cert: string) => authenticator.authenticate({ headers: {}, certificate: new X509Certificate(cert).raw });
    assert.equal((await userOf(after.cert))?.username, 'admin');
    // Three months are left of the old one.
    assert.equal((await userOf(before.cert))?.username, 'admin');
    await clock.jumpWall(NINE_MONTHS_MS);
    assert.equal(await userOf(before.cert), undefined);
    assert.equal((await userOf(certificate('x', []).cert))?.username, 'x');
  });
});
