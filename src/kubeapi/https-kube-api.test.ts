import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { openTestApi } from '../../test/apiserver/test-api.ts';
import { type KeyAndCertificate, selfSigned } from '../../test/network/self-signed.ts';
import { ApiServer } from '../apiserver/server.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { kubeApiContract } from '../ports/kube-api.contract.ts';
import { SILENT_LOGGER } from '../ports/logger.ts';
import { HttpsKubeApi, type HttpsKubeApiOptions } from './https-kube-api.ts';

const SERVER = selfSigned({ addresses: ['127.0.0.1'] });

kubeApiContract('HttpsKubeApi', async (t) => {
  const { core, handler, clock, close } = await openTestApi();
  const server = new ApiServer({ handler, logger: SILENT_LOGGER, tls: SERVER, hosts: ['127.0.0.1'] });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const api = new HttpsKubeApi({ server: `https://127.0.0.1:${port}`, ca: SERVER.cert, userAgent: 'kubelet/v1.36.0' });
  t.after(async () => {
    api.close();
    await server.close();
    await close();
  });
  return { api, pass: (ms) => clock.advance(ms), watches: () => core.hub.size };
});

interface Peer {
  readonly url: string;
  readonly sockets: Set<TLSSocket>;
}

async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  clientCa?: string,
): Promise<Peer> {
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    { ...SERVER, ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }) },
    answer,
  );
  server.on('secureConnection', (socket) => sockets.add(socket));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

function open(t: TestContext, server: string, more: Partial<HttpsKubeApiOptions> = {}): HttpsKubeApi {
  const api = new HttpsKubeApi({ server, ca: SERVER.cert, userAgent: 'kubelet/v1.36.0', ...more });
  t.after(() => api.close());
  return api;
}

const GET = { method: 'GET', path: '/api/v1/nodes' } as const;
const unavailable = (pattern: RegExp) => (error: unknown) => hasCode(error, 'apiUnavailable') && pattern.test(error.message);
const OK = (_request: IncomingMessage, response: ServerResponse): void => void response.end('{"kind":"NodeList"}');

describe('HttpsKubeApi', () => {
  it('takes no server but one over HTTPS', () => {
    for (const server of ['http://127.0.0.1:6443', '127.0.0.1:6443', '']) {
      assert.throws(
        () => new HttpsKubeApi({ server, userAgent: 'x' }),
        (error) => hasCode(error, 'badInput'),
      );
    }
  });

  it('speaks with no server whose certificate another authority signed, and shows it no token', async (t) => {
    let asked = 0;
    const { url } = await serve(t, () => {
      asked += 1;
    });
    const api = open(t, url, { ca: selfSigned().cert, token: () => 'secret' });
    await assert.rejects(api.request(GET), unavailable(/self-signed certificate/));
    assert.deepEqual([await Array.fromAsync(api.watch(GET.path, {}, new AbortController().signal)), asked], [[], 0]);
  });

  it('speaks with no server whose certificate is for another address', async (t) => {
    const other: KeyAndCertificate = selfSigned({ addresses: ['192.0.2.1'] });
    const server = createServer(other, OK);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const api = open(t, `https://127.0.0.1:${(server.address() as AddressInfo).port}`, { ca: other.cert });
    await assert.rejects(api.request(GET), unavailable(/does not match certificate/));
  });

  it('shows its client certificate', async (t) => {
    const client = selfSigned({ name: 'system:node:worker' });
    const seen: string[] = [];
    const { url } = await serve(
      t,
      (request, response) => {
        seen.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
        OK(request, response);
      },
      client.cert,
    );
    await open(t, url, client).request(GET);
    assert.deepEqual(seen, ['system:node:worker']);
    await assert.rejects(open(t, url).request(GET), unavailable(/./));
  });

  it('sends the token that is the newest at that moment, and its user agent', async (t) => {
    const seen: unknown[] = [];
    const { url } = await serve(t, (request, response) => {
      seen.push([request.headers.authorization, request.headers['user-agent']]);
      OK(request, response);
    });
    const tokens = ['one', 'two'];
    const api = open(t, url, { token: () => tokens.shift() ?? '' });
    await api.request(GET);
    await api.request(GET);
    assert.deepEqual(seen, [
      ['Bearer one', 'kubelet/v1.36.0'],
      ['Bearer two', 'kubelet/v1.36.0'],
    ]);
  });

  it('keeps a connection for many requests', async (t) => {
    const { url, sockets } = await serve(t, OK);
    const api = open(t, url);
    for (let count = 0; count < 5; count += 1) await api.request(GET);
    assert.equal(sockets.size, 1);
  });

  it('asks again when a kept connection was closed as it was used, if asking changes nothing', async (t) => {
    let asked = 0;
    const { url } = await serve(t, (request, response) => {
      asked += 1;
      if (asked % 2 === 0) request.socket.destroy();
      else OK(request, response);
    });
    const api = open(t, url);
    await api.request(GET);
    assert.equal((await api.request(GET)).status, 200);
    await assert.rejects(api.request({ ...GET, method: 'POST', body: {} }), unavailable(/POST/));
    assert.equal(asked, 4);
  });

  it('follows no redirect', async (t) => {
    let asked = 0;
    const { url } = await serve(t, (request, response) => {
      asked += 1;
      response.writeHead(307, { location: `https://${request.headers.host}/other` }).end();
    });
    assert.deepEqual([(await open(t, url, { token: () => 'secret' }).request(GET)).status, asked], [307, 1]);
  });

  it('request() rejects when nobody listens, the answer breaks off, is too long, or does not come', async (t) => {
    await assert.rejects(
      open(t, 'https://127.0.0.1:1').request(GET),
      unavailable(/GET https:\/\/127.0.0.1:1\/api\/v1\/nodes failed: .*ECONNREFUSED/),
    );
    const { url } = await serve(t, ({ url: path }, response) => {
      if (path === '/short') {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"kind"');
        setImmediate(() => response.destroy());
      }
      if (path === '/long') response.end('x'.repeat(2000));
    });
    const api = open(t, url, { limits: { requestIdleMs: 50, answerBytes: 1000 } });
    await assert.rejects(api.request({ ...GET, path: '/short' }), unavailable(/aborted/));
    await assert.rejects(api.request({ ...GET, path: '/long' }), unavailable(/more than 1000 bytes/));
    await assert.rejects(api.request({ ...GET, path: '/never' }), unavailable(/sent nothing for 50 ms/));
  });

  it('request() rejects with the reason of its signal while it waits', async (t) => {
    const stop = new AbortController();
    const reason = new Error('not wanted any more');
    const { url } = await serve(t, () => stop.abort(reason));
    await assert.rejects(open(t, url).request({ ...GET, signal: stop.signal }), reason);
  });

  it('request() gives the text of an answer that is no JSON', async (t) => {
    const { url } = await serve(t, (_request, response) => void response.writeHead(502).end('<html>bad gateway'));
    assert.deepEqual(await open(t, url).request(GET), { status: 502, body: '<html>bad gateway' });
  });

  it('watch() ends without an error when the connection breaks in the middle of an event, or nothing moves', async (t) => {
    const { url } = await serve(t, ({ url: path }, response) => {
      response.write('{"type":"ADDED","object":{"a":1}}\n{"type":"ADD');
      if (path?.startsWith('/cut') === true) setImmediate(() => response.destroy());
    });
    const api = open(t, url, { limits: { watchIdleMs: 50 } });
    for (const path of ['/cut', '/quiet']) {
      const events = await Array.fromAsync(api.watch(path, {}, new AbortController().signal));
      assert.deepEqual(events, [{ type: 'ADDED', object: { a: 1 } }]);
    }
  });

  it('puts what stands before the path of the server before every path', async (t) => {
    const paths: unknown[] = [];
    const { url } = await serve(t, (request, response) => {
      paths.push(request.url);
      OK(request, response);
    });
    await open(t, `${url}/clusters/a/`).request({ ...GET, query: { 'a b': 'c&d' } });
    assert.deepEqual(paths, ['/clusters/a/api/v1/nodes?a+b=c%26d']);
  });
});
