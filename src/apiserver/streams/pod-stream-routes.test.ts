import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import {
  ask,
  client,
  EXEC,
  POD,
  reads,
  requestText,
  stage,
  UPGRADE,
  until,
  untilEnd,
  upgrade,
} from '../../../test/apiserver/streamed-api.ts';
import { ACCEPTED, type Handshake, openStreamingServer } from '../../../test/apiserver/streaming-server.ts';
import { HookletError } from '../../ports/hooklet-error.ts';

const echo = ({ socket, head }: Handshake): void => {
  socket.write(ACCEPTED);
  socket.write(head);
  socket.pipe(socket);
};

describe('PodStreamRoutes, upgrade', () => {
  it('passes every byte on, both ways, what came with the handshakes too, and no credentials', async (t) => {
    const server = await openStreamingServer(t, ({ socket, head }) => {
      socket.write(`${ACCEPTED}early `);
      socket.write(head);
      socket.pipe(socket);
    });
    const { served, asked } = await stage(t, { streamUrl: async () => server.url });
    const socket = upgrade(served, { behind: 'at once ', headers: [...UPGRADE, 'Cookie: secret', 'X-Forwarded-For: me'] });
    const text = await reads(socket, 'at once ');
    assert.match(text, /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY\/3\.1\r\n\r\nearly at once $/);
    socket.write('later');
    assert.equal(await reads(socket, 'later'), 'later');
    assert.deepEqual(asked, [
      { kind: 'exec', uid: asked[0]?.uid, container: 'main', command: ['ls'], stdin: false, stdout: true, stderr: false, tty: false },
    ]);
    const [incoming] = server.asked;
    assert.deepEqual([incoming?.method, incoming?.url], ['POST', '/exec/token']);
    assert.deepEqual(
      incoming?.rawHeaders
        .filter((_, index) => index % 2 === 0)
        .map((name) => name.toLowerCase())
        .sort(),
      ['connection', 'content-length', 'host', 'upgrade', 'x-stream-protocol-version', 'x-stream-protocol-version'],
    );
    socket.destroy();
    await until(() => server.open.size === 0);
  });

  it('passes the end of one direction on, and leaves the other', async (t) => {
    let fromClient = '';
    const server = await openStreamingServer(t, ({ socket, head }) => {
      socket.write(ACCEPTED);
      fromClient += String(head);
      socket.on('data', (chunk) => {
        fromClient += String(chunk);
      });
      socket.on('end', () => setTimeout(() => socket.end('after your end'), 20));
    });
    const { served } = await stage(t, { streamUrl: async () => server.url });
    const socket = upgrade(served);
    await reads(socket, '\r\n\r\n');
    socket.end('my last');
    assert.equal(await untilEnd(socket), 'after your end');
    assert.equal(fromClient, 'my last');
  });

  it('lets a client go on after the end of the other side', async (t) => {
    let fromClient = '';
    const server = await openStreamingServer(t, ({ socket }) => {
      socket.end(`${ACCEPTED}that is all`);
      socket.on('data', (chunk) => {
        fromClient += String(chunk);
      });
    });
    const { served } = await stage(t, { streamUrl: async () => server.url });
    const socket = upgrade(served);
    socket.resume();
    await once(socket, 'end');
    socket.end('still here');
    await until(() => fromClient === 'still here' && server.open.size === 0);
  });

  it('survives a reset of either side, and ends the other', async (t) => {
    const server = await openStreamingServer(t, echo);
    const { served } = await stage(t, { streamUrl: async () => server.url });
    const first = upgrade(served);
    await reads(first, '\r\n\r\n');
    for (const socket of server.open) socket.resetAndDestroy();
    // A reset may come through as one, or as an end.
    const over = new Promise((resolve) => first.once('end', resolve).once('close', resolve).once('error', resolve));
    first.resume();
    await over;
    first.destroy();
    const raw = connect(served.port, '127.0.0.1');
    const second = connectTls({ socket: raw, host: '127.0.0.1', ca: served.ca });
    second.on('error', () => {});
    second.write(requestText(`POST ${EXEC}`, { headers: UPGRADE }));
    await reads(second, '\r\n\r\n');
    raw.resetAndDestroy();
    await until(() => server.open.size === 0);
    const third = upgrade(served, { behind: 'alive' });
    await reads(third, 'alive');
    third.destroy();
    assert.deepEqual(served.logged, []);
  });

  it('holds the runtime back when the client reads slowly', async (t) => {
    let sent = 0;
    const piece = Buffer.alloc(64 * 1024);
    const server = await openStreamingServer(t, ({ socket }) => {
      socket.write(ACCEPTED);
      const send = (): void => {
        while (sent < 200_000_000 && socket.writable) {
          sent += piece.length;
          if (!socket.write(piece)) return;
        }
      };
      socket.on('drain', send);
      send();
    });
    const { served } = await stage(t, { streamUrl: async () => server.url });
    const socket = upgrade(served);
    await once(socket, 'readable');
    let before = -1;
    while (before !== sent) {
      before = sent;
      await delay(100);
    }
    assert.ok(sent < 30_000_000, `${sent} bytes are on their way`);
    socket.destroy();
  });

  it('passes on what the runtime answers instead', async (t) => {
    const server = await openStreamingServer(t, ({ socket }) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nSet-Cookie: a=b\r\nContent-Length: 9\r\n\r\nno such v');
    });
    const { served } = await stage(t, { streamUrl: async () => server.url });
    const answer = await untilEnd(upgrade(served, { target: `GET ${EXEC}`, headers: ['Connection: Upgrade', 'Upgrade: websocket'] }));
    assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\ncontent-type: text\/plain\r\n/);
    assert.match(answer, /\r\n\r\nno such v$/);
    assert.doesNotMatch(answer, /cookie/i);
  });

  it('passes on no redirect', async (t) => {
    const server = await openStreamingServer(t, ({ socket }) => {
      socket.end('HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n');
    });
    const { served } = await stage(t, { streamUrl: async () => server.url });
    const answer = await untilEnd(upgrade(served));
    assert.match(answer, /^HTTP\/1\.1 502 /);
    assert.doesNotMatch(answer, /elsewhere/);
  });

  it('says so when the runtime does not answer, or not here', async (t) => {
    const server = await openStreamingServer(t, ({ socket }) => socket.destroy());
    let url = server.url;
    const { served } = await stage(t, { streamUrl: async () => url });
    assert.match(await untilEnd(upgrade(served)), /^HTTP\/1\.1 500 [\s\S]*streaming server did not answer/);
    for (const elsewhere of ['http://192.0.2.1:10250/exec/x', 'https://127.0.0.1/exec/x', 'http://127.0.0.1.example/exec/x']) {
      url = new URL(elsewhere);
      assert.match(await untilEnd(upgrade(served)), /^HTTP\/1\.1 500 [\s\S]*plain HTTP on 127\.0\.0\.1 only/);
    }
  });

  it('refuses with a Status before anything is upgraded', async (t) => {
    let answer: () => Promise<URL | undefined> = async () => undefined;
    const { served, asked } = await stage(t, { streamUrl: () => answer() });
    assert.match(await untilEnd(upgrade(served)), /^HTTP\/1\.1 404 [\s\S]*container not found \(\\"main\\"\)/);
    answer = () => Promise.reject(new HookletError('runtimeFailed', 'container is in CONTAINER_EXITED state'));
    assert.match(await untilEnd(upgrade(served)), /^HTTP\/1\.1 500 [\s\S]*container is in CONTAINER_EXITED state/);
    answer = () => Promise.reject(new HookletError('runtimeUnavailable', 'away'));
    assert.match(await untilEnd(upgrade(served)), /^HTTP\/1\.1 503 /);
    const askedBefore = asked.length;
    assert.match(await untilEnd(upgrade(served, { user: 'nobody' })), /^HTTP\/1\.1 403 /);
    assert.match(await untilEnd(upgrade(served, { target: `GET ${EXEC}`, user: 'nobody' })), /^HTTP\/1\.1 403 /);
    assert.match(
      await untilEnd(upgrade(served, { target: `POST ${EXEC}&container=x` })),
      /^HTTP\/1\.1 400 [\s\S]*container x is not valid for pod web/,
    );
    assert.match(await untilEnd(upgrade(served, { target: `DELETE ${EXEC}` })), /^HTTP\/1\.1 405 /);
    assert.match(await untilEnd(upgrade(served, { target: 'GET /api/v1/namespaces/default/pods/web/log' })), /^HTTP\/1\.1 400 /);
    assert.match(await untilEnd(upgrade(served, { target: 'GET /api/v1/namespaces/default/pods/web/proxy' })), /^HTTP\/1\.1 405 /);
    assert.match(await ask(served, `POST ${EXEC}`), /^HTTP\/1\.1 400 [\s\S]*Upgrade request required/);
    assert.equal(asked.length, askedBefore);
  });

  it('refuses what is too much, and takes more when there is room again', async (t) => {
    const server = await openStreamingServer(t, echo);
    const { served } = await stage(t, { streamUrl: async () => server.url }, 1);
    const first = upgrade(served);
    await reads(first, '\r\n\r\n');
    assert.match(await untilEnd(upgrade(served)), /^HTTP\/1\.1 429 /);
    first.destroy();
    await until(() => server.open.size === 0);
    await delay(10);
    const next = upgrade(served, { behind: 'room' });
    await reads(next, 'room');
    next.destroy();
  });

  it('close() ends both sides', async (t) => {
    const server = await openStreamingServer(t, echo);
    const { served, routes } = await stage(t, { streamUrl: async () => server.url });
    const socket = upgrade(served);
    await reads(socket, '\r\n\r\n');
    routes.close();
    socket.resume();
    await once(socket, 'end');
    socket.destroy();
    await until(() => server.open.size === 0);
  });
});

describe('PodStreamRoutes, respond', () => {
  const LOG = '/api/v1/namespaces/default/pods/web/log';

  it('answers with the log as text', async (t) => {
    const { served, logs } = await stage(t, { openLog: async () => parts('one\n', 'two\n') });
    const answer = await ask(served, `GET ${LOG}?tailLines=2&timestamps=true`);
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*content-type: text\/plain\r\n[\s\S]*\r\n\r\n4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n$/);
    const [{ uid, signal, ...asked } = { uid: '', signal: undefined }] = logs;
    assert.deepEqual(asked, { container: 'main', containerId: 'id-1', options: { follow: false, timestamps: true, tailLines: 2 } });
  });

  it('sends what is followed at once, and lets go when the client goes', async (t) => {
    const said = Promise.withResolvers<void>();
    let gone: AbortSignal | undefined;
    const { served } = await stage(t, {
      openLog: async ({ signal }) => {
        gone = signal;
        return (async function* () {
          yield Buffer.from('first\n');
          await said.promise;
          yield Buffer.from('second\n');
          await once(signal, 'abort');
        })();
      },
    });
    const socket = client(served);
    socket.write(requestText(`GET ${LOG}?follow=true`, {}));
    await reads(socket, 'first\n\r\n');
    said.resolve();
    await reads(socket, 'second\n\r\n');
    socket.destroy();
    await until(() => gone?.aborted === true);
  });

  it('refuses with a Status', async (t) => {
    const { served } = await stage(t, {});
    assert.match(
      await ask(served, `GET ${LOG}`),
      /^HTTP\/1\.1 404 [\s\S]*the log of container \\"main\\" in pod \\"web\\" is not on this node/,
    );
    assert.match(
      await ask(served, `GET ${LOG}?previous=true`),
      /^HTTP\/1\.1 400 [\s\S]*previous terminated container \\"main\\" in pod \\"web\\" not found/,
    );
    assert.match(await ask(served, `GET ${LOG}?container=x`), /^HTTP\/1\.1 400 [\s\S]*container x is not valid for pod web/);
    assert.match(await ask(served, `DELETE ${LOG}`), /^HTTP\/1\.1 405 /);
    assert.match(await ask(served, 'GET /api/v1/namespaces/default/pods/web/proxy'), /^HTTP\/1\.1 405 /);
  });

  it('has nothing to tell of a Pod that no node has', async (t) => {
    const { served, logs } = await stage(t, {});
    const body = { ...POD, metadata: { name: 'unbound' }, spec: { containers: POD.spec.containers } };
    await ask(served, 'POST /api/v1/namespaces/default/pods', { body });
    assert.match(await ask(served, 'GET /api/v1/namespaces/default/pods/unbound/log'), /^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\n$/);
    assert.match(
      await untilEnd(upgrade(served, { target: 'POST /api/v1/namespaces/default/pods/unbound/exec?command=ls&stdout=1' })),
      /^HTTP\/1\.1 400 [\s\S]*pod unbound does not have a host assigned/,
    );
    assert.deepEqual(logs, []);
  });
});

async function* parts(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
