import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createPlainServer } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { selfSigned } from '../../../test/network/self-signed.ts';
import { hasCode } from '../../ports/hooklet-error.ts';
import { HttpsApiClient } from './https-api-client.ts';
import type { Kubeconfig } from './read-kubeconfig.ts';

const tls = selfSigned({ name: 'localhost' });
const clientPair = selfSigned({ name: 'someone' });

let server: Server;
let answer: RequestListener;
let seen = 0;
const clients: HttpsApiClient[] = [];

before(async () => {
  server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    seen += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  seen = 0;
});

function clientOf(more: Partial<Kubeconfig> = {}): HttpsApiClient {
  const { port } = server.address() as AddressInfo;
  const client = new HttpsApiClient({
    server: new URL(`https://127.0.0.1:${port}`),
    ca: tls.cert,
    serverName: 'localhost',
    namespace: 'default',
    ...more,
  });
  clients.push(client);
  return client;
}

const json =
  (status: number, body: unknown): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('HttpsApiClient.request()', () => {
  it('sends method, path, query, headers and body, and gives status and JSON', async () => {
    let sent: unknown;
    answer = (request, response) => {
      const { accept, authorization } = request.headers;
      sent = { method: request.method, url: request.url, type: request.headers['content-type'], accept, authorization };
      json(201, { kind: 'Pod' })(request, response);
    };
    const request = {
      method: 'PATCH',
      path: '/api/v1/pods/a',
      query: { fieldManager: 'a b' },
      body: { a: 'é' },
      contentType: 'application/apply-patch+yaml',
    } as const;
    deepEqual(await clientOf({ token: 't' }).request(request), { status: 201, body: { kind: 'Pod' } });
    deepEqual(sent, {
      method: 'PATCH',
      url: '/api/v1/pods/a?fieldManager=a+b',
      type: 'application/apply-patch+yaml',
      accept: 'application/json',
      authorization: 'Bearer t',
    });
  });

  it('shows its certificate', async () => {
    let name: string | undefined;
    answer = (request, response) => {
      name = String((request.socket as TLSSocket).getPeerCertificate().subject?.CN);
      json(200, {})(request, response);
    };
    await clientOf({ certificate: clientPair }).request({ method: 'GET', path: '/' });
    equal(name, 'someone');
  });

  it('asks below the path of the server, where it has one', async () => {
    let url: string | undefined;
    answer = (request, response) => {
      url = request.url;
      json(200, {})(request, response);
    };
    const { port } = server.address() as AddressInfo;
    await clientOf({ server: new URL(`https://127.0.0.1:${port}/k8s/clusters/c-1/`) }).request({ method: 'GET', path: '/api/v1' });
    equal(url, '/k8s/clusters/c-1/api/v1');
  });

  it('sends nothing to a server that another authority has signed, or that has another name', async () => {
    answer = json(200, {});
    for (const wrong of [{ ca: selfSigned({ name: 'localhost' }).cert }, { serverName: 'example.com' }]) {
      const asked = clientOf({ ...wrong, token: 'secret' }).request({ method: 'GET', path: '/' });
      await rejects(
        asked,
        (error) => hasCode(error, 'apiUnavailable') && /^Unable to connect to the server 127\.0\.0\.1:\d+: /.test(error.message),
      );
    }
    equal(seen, 0);
  });

  it('says in kubectl’s words that nobody listens', async () => {
    const closed = createPlainServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const asked = clientOf({ server: new URL(`https://127.0.0.1:${port}`) }).request({ method: 'GET', path: '/' });
    await rejects(asked, {
      code: 'apiUnavailable',
      message: `The connection to the server 127.0.0.1:${port} was refused - did you specify the right host or port?`,
    });
  });

  it('gives refusals as answers, also those of a proxy in words of its own', async () => {
    answer = json(403, { kind: 'Status', reason: 'Forbidden' });
    equal((await clientOf().request({ method: 'GET', path: '/' })).status, 403);
    answer = (_, response) => void response.writeHead(502).end('<h1>Bad gateway</h1>');
    deepEqual(await clientOf().request({ method: 'GET', path: '/' }), {
      status: 502,
      body: { kind: 'Status', message: '<h1>Bad gateway</h1>' },
    });
  });

  it('takes broken JSON and a connection that ends for no answer', async () => {
    answer = (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    await rejects(clientOf().request({ method: 'GET', path: '/' }), { code: 'apiUnavailable' });
    answer = (request) => void request.socket.destroy();
    await rejects(clientOf().request({ method: 'GET', path: '/' }), { code: 'apiUnavailable' });
  });
});

describe('HttpsApiClient.watch()', () => {
  const event = (name: string) => ({ type: 'ADDED', object: { metadata: { name } } });

  it('gives events as they come, wherever the chunks are cut', async () => {
    const bytes = Buffer.from(`${JSON.stringify(event('é𝒳'))}\n${JSON.stringify(event('b'))}\n`);
    let url = '';
    answer = async (request, response) => {
      url = request.url ?? '';
      response.writeHead(200, { 'content-type': 'application/json' });
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    };
    deepEqual(await collect(clientOf().watch({ path: '/api/v1/pods', query: { resourceVersion: '5' } })), [event('é𝒳'), event('b')]);
    match(url, /watch=true/);
    match(url, /resourceVersion=5/);
  });

  it('ends quietly when the connection breaks, and forgets half an event', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`${JSON.stringify(event('a'))}\n{"type":`, () => response.destroy());
    };
    deepEqual(await collect(clientOf().watch({ path: '/' })), [event('a')]);
  });

  it('ends when it is told to, before and after it began', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`${JSON.stringify(event('a'))}\n`);
    };
    const stop = new AbortController();
    const all: unknown[] = [];
    for await (const one of clientOf().watch({ path: '/', signal: stop.signal })) {
      all.push(one);
      stop.abort();
    }
    equal(all.length, 1);
    deepEqual(await collect(clientOf().watch({ path: '/', signal: stop.signal })), []);
  });

  it('lets go of the connection when its reader has seen enough', async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_, response) => {
      response.on('close', closed.resolve);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`${JSON.stringify(event('a'))}\n`);
    };
    for await (const one of clientOf().watch({ path: '/' })) {
      ok(one);
      break;
    }
    await closed.promise;
  });

  it('throws the refusal of the server', async () => {
    answer = json(410, { kind: 'Status', reason: 'Expired', message: 'too old resource version' });
    await rejects(collect(clientOf().watch({ path: '/' })), {
      code: 'apiRefused',
      message: 'Error from server (Expired): too old resource version',
    });
  });
});

describe('HttpsApiClient.stream()', () => {
  it('gives bytes as they are', async () => {
    const bytes = Buffer.from([0, 0xff, 10, 0xe2]);
    answer = (_, response) => void response.writeHead(200).end(bytes);
    deepEqual(Buffer.concat(await collect(clientOf().stream({ path: '/log' }))), bytes);
  });

  it('does not take a connection that broke for the end', async () => {
    answer = (_, response) => void response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
    await rejects(collect(clientOf().stream({ path: '/log' })), { code: 'apiUnavailable' });
  });

  it('ends when it is told to', async () => {
    answer = (_, response) => void response.writeHead(200).write('first');
    const stop = new AbortController();
    const chunks: Uint8Array[] = [];
    for await (const chunk of clientOf().stream({ path: '/log', signal: stop.signal })) {
      chunks.push(chunk);
      stop.abort();
    }
    equal(Buffer.concat(chunks).toString(), 'first');
  });
});
