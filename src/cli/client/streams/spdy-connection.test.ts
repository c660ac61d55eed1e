import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { exitCodeIn } from './exec-in-pod.ts';
import { SpdyConnection } from './spdy-connection.ts';
import { SpdyDecoder, SpdyEncoder } from './spdy-frames.ts';

function pair(t: TestContext): { readonly connection: SpdyConnection; readonly server: Duplex; readonly encoder: SpdyEncoder } {
  const [client, server] = duplexPair();
  server.on('error', () => {});
  t.after(() => {
    client.destroy();
    server.destroy();
  });
  return { connection: new SpdyConnection(client, Buffer.alloc(0)), server, encoder: new SpdyEncoder() };
}

const goodbye = Buffer.from('80030007000000080000000000000000', 'hex');

describe('SpdyConnection', () => {
  it('carries both directions of a stream, each to its own end', async (t) => {
    const { connection, server, encoder } = pair(t);
    const stream = connection.open({ streamtype: 'data' });
    const decoder = new SpdyDecoder();
    let heard = '';
    server.on('data', (chunk: Buffer) => {
      for (const event of decoder.push(chunk)) {
        if (event.kind === 'data') heard += String(event.bytes);
        if (event.kind === 'end') server.write(Buffer.concat([encoder.data(1, Buffer.from(`heard ${heard}`)), encoder.end(1)]));
      }
    });
    stream.end('hello');
    assert.equal(await text(stream), 'heard hello');
  });

  it('ends what is open when the server takes leave', async (t) => {
    const { connection, server, encoder } = pair(t);
    const stream = connection.open({ streamtype: 'error' });
    server.write(encoder.data(1, Buffer.from('last word')));
    server.end(goodbye);
    assert.equal(await text(stream), 'last word');
  });

  it('breaks what is open when the connection breaks', async (t) => {
    const { connection, server } = pair(t);
    const stream = connection.open({ streamtype: 'error' });
    server.end();
    await assert.rejects(text(stream), { code: 'apiUnavailable' });
    const late = connection.open({ streamtype: 'data' });
    await assert.rejects(text(late), { code: 'apiUnavailable' });
  });

  it('breaks when the server speaks something else', async (t) => {
    const { connection, server } = pair(t);
    const stream = connection.open({ streamtype: 'error' });
    server.write(Buffer.from('8002000100000000', 'hex'));
    await assert.rejects(text(stream), { code: 'apiUnavailable' });
  });

  it('answers pings of the server', async (t) => {
    const { server, encoder } = pair(t);
    server.write(encoder.ping(2));
    const [answer] = (await once(server, 'data')) as [Buffer];
    assert.deepEqual(new SpdyDecoder().push(answer), [{ kind: 'ping', id: 2 }]);
  });

  it('takes no more than its reader does, and goes on when it does', async (t) => {
    const { connection, server, encoder } = pair(t);
    const stream = connection.open({ streamtype: 'stdout' });
    server.resume();
    const piece = encoder.data(1, Buffer.alloc(16 * 1024));
    let written = 0;
    while (server.write(piece)) written += 1;
    for (let more = 0; more < 100; more += 1) server.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(stream.readableLength < 200 * 1024, String(stream.readableLength));
    server.write(encoder.end(1));
    let size = 0;
    for await (const chunk of stream) size += (chunk as Buffer).length;
    assert.equal(size, (written + 101) * 16 * 1024);
  });
});

describe('exitCodeIn()', () => {
  it('reads the Status that ends an exec', () => {
    assert.equal(exitCodeIn('{"metadata":{},"status":"Success"}'), 0);
    const failure = { status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '7' }] } };
    assert.equal(exitCodeIn(JSON.stringify(failure)), 7);
  });

  it('takes nothing else for a success', () => {
    assert.throws(() => exitCodeIn(''), { code: 'apiUnavailable' });
    assert.throws(() => exitCodeIn('oops'), { code: 'apiRefused' });
    assert.throws(() => exitCodeIn('{"status":"Failure","message":"no such program"}'), {
      code: 'apiRefused',
      message: 'error: no such program',
    });
  });
});
