import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js';
import { hasCode } from '../ports/hooklet-error.ts';
import { GrpcChannel } from './grpc-channel.ts';

/** Messages are text. */
const textType = {
  encode: (text: string) => ({ finish: () => new TextEncoder().encode(text) }),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
  fromPartial: (text: string) => text,
};
const method = (name: string) => ({ name, requestType: textType, responseType: textType });
const service = { fullName: 'test.Echo', methods: { say: method('Say'), count: method('Count'), collect: method('Collect') } } as const;

const say: handleUnaryCall<Buffer, Buffer> = (call, reply) => {
  const text = String(call.request);
  if (text === 'hang') return;
  if (text === 'refuse') return reply({ code: status.NOT_FOUND, details: 'nobody there' });
  reply(null, Buffer.from(`${text} ${call.metadata.get('who').join()}`));
};

let cancelled = 0;
const count: handleServerStreamingCall<Buffer, Buffer> = (call) => {
  call.on('cancelled', () => cancelled++);
  for (let i = 0; i < Number(call.request); i++) call.write(Buffer.from(String(i)));
  if (Number(call.request) < 100) call.end();
};

const collect: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
  let all = 0;
  call.on('data', (data: Buffer) => {
    all += data.length;
    if (data.length > 0) call.write(Buffer.from(String(all)));
    else call.emit('error', { code: status.INVALID_ARGUMENT, details: 'empty' });
  });
  call.on('end', () => call.end());
};

const plain = {
  requestSerialize: (b: Buffer) => b,
  requestDeserialize: (b: Buffer) => b,
  responseSerialize: (b: Buffer) => b,
  responseDeserialize: (b: Buffer) => b,
};
const definition = {
  say: { path: '/test.Echo/Say', requestStream: false, responseStream: false, ...plain },
  count: { path: '/test.Echo/Count', requestStream: false, responseStream: true, ...plain },
  collect: { path: '/test.Echo/Collect', requestStream: true, responseStream: true, ...plain },
};

interface Subject {
  readonly channel: GrpcChannel;
  start(): Promise<Server>;
}

function setUp(t: TestContext): Subject {
  const dir = mkdtempSync(join(tmpdir(), 'hooklet-grpc-'));
  const socket = join(dir, 'test.sock');
  const channel = new GrpcChannel(socket);
  const servers: Server[] = [];
  t.after(() => {
    channel.close();
    for (const server of servers) server.forceShutdown();
    rmSync(dir, { recursive: true, force: true });
  });
  const start = async () => {
    const server = new Server();
    server.addService(definition, { say, count, collect });
    servers.push(server);
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error))),
    );
    return server;
  };
  return { channel, start };
}

const ask = (request: string) => ({ service, method: 'say', request, deadlineMs: 5000 }) as const;

test('unary() sends headers and gives the response', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  assert.equal(await channel.unary({ ...ask('hello'), headers: { who: 'me' } }), 'hello me');
});

test('unary() rejects with the translated error of the server', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  await assert.rejects(channel.unary(ask('refuse')), (error) => hasCode(error, 'runtimeNotFound') && error.message === 'nobody there');
});

test('unary() rejects with runtimeUnavailable at its deadline', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  await assert.rejects(channel.unary({ ...ask('hang'), deadlineMs: 50 }), (error) => hasCode(error, 'runtimeUnavailable'));
});

test('unary() rejects with the reason of an abort, before and during the call', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  const reason = new Error('left');
  await assert.rejects(channel.unary({ ...ask('hello'), signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const hanging = channel.unary({ ...ask('hang'), deadlineMs: 'none', signal: controller.signal });
  setImmediate(() => controller.abort(reason));
  await assert.rejects(hanging, reason);
});

test('a channel fails at once without a server, and finds one that comes later, or again', async (t) => {
  const { channel, start } = setUp(t);
  const unavailable = (error: unknown) => hasCode(error, 'runtimeUnavailable');
  await assert.rejects(channel.unary(ask('hello')), unavailable);
  for (let round = 0; round < 2; round++) {
    const server = await start();
    const begun = performance.now();
    while ((await channel.unary(ask('hello')).catch(() => '')) !== 'hello ') await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(performance.now() - begun < 3000, 'reconnecting took longer than its back-off allows');
    const hanging = channel.unary({ ...ask('hang'), deadlineMs: 'none' });
    setTimeout(() => server.forceShutdown(), 20);
    await assert.rejects(hanging, unavailable);
  }
});

test('serverStream() gives every message, ends with the stream, and cancels the call when the loop is left', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  const call = { service, method: 'count', deadlineMs: 'none' } as const;
  assert.deepEqual(await Array.fromAsync(channel.serverStream({ ...call, request: '3' })), ['0', '1', '2']);
  for await (const message of channel.serverStream({ ...call, request: '200' })) if (message === '5') break;
  while (cancelled === 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('serverStream() throws the reason of an abort', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  const reason = new Error('left');
  const controller = new AbortController();
  const all = Array.fromAsync(
    channel.serverStream({ service, method: 'count', request: '150', deadlineMs: 'none', signal: controller.signal }),
  );
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(all, reason);
});

test('upload() sends all requests and resolves with the last response', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  async function* requests() {
    for (let i = 0; i < 50; i++) yield 'x'.repeat(100_000);
  }
  assert.equal(await channel.upload({ service, method: 'collect', requests: requests(), deadlineMs: 'none' }), String(5_000_000));
});

test('upload() rejects with the error of the server, or of the requests', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  async function* empty() {
    yield '';
  }
  await assert.rejects(
    channel.upload({ service, method: 'collect', requests: empty(), deadlineMs: 'none' }),
    (error) => hasCode(error, 'runtimeFailed') && error.message === 'empty',
  );
  const reason = new Error('unreadable');
  async function* failing() {
    yield 'a';
    throw reason;
  }
  await assert.rejects(channel.upload({ service, method: 'collect', requests: failing(), deadlineMs: 'none' }), reason);
});

test('close() ends every call, and refuses later ones', async (t) => {
  const { channel, start } = setUp(t);
  await start();
  const reached = channel.unary(ask('hello'));
  await reached;
  const endless = { service, deadlineMs: 'none' } as const;
  async function* waiting() {
    yield 'x';
    await new Promise(() => {});
  }
  const stream = channel.serverStream({ ...endless, method: 'count', request: '150' });
  for (let i = 0; i < 150; i++) await stream.next();
  const calls = [
    channel.unary({ ...endless, method: 'say', request: 'hang' }),
    stream.next(),
    channel.upload({ ...endless, method: 'collect', requests: waiting() }),
  ];
  const ended = Promise.allSettled(calls);
  setTimeout(() => channel.close(), 20);
  const unavailable = (end: PromiseSettledResult<unknown>) => end.status === 'rejected' && hasCode(end.reason, 'runtimeUnavailable');
  assert.deepEqual((await ended).map(unavailable), [true, true, true]);

  const later = await Promise.allSettled([
    channel.unary(ask('hello')),
    channel.serverStream({ ...endless, method: 'count', request: '3' }).next(),
    channel.upload({ ...endless, method: 'collect', requests: waiting() }),
  ]);
  assert.deepEqual(later.map(unavailable), [true, true, true]);
});

test('close() before the connection is there ends the calls that wait for it', async (t) => {
  const { channel } = setUp(t);
  const early = channel.unary({ ...ask('hello'), deadlineMs: 'none' });
  channel.close();
  await assert.rejects(early, (error) => hasCode(error, 'runtimeUnavailable'));
});
