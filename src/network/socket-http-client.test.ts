import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { createServer } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { RawReceiver, type RawReceiverOptions, testCertificate, until } from '../../test/network/raw-receiver.ts';
import { selfSigned } from '../../test/network/self-signed.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { SystemClock } from '../host/system-clock.ts';
import { httpClientContract } from '../ports/http-client.contract.ts';
import type { HookHosts, HttpTarget } from '../ports/http-client.ts';
import type { LookUp } from './node-names.ts';
import { PolicedDialer } from './policed-dialer.ts';
import { SocketHttpClient } from './socket-http-client.ts';

const clock = new SystemClock();
const clientWith = (lookUp: LookUp, hookHosts: HookHosts = 'deny-link-local'): SocketHttpClient =>
  new SocketHttpClient(new PolicedDialer({ clock, hookHosts, lookUp }));
const client = new SocketHttpClient(new PolicedDialer({ clock, hookHosts: 'deny-link-local' }));

httpClientContract('SocketHttpClient', async () => {
  const receivers: RawReceiver[] = [];
  return {
    client,
    serve: async ({ tls, response, ending }) => {
      const receiver = await RawReceiver.open({ ...(tls === true ? { tls: testCertificate() } : {}), answer: () => response, ending });
      receivers.push(receiver);
      return { hostname: '127.0.0.1', port: receiver.port, requests: () => receiver.requests };
    },
    nobody: async () => ({ hostname: '127.0.0.1', port: await freePort() }),
    until: (condition) => until(condition, 'a condition of the contract'),
    close: async () => {
      for (const receiver of receivers) await receiver.close();
    },
  };
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const OK = 'HTTP/1.1 204 No Content\r\n\r\n';
const receivers: RawReceiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});
const serve = async (options: RawReceiverOptions = {}): Promise<RawReceiver> => {
  const receiver = await RawReceiver.open({ answer: () => OK, ...options });
  receivers.push(receiver);
  return receiver;
};
const target = (port: number, more: Partial<HttpTarget> = {}): HttpTarget => ({
  scheme: 'http',
  hostname: '127.0.0.1',
  port,
  head: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  ...more,
});
const send = (to: HttpTarget, by = client, signal = new AbortController().signal) => by.send(to, signal);

describe('SocketHttpClient and the connection', () => {
  it('connects to the next address of a name when one refuses', async () => {
    const receiver = await serve();
    const answer = await send(
      target(receiver.port, { hostname: 'two.example' }),
      clientWith(async () => ['127.0.0.2', '127.0.0.1']),
    );
    equal(answer.kind, 'response');
    equal(receiver.requests.length, 1);
  });

  it('tells the error of the first address when all refuse', async () => {
    const port = await freePort();
    const answer = await send(
      target(port, { hostname: 'two.example' }),
      clientWith(async () => ['127.0.0.2', '127.0.0.3']),
    );
    equal(answer.kind === 'failed' && answer.error, `dial tcp 127.0.0.2:${port}: connect: connection refused`);
  });

  it('reaches an IPv6 address, named without brackets in the socket and with them in the error', async () => {
    const port = await freePort();
    const answer = await send(target(port, { hostname: '::1' }));
    ok(answer.kind === 'failed');
    match(answer.error, new RegExp(`^dial tcp \\[::1\\]:${port}: connect: `));
  });

  it('tells a reset connection in the words of Go, without the local port', async () => {
    const { port } = await serve({ answer: () => undefined, ending: 'resets' });
    const answer = await send(target(port));
    deepEqual(answer, {
      kind: 'failed',
      error: `read tcp 127.0.0.1:${port}: read: connection reset by peer`,
      cutOff: true,
      received: Buffer.alloc(0),
    });
  });

  it('leaves no connection behind: after a response, an abort, and an abort within a TLS greeting', async () => {
    const receiver = await serve({ answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n', ending: 'waits' });
    const answer = await send(target(receiver.port));
    if (answer.kind === 'response') await answer.finish(10_240);
    await until(() => receiver.connections === 0, 'the connection is closed after a response too long to be read');
    const silent = await serve({ answer: () => undefined, ending: 'waits' });
    for (const scheme of ['http', 'https'] as const) {
      const controller = new AbortController();
      const waiting = send(target(silent.port, { scheme }), client, controller.signal);
      await until(() => silent.connections === 1, 'the connection is open');
      controller.abort('enough');
      await rejects(waiting, (error) => error === 'enough');
      await until(() => silent.connections === 0, 'the connection is closed after an abort');
    }
  });

  it('reads on past informational responses', async () => {
    const { port } = await serve({ answer: () => `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}` });
    const answer = await send(target(port));
    equal(answer.kind === 'response' && answer.head.status, 204);
  });

  it('gives up on a head without end', async () => {
    const { port } = await serve({ answer: () => `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(2_000_000)}`, ending: 'waits' });
    const answer = await send(target(port));
    equal(answer.kind === 'failed' && answer.error, 'net/http: server response headers exceeded 1048576 bytes; aborted');
  });

  const bodies: readonly (readonly [name: string, response: string, ending: 'closes' | 'waits'])[] = [
    ['a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'waits'],
    ['a body in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nTrailer: x\r\n\r\n', 'waits'],
    ['a body that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', 'closes'],
    ['a body without end, to the limit', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(10_240)}`, 'waits'],
    [
      'a body in chunks without end, to the limit',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n${'x'.repeat(10_240)}`,
      'waits',
    ],
    ['nothing of a body that is known to be too long', 'HTTP/1.1 200 OK\r\nContent-Length: 10241\r\n\r\n', 'waits'],
    ['a body that breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', 'closes'],
  ];
  for (const [name, response, ending] of bodies) {
    it(`finish() reads ${name}`, async () => {
      const { port } = await serve({ answer: () => response, ending });
      const answer = await send(target(port));
      if (answer.kind !== 'response') throw new Error(`no response but ${answer.error}`);
      await answer.finish(10_240);
    });
  }
});

describe('SocketHttpClient and TLS', () => {
  it('names the server for a name only, speaks no ALPN, and takes a certificate of anybody, expired and short', async () => {
    const expired = selfSigned({ bits: 1024, notAfter: new Date(Date.now() - 3_600_000), name: 'somebody else' });
    const receiver = await serve({ tls: expired });
    const by = clientWith(async () => ['127.0.0.1']);
    equal((await send(target(receiver.port, { scheme: 'https' }), by)).kind, 'response');
    equal((await send(target(receiver.port, { scheme: 'https', hostname: 'hook.example' }), by)).kind, 'response');
    deepEqual(receiver.serverNames, ['hook.example']);
    deepEqual(
      receiver.protocols.map(({ alpn }) => alpn),
      [false, false],
    );
  });

  it('tells what is neither TLS nor HTTP from plain HTTP', async () => {
    const { port } = await serve({ answer: () => 'SSH-2.0-x\r\n' });
    const answer = await send(target(port, { scheme: 'https' }));
    equal(answer.kind === 'failed' && answer.error, 'tls: first record does not look like a TLS handshake');
  });

  it('fails as on a closed connection when the server hangs up within the greeting', async () => {
    const { port } = await serve({ answer: () => undefined });
    deepEqual(await send(target(port, { scheme: 'https' })), { kind: 'failed', error: 'EOF', cutOff: true, received: Buffer.alloc(0) });
  });

  it('fails when the server talks no TLS 1.2', async () => {
    const { port } = await serve({ answer: () => '\x15\x03\x01\x00\x02\x02\x46' });
    const answer = await send(target(port, { scheme: 'https' }));
    equal(answer.kind === 'failed' && answer.error, 'remote error: tls: protocol version');
  });
});

describe('SocketHttpClient and names', () => {
  it('fails in the words of Go for a name that nobody has', async () => {
    const answer = await send(
      target(80, { hostname: 'nobody.example' }),
      clientWith(() => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))),
    );
    match(answer.kind === 'failed' ? answer.error : '', /^dial tcp: lookup nobody\.example( on \S+:\d+)?: no such host$/);
  });

  /** A name server that never answers; a look-up there ends when it is called off. */
  const silent: LookUp = (_name, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

  it('waits for a silent name server no longer than 20 s', async () => {
    const manual = new ManualClock();
    const patient = new SocketHttpClient(new PolicedDialer({ clock: manual, hookHosts: 'any', lookUp: silent }));
    const answer = send(target(80, { hostname: 'slow.example' }), patient);
    await manual.advance(19_999);
    equal(manual.pending, 1);
    await manual.advance(1);
    const { error = '' } = (await answer) as { readonly error?: string };
    match(error, /^dial tcp: lookup slow\.example( on \S+)?: i\/o timeout$/);
    equal(manual.pending, 0);
  });

  it('ends the wait for a silent name server at once when it is aborted', async () => {
    const manual = new ManualClock();
    const controller = new AbortController();
    const waiting = send(
      target(80, { hostname: 'slow.example' }),
      new SocketHttpClient(new PolicedDialer({ clock: manual, hookHosts: 'any', lookUp: silent })),
      controller.signal,
    );
    controller.abort('enough');
    await rejects(waiting, (error) => error === 'enough');
    equal(manual.pending, 0);
  });
});

describe('--hook-hosts', () => {
  const denied = async (hostname: string, hookHosts: HookHosts, lookUp: LookUp = async () => [], podAddress?: string): Promise<boolean> => {
    const answer = await send(
      target(1, { hostname, ...(podAddress === undefined ? {} : { podAddress }) }),
      clientWith(lookUp, hookHosts),
      AbortSignal.timeout(5000),
    );
    return answer.kind === 'failed' && answer.error.includes('--hook-hosts');
  };

  it('deny-link-local judges the address that a name resolves to', async () => {
    ok(await denied('metadata.example', 'deny-link-local', async () => ['169.254.169.254']));
    ok(await denied('metadata.example', 'deny-link-local', async () => ['fe80::1', 'fd00:ec2::254']));
    ok(await denied('169.254.0.1', 'deny-link-local'));
    ok(!(await denied('localhost.example', 'deny-link-local', async () => ['127.0.0.1'])));
  });

  it('deny-link-local passes over a denied address of a name, to the next', async () => {
    const receiver = await serve();
    const answer = await send(
      target(receiver.port, { hostname: 'both.example' }),
      clientWith(async () => ['169.254.169.254', '127.0.0.1']),
    );
    equal(answer.kind, 'response');
  });

  it('pod allows the address of the Pod and no other', async () => {
    ok(await denied('127.0.0.2', 'pod', undefined, '127.0.0.1'));
    ok(await denied('127.0.0.1', 'pod'));
    ok(await denied('other.example', 'pod', async () => ['127.0.0.2'], '127.0.0.1'));
    ok(!(await denied('pod.example', 'pod', async () => ['127.0.0.1'], '127.0.0.1')));
  });

  it('any allows all', async () => {
    const controller = new AbortController();
    const waiting = send(
      target(1, { hostname: '169.254.254.254' }),
      clientWith(async () => [], 'any'),
      controller.signal,
    ).catch(() => undefined);
    // On its way to nowhere, or refused by the kernel: in no case by the policy.
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    const answer = await waiting;
    ok(answer === undefined || (answer.kind === 'failed' && !answer.error.includes('--hook-hosts')));
  });
});
