import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { HttpAnswer, HttpClient, HttpTarget } from './http-client.ts';

/** A receiver that does the same with every request. */
export interface ContractReceiver {
  readonly tls?: boolean;
  /** The bytes it sends. */
  readonly response?: string;
  /** What comes after the bytes: it closes, or neither says nor closes anything. */
  readonly ending: 'closes' | 'waits';
}

export interface ServedReceiver {
  readonly hostname: string;
  readonly port: number;
  /** What it has got, one text a connection. */
  readonly requests: () => readonly string[];
}

export interface HttpSubject {
  readonly client: HttpClient;
  serve(receiver: ContractReceiver): Promise<ServedReceiver>;
  /** Where nobody listens. */
  nobody(): Promise<Omit<ServedReceiver, 'requests'>>;
  /** Resolves once the condition holds. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Answer: yes\r\n\r\nhi';

export function httpClientContract(name: string, open: () => Promise<HttpSubject>): void {
  describe(`${name} as HttpClient`, () => {
    let subject: HttpSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    const head = 'GET /a%20b?c HTTP/1.1\r\nHost: x:1\r\nX-Odd:  \xc3\xa9\r\n\r\n';
    const targetOf = (
      { hostname, port }: { readonly hostname: string; readonly port: number },
      scheme: 'http' | 'https' = 'http',
    ): HttpTarget => ({ scheme, hostname, port, head });
    const send = (target: HttpTarget, signal = new AbortController().signal): Promise<HttpAnswer> => subject.client.send(target, signal);

    for (const scheme of ['http', 'https'] as const) {
      it(`send() carries the very bytes by ${scheme}, once, and gives the head of the response`, async () => {
        const served = await subject.serve({ tls: scheme === 'https', response: OK, ending: 'closes' });
        const answer = await send(targetOf(served, scheme));
        equal(answer.kind, 'response');
        if (answer.kind !== 'response') return;
        equal(answer.head.status, 200);
        deepEqual(answer.head.headers, [
          { name: 'content-length', value: '2' },
          { name: 'x-answer', value: 'yes' },
        ]);
        equal(answer.received.toString('latin1'), 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Answer: yes\r\n\r\n');
        await answer.finish(10_240);
        deepEqual(served.requests(), [head]);
      });
    }

    it('send() takes any status for a response', async () => {
      const served = await subject.serve({ response: 'HTTP/1.0 500 Broken\n\n', ending: 'closes' });
      const answer = await send(targetOf(served));
      equal(answer.kind === 'response' && answer.head.status, 500);
      if (answer.kind === 'response') await answer.finish(0);
    });

    it('send() says that a plain-HTTP server answered on the HTTPS port', async () => {
      const served = await subject.serve({ response: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', ending: 'closes' });
      deepEqual(await send(targetOf(served, 'https')), { kind: 'plainHttp', error: 'http: server gave HTTP response to HTTPS client' });
    });

    it('send() fails in the words of Go where nobody listens', async () => {
      const nobody = await subject.nobody();
      deepEqual(await send(targetOf(nobody)), {
        kind: 'failed',
        error: `dial tcp ${nobody.hostname}:${nobody.port}: connect: connection refused`,
        cutOff: false,
        received: Buffer.alloc(0),
      });
    });

    it('send() says that the connection was cut off before an answer', async () => {
      const served = await subject.serve({ ending: 'closes' });
      deepEqual(await send(targetOf(served)), { kind: 'failed', error: 'EOF', cutOff: true, received: Buffer.alloc(0) });
    });

    it('send() says that the connection was cut off within an answer, and keeps what came', async () => {
      const served = await subject.serve({ response: 'HTTP/1.1 200 OK\r\nX-', ending: 'closes' });
      deepEqual(await send(targetOf(served)), {
        kind: 'failed',
        error: 'unexpected EOF',
        cutOff: true,
        received: Buffer.from('HTTP/1.1 200 OK\r\nX-'),
      });
    });

    it('send() never quotes what the server sent in its error', async () => {
      const served = await subject.serve({ response: 'secret\r\n\r\n', ending: 'closes' });
      const answer = await send(targetOf(served));
      equal(answer.kind === 'failed' && answer.error, 'net/http: HTTP/1.x transport connection broken: malformed HTTP response');
      ok(answer.kind === 'failed' && answer.received.toString().startsWith('secret'));
    });

    it('send() waits for a silent server until it is aborted, and rejects with the reason', async () => {
      const served = await subject.serve({ ending: 'waits' });
      const controller = new AbortController();
      const answer = send(targetOf(served), controller.signal);
      await subject.until(() => served.requests().length === 1);
      controller.abort('enough');
      await rejects(answer, (error) => error === 'enough');
      deepEqual(served.requests(), [head]);
    });

    it('send() sends nothing once it is aborted', async () => {
      const served = await subject.serve({ response: OK, ending: 'closes' });
      await rejects(send(targetOf(served), AbortSignal.abort('too late')), (error) => error === 'too late');
      deepEqual(served.requests(), []);
    });

    it('finish() waits for a body that does not end until it is aborted, and rejects with the reason', async () => {
      const served = await subject.serve({ response: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi', ending: 'waits' });
      const controller = new AbortController();
      const answer = await send(targetOf(served), controller.signal);
      if (answer.kind !== 'response') throw new Error(`no response but ${answer.kind}`);
      const finished = answer.finish(10_240);
      controller.abort('enough');
      await rejects(finished, (error) => error === 'enough');
    });

    const BODIES: readonly (readonly [what: string, response: string, body: string, error?: string])[] = [
      ['a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more', 'hi'],
      ['a body that ends with the connection', 'HTTP/1.1 302 Found\r\n\r\nhello', 'hello'],
      ['a body in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n', 'hello'],
      ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
      ['the beginning of a long body', `HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${'x'.repeat(50_000)}`, 'x'.repeat(10_240)],
      ['a body that breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', 'hello', 'unexpected EOF'],
      ['chunks that break off', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello', 'hello', 'unexpected EOF'],
      ['chunks that are none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n', '', 'invalid byte in chunk length'],
    ];
    for (const [what, response, body, error] of BODIES) {
      it(`read() gives ${what}`, async () => {
        const answer = await send(targetOf(await subject.serve({ response, ending: 'closes' })));
        if (answer.kind !== 'response') throw new Error(`no response but ${answer.kind}`);
        const { bytes, ...rest } = await answer.read(10_240);
        equal(bytes.toString('latin1'), body);
        deepEqual(rest, error === undefined ? {} : { error });
      });
    }

    it('nodeAddress() is an address', async () => ok(/^[\d.]+$|:/.test(await subject.client.nodeAddress())));
  });
}
