/** HTTP, TCP and gRPC probes, each case against servers in memory and on real sockets. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ProbedServers, serversInMemory, serversOnSockets } from '../../test/probes/probed-servers.ts';
import { wantedProbe } from '../../test/probes/wanted-probe.ts';
import type { ProbeOutcome } from '../core/probe/probe-outcome.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import type { Probe } from '../model/pod.ts';
import { ExecTurns } from './exec-turns.ts';
import { runProbe } from './run-probe.ts';

const never = new AbortController().signal;
const ok200 = (body = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const redirect = (location: string, body = ''): string =>
  `HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

interface Tried {
  readonly servers: ProbedServers;
  run(probe: Partial<Probe>, more?: Partial<WantedProbe>, signal?: AbortSignal): Promise<ProbeOutcome>;
}

for (const [where, open] of [
  ['in memory', serversInMemory],
  ['on sockets', serversOnSockets],
] as const) {
  describe(`runProbe() ${where}`, () => {
    let servers: ProbedServers;
    beforeEach(() => {
      servers = open();
    });
    afterEach(() => servers.close());
    const tried = (): Tried => ({
      servers,
      run: (probe, more = {}, signal = never) => {
        const { clock, http, client } = servers;
        const cri = { execSync: () => Promise.reject(new Error('no exec here')) };
        const parts = { clock, http, client, cri, execTurns: new ExecTurns(1), nextExecId: () => 'x' };
        return runProbe(wantedProbe(probe, { podAddress: servers.address, ...more }), parts, signal);
      },
    });
    httpTests(tried);
    httpTimeTests(tried);
    tcpTests(tried);
    grpcTests(tried);
  });
}

const httpGet = (port: number, more: Partial<NonNullable<Probe['httpGet']>> = {}): Partial<Probe> => ({
  httpGet: { path: '/healthz', port, scheme: 'HTTP', ...more },
});

function httpTests(tried: () => Tried): void {
  const STATUSES: readonly (readonly [what: string, response: string, outcome: ProbeOutcome])[] = [
    ['200', ok200('fine'), { result: 'success' }],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', { result: 'success' }],
    ['404', 'HTTP/1.1 404 Not Found\r\n\r\nsecret', { result: 'failure', message: 'HTTP probe failed with statuscode: 404' }],
    [
      '500',
      'HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      { result: 'failure', message: 'HTTP probe failed with statuscode: 500' },
    ],
    [
      'a redirect to another host, which is not followed',
      redirect('http://other.example/', 'elsewhere'),
      { result: 'warning', message: 'Probe terminated redirects, Response body: elsewhere' },
    ],
    [
      'a redirect without a target',
      'HTTP/1.1 304 Not Modified\r\n\r\n',
      { result: 'warning', message: 'Probe terminated redirects, Response body: ' },
    ],
    ['a huge body, of which the beginning is read', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(5_000_000)}`, { result: 'success' }],
    [
      'a huge body of a redirect, of which the beginning is told',
      redirect('http://other.example/', 'y'.repeat(1_000_000)),
      { result: 'warning', message: `Probe terminated redirects, Response body: ${'y'.repeat(10_240)}` },
    ],
  ];
  for (const [what, response, outcome] of STATUSES) {
    it(`httpGet: ${what}`, async () => {
      const { servers, run } = tried();
      deepEqual(await run(httpGet(await servers.web({ answer: () => response }))), outcome);
    });
  }

  it('httpGet: a redirect to the same host is followed, also to another port', async () => {
    const { servers, run } = tried();
    const heads: string[] = [];
    const answer =
      (response: string) =>
      (head: string): string => {
        heads.push(head);
        return response;
      };
    const there = await servers.web({ answer: answer('HTTP/1.1 503 Busy\r\n\r\n') });
    const here = await servers.web({ answer: answer(redirect(`http://${servers.address}:${there}/deep`)) });
    deepEqual(await run(httpGet(here)), { result: 'failure', message: 'HTTP probe failed with statuscode: 503' });
    const agent = 'User-Agent: kube-probe/1.36\r\nAccept: */*\r\n';
    deepEqual(heads, [
      `GET /healthz HTTP/1.1\r\nHost: ${servers.address}:${here}\r\n${agent}Connection: close\r\n\r\n`,
      `GET /deep HTTP/1.1\r\nHost: ${servers.address}:${there}\r\n${agent}Referer: http://${servers.address}:${here}/healthz\r\nConnection: close\r\n\r\n`,
    ]);
  });

  it('httpGet: redirects without end are a failure', async () => {
    const { servers, run } = tried();
    const port = await servers.web({ answer: () => redirect('/again') });
    const url = `http://${servers.address}:${port}/healthz`;
    deepEqual(await run(httpGet(port)), { result: 'failure', message: `Get "${url}": stopped after 10 redirects` });
  });

  it('httpGet: nobody listens', async () => {
    const { servers, run } = tried();
    const port = await servers.nobody();
    const to = `${servers.address}:${port}`;
    const message = `Get "http://${to}/healthz": dial tcp ${to}: connect: connection refused`;
    deepEqual(await run(httpGet(port)), { result: 'failure', message });
  });

  it('httpGet: garbage, which is not repeated', async () => {
    const { servers, run } = tried();
    const outcome = await run(httpGet(await servers.web({ answer: () => 'secret\r\n\r\n' })));
    equal(outcome.result, 'failure');
    match('message' in outcome ? outcome.message : '', /: net\/http: HTTP\/1\.x transport connection broken: malformed HTTP response$/);
  });

  it('httpGet: HTTPS of a certificate that nobody knows', async () => {
    const { servers, run } = tried();
    deepEqual(await run(httpGet(await servers.web({ tls: true, answer: () => ok200() }), { scheme: 'HTTPS' })), { result: 'success' });
  });

  it('httpGet: HTTPS is not given up for HTTP', async () => {
    const { servers, run } = tried();
    let requests = 0;
    const port = await servers.web({
      answer: (head) => {
        if (head.startsWith('GET')) requests += 1;
        return 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
      },
    });
    const outcome = await run(httpGet(port, { scheme: 'HTTPS' }));
    deepEqual(outcome, {
      result: 'failure',
      message: `Get "https://${servers.address}:${port}/healthz": http: server gave HTTP response to HTTPS client`,
    });
    equal(requests, 0);
  });

  it('httpGet: an address that --hook-hosts denies is not asked', async () => {
    const { servers, run } = tried();
    if (servers.address !== '127.0.0.1') return;
    const outcome = await run(httpGet(80, { host: '169.254.169.254' }));
    match('message' in outcome ? outcome.message : '', /--hook-hosts deny-link-local does not let hooks or probes connect there/);
    equal(outcome.result, 'failure');
  });

  it('httpGet: a Pod without an address, and a port without a number, are nothing of the container’s', async () => {
    const { servers, run } = tried();
    deepEqual(await run(httpGet(80), { podAddress: undefined as never }), { result: 'unknown', message: 'the Pod has no address' });
    const port = 'admin' as unknown as number;
    deepEqual(await run(httpGet(port)), { result: 'unknown', message: 'strconv.Atoi: parsing "admin": invalid syntax' });
    equal(servers.clock.pending, 0);
  });

  it('httpGet: a header that cannot be sent is a failure', async () => {
    const { servers, run } = tried();
    const outcome = await run(httpGet(80, { httpHeaders: [{ name: 'X-A', value: 'a\nb' }] }));
    const message = `Get "http://${servers.address}:80/healthz": net/http: invalid header field value for "X-A"`;
    deepEqual(outcome, { result: 'failure', message });
  });
}

function httpTimeTests(tried: () => Tried): void {
  it('httpGet: a silent server fails when the time is over, once', async () => {
    const { servers, run } = tried();
    const port = await servers.web({ answer: () => undefined, ending: 'waits' });
    const outcome = run({ ...httpGet(port), timeoutSeconds: 2 });
    await servers.received(1);
    await servers.clock.advance(1999);
    equal(servers.clock.pending, 1);
    await servers.clock.advance(1);
    const message = `Get "http://${servers.address}:${port}/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
    deepEqual(await outcome, { result: 'failure', message });
    equal(servers.clock.pending, 0);
  });

  it('httpGet: a body without end says nothing of the container, and is asked for three times', async () => {
    const { servers, run } = tried();
    const port = await servers.web({ answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi', ending: 'waits' });
    const outcome = run(httpGet(port));
    for (const requests of [1, 2, 3]) {
      await servers.received(requests);
      await untilWaiting(servers);
      await servers.clock.advance(1000);
    }
    const message = 'context deadline exceeded (Client.Timeout or context cancellation while reading body)';
    deepEqual(await outcome, { result: 'unknown', message });
  });

  it('httpGet: a body that breaks off says nothing of the container', async () => {
    const { servers, run } = tried();
    const port = await servers.web({ answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi' });
    deepEqual(await run(httpGet(port)), { result: 'unknown', message: 'unexpected EOF' });
  });

  it('httpGet: rejects with the reason of whoever ends it', async () => {
    const { servers, run } = tried();
    const controller = new AbortController();
    const port = await servers.web({ answer: () => undefined, ending: 'waits' });
    const outcome = run(httpGet(port), {}, controller.signal);
    await servers.received(1);
    controller.abort('not wanted');
    await rejects(outcome, (error) => error === 'not wanted');
    equal(servers.clock.pending, 0);
  });
}

function tcpTests(tried: () => Tried): void {
  it('tcpSocket: a port that takes connections', async () => {
    const { servers, run } = tried();
    const port = await servers.web({ answer: () => undefined, ending: 'waits' });
    deepEqual(await run({ tcpSocket: { port } }), { result: 'success' });
    deepEqual(await run({ tcpSocket: { port, host: servers.address } }, { podAddress: undefined as never }), { result: 'success' });
  });

  it('tcpSocket: nobody listens', async () => {
    const { servers, run } = tried();
    const port = await servers.nobody();
    const message = `dial tcp ${servers.address}:${port}: connect: connection refused`;
    deepEqual(await run({ tcpSocket: { port } }), { result: 'failure', message });
  });

  it('tcpSocket: a port without a number is nothing of the container’s', async () => {
    const { run } = tried();
    const outcome = await run({ tcpSocket: { port: 'admin' } });
    deepEqual(outcome, { result: 'unknown', message: 'strconv.Atoi: parsing "admin": invalid syntax' });
  });
}

function grpcTests(tried: () => Tried): void {
  it('grpc: a service that serves, and one that does not', async () => {
    const { servers, run } = tried();
    const port = await servers.grpc({ services: { '': 1, web: 2 } });
    deepEqual(await run({ grpc: { port } }), { result: 'success' });
    const outcome = await run({ grpc: { port, service: 'web' } });
    deepEqual(outcome, { result: 'failure', message: 'service unhealthy (responded with "NOT_SERVING")' });
  });

  it('grpc: an unknown service', async () => {
    const { servers, run } = tried();
    const outcome = await run({ grpc: { port: await servers.grpc({ services: {} }), service: 'web' } });
    const message = 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service';
    deepEqual(outcome, { result: 'failure', message });
  });

  it('grpc: no health service', async () => {
    const { servers, run } = tried();
    const outcome = await run({ grpc: { port: await servers.grpc() } });
    ok('message' in outcome && outcome.result === 'failure');
    match(outcome.message, /^error: this server does not implement the grpc health protocol \(grpc\.health\.v1\.Health\): /);
  });

  it('grpc: a slow server fails when the time is over', async () => {
    const { servers, run } = tried();
    const outcome = run({ grpc: { port: await servers.grpc({ services: {}, hangs: true }) }, timeoutSeconds: 2 });
    await servers.received(1);
    await servers.clock.advance(2000);
    deepEqual(await outcome, { result: 'failure', message: 'timeout: health rpc did not complete within 2s' });
  });

  it('grpc: nobody listens until the time is over', async () => {
    const { servers, run } = tried();
    const port = await servers.nobody();
    const outcome = run({ grpc: { port } });
    await untilWaiting(servers);
    await servers.clock.advance(1000);
    const message = `timeout: failed to connect service "${servers.address}:${port}" within 1s: context deadline exceeded`;
    deepEqual(await outcome, { result: 'failure', message });
  });

  it('grpc: a Pod without an address is nothing of the container’s', async () => {
    const { run } = tried();
    const outcome = await run({ grpc: { port: 80 } }, { podAddress: undefined as never });
    deepEqual(outcome, { result: 'unknown', message: 'the Pod has no address' });
  });
}

/** Until a timeout runs. */
async function untilWaiting({ clock }: ProbedServers): Promise<void> {
  while (clock.pending === 0) await clock.settle();
}
