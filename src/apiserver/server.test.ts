import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type ServedApi, serveApi } from '../../test/apiserver/serve-api.ts';
import { selfSigned } from '../../test/network/self-signed.ts';
import { hostCheck } from './host-check.ts';
import { InflightLimit } from './inflight-limit.ts';

const CMS = '/api/v1/namespaces/default/configmaps';

describe('ApiServer', () => {
  let served: ServedApi;
  beforeEach(async () => {
    served = await serveApi();
  });
  afterEach(() => served.close());

  interface Got {
    readonly status: number;
    readonly headers: IncomingMessage['headers'];
    readonly bytes: Buffer;
  }

  const open = (path: string, options: RequestOptions = {}) =>
    httpsRequest({
      host: '127.0.0.1',
      port: served.port,
      path,
      ca: served.ca,
      agent: false,
      // The name on the request is what is tested, not the certificate's.
      checkServerIdentity: () => undefined,
      ...options,
      headers: { authorization: 'Bearer admin', ...options.headers },
    });

  async function send(path: string, options: RequestOptions = {}, body: string | Buffer = ''): Promise<Got> {
    const outgoing = open(path, options);
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, bytes: Buffer.concat(chunks) };
  }

  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    send(CMS, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }, body);
  const big = (name: string): string => JSON.stringify({ metadata: { name }, data: { a: 'x'.repeat(300_000) } });

  it('answers over HTTPS', async () => {
    const { status, bytes, headers } = await send('/version');
    assert.equal(status, 200);
    assert.equal(JSON.parse(bytes.toString()).minor, '36');
    assert.equal(headers['cache-control'], 'no-cache, private');
    assert.equal((await send('/version', { headers: { authorization: '' } })).status, 401);
  });

  it('packs large answers for who takes that', async () => {
    await post(big('one'));
    const packed = await send(`${CMS}/one`, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.ok(packed.bytes.length < 10_000);
    assert.equal(JSON.parse(gunzipSync(packed.bytes).toString()).data.a.length, 300_000);
    assert.equal((await send(`${CMS}/one`)).headers['content-encoding'], undefined);
    const list = await send(CMS, { headers: { 'accept-encoding': 'gzip, deflate' } });
    assert.equal(list.headers['content-encoding'], 'gzip');
    assert.equal(JSON.parse(gunzipSync(list.bytes).toString()).items.length, 2);
    const small = await send(`${CMS}?limit=1`, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(small.headers['content-encoding'], undefined);
    assert.equal(JSON.parse(small.bytes.toString()).items.length, 1);
  });

  it('takes packed bodies, and none that is too long, packed or not', async () => {
    assert.equal((await post(gzipSync(big('one')), { 'content-encoding': 'gzip' })).status, 201);
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 32));
    assert.equal((await post(bomb, { 'content-encoding': 'gzip' })).status, 413);
    assert.equal((await post('x', { 'content-encoding': 'br' })).status, 415);
    // Without a length, told only by what comes.
    assert.equal((await post(Buffer.alloc(4 * 1024 * 1024, 32), { 'transfer-encoding': 'chunked' })).status, 413);
    const declared = open(CMS, { method: 'POST', headers: { 'content-length': String(100 * 1024 * 1024) } });
    declared.flushHeaders();
    const [answer] = (await once(declared, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 413);
    declared.destroy();
  });

  it('answers to its own names only', async () => {
    for (const host of ['127.0.0.1:1', 'localhost', '[::1]:6443'])
      assert.equal((await send('/version', { headers: { host } })).status, 200, host);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      assert.equal((await send('/version', { headers: { host } })).status, 421, host);
    }
  });

  it('streams a watch as it happens', async () => {
    const watching = open(`${CMS}?watch=1&fieldSelector=metadata.name%3Done`);
    watching.end();
    const [incoming] = (await once(watching, 'response')) as [IncomingMessage];
    assert.equal(incoming.headers['transfer-encoding'], 'chunked');
    await post(JSON.stringify({ metadata: { name: 'one' } }));
    const [chunk] = (await once(incoming, 'data')) as [Buffer];
    assert.equal(JSON.parse(chunk.toString()).type, 'ADDED');
    watching.destroy();
    incoming.on('error', () => {});
    while (served.api.core.hub.size > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('cuts off a watcher that does not read', async () => {
    const watching = open(`${CMS}?watch=1`);
    watching.end();
    const [incoming] = (await once(watching, 'response')) as [IncomingMessage];
    incoming.on('error', () => {});
    incoming.pause();
    const closed = new Promise((resolve) => incoming.on('close', resolve));
    while (served.api.core.hub.size === 0) await new Promise((resolve) => setImmediate(resolve));
    // The kernel's buffers on both sides take some MiB before the server's queue begins to fill.
    for (let index = 0; index < 200 && served.api.core.hub.size > 0; index += 1) await post(big(`cm-${index}`));
    assert.equal(served.api.core.hub.size, 0);
    incoming.resume();
    await closed;
    assert.equal(incoming.complete, false);
  });

  it('ends watches and streams when it closes, and does so twice', async () => {
    const watching = open(`${CMS}?watch=1`);
    watching.end();
    const [incoming] = (await once(watching, 'response')) as [IncomingMessage];
    incoming.resume();
    const ended = once(incoming, 'end');
    await served.server.close();
    await served.server.close();
    await ended;
    await assert.rejects(send('/version'), { code: 'ECONNREFUSED' });
  });

  it('answers a handshake that it will not serve, and lives through broken ones', async () => {
    const upgrade = (path: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket: TLSSocket = connect({ host: '127.0.0.1', port: served.port, ca: served.ca }, () => {
          socket.write(
            `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
          );
        });
        let text = '';
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        socket.on('end', () => resolve(text));
        socket.on('error', reject);
      });
    assert.match(
      await upgrade('/api/v1/namespaces/default/pods/web/exec'),
      /^HTTP\/1\.1 405 [\s\S]*"exec is not supported on resources of kind/,
    );
    assert.match(await upgrade('/version'), /^HTTP\/1\.1 404 /);
    const broken = connect({ host: '127.0.0.1', port: served.port, ca: served.ca }, () => broken.write('NONSENSE\r\n\r\n'));
    broken.on('error', () => {});
    await once(broken, 'close');
    assert.equal((await send('/version')).status, 200);
  });

  it('leaves nothing in the log of what clients do wrong', async () => {
    await send('/nowhere');
    await post('{');
    assert.deepEqual(served.logged, []);
  });
});

describe('InflightLimit', () => {
  it('counts reads, writes and long requests apart', () => {
    const limit = new InflightLimit({ read: 1, write: 1, long: 1 });
    const enter = (method: string, path: string, query = '') => limit.enter({ method, path, query: new URLSearchParams(query) });
    const leave = enter('GET', '/api/v1/pods');
    assert.ok(leave !== undefined);
    assert.equal(enter('GET', '/api/v1/pods'), undefined);
    assert.ok(enter('POST', '/api/v1/pods') !== undefined);
    assert.ok(enter('GET', '/api/v1/pods', 'watch=true') !== undefined);
    assert.equal(enter('GET', '/api/v1/namespaces/a/pods/b/log'), undefined);
    leave();
    assert.ok(enter('GET', '/api/v1/pods') !== undefined);
  });
});

describe('hostCheck', () => {
  it('takes the names that it was given, whatever their case', () => {
    const check = hostCheck(['Node.example'], selfSigned().cert);
    check('node.example:6443');
    check('192.0.2.7');
    assert.throws(() => check('other.example'), { code: 421 });
    assert.throws(() => check(undefined), { code: 421 });
  });
});
