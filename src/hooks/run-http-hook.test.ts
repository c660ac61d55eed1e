import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { type HttpReceiver, ScriptedHttp } from '../fakes/scripted-http.ts';
import type { HookOptions } from '../model/hook-options.ts';
import type { HTTPGetAction } from '../model/pod.ts';
import type { HookParts, HookReport, HookResult } from './hook-run.ts';
import { runHook } from './run-hook.ts';

const clock = new ManualClock();
let http = new ScriptedHttp(clock);
beforeEach(() => {
  http = new ScriptedHttp(clock);
});

interface Case extends Partial<HTTPGetAction> {
  readonly options?: Partial<HookOptions>;
  readonly hostNetwork?: boolean;
  readonly podAddress?: string | undefined;
}

function run(
  { options = {}, hostNetwork = false, podAddress = '10.88.0.2', ...action }: Case = {},
  signal = new AbortController().signal,
): Promise<HookReport> {
  const httpGet: HTTPGetAction = { path: '/', port: 80, scheme: 'HTTP', ...action };
  const container = { name: 'main', image: 'i', imagePullPolicy: 'Never' as const, lifecycle: { preStop: { httpGet } } };
  const spec = { restartPolicy: 'Always' as const, terminationGracePeriodSeconds: 30, containers: [container], hostNetwork };
  const pod = { apiVersion: 'v1' as const, kind: 'Pod' as const, metadata: { name: 'p', namespace: 'default', uid: 'u1' }, spec };
  const owner = { pod, container, restartCount: 3, hook: 'preStop' as const, ...(podAddress === 'none' ? {} : { podAddress }) };
  const parts: HookParts = {
    clock,
    http,
    cri: { execSync: () => Promise.reject(new Error('no exec here')) },
    beginRetry: async () => ({ startedAt: clock.now() }),
  };
  const all = { strictStatus: false, retries: 0, deliveryHeaders: false, ...options };
  return runHook(
    { handler: { httpGet }, owner, containerId: 'c1', mode: 'deliver', attempt: 2, retry: 0, startedAt: clock.now(), options: all },
    parts,
    signal,
  );
}

const resultOf = async (report: Promise<HookReport>): Promise<HookResult> => {
  const result = await report;
  if (result === 'detached') throw new Error('detached');
  return result;
};
const outputOf = ({ output }: HookResult): string => output?.stdout.head.toString() ?? '';
const answering = (response: string): HttpReceiver => ({ reply: () => ({ response }) });

describe('runHook() of an httpGet hook', () => {
  for (const status of [200, 302, 404, 500]) {
    it(`succeeds with ${status}, and keeps status and head`, async () => {
      http.receive('10.88.0.2:80', answering(`HTTP/1.1 ${status} X\r\nA: b\r\n\r\nsecret body`));
      const result = await resultOf(run());
      deepEqual([result.outcome, result.httpStatus, outputOf(result)], ['succeeded', status, `HTTP/1.1 ${status} X\nA: b\n`]);
    });
  }

  for (const [status, outcome] of [
    [199, 'failed'],
    [200, 'succeeded'],
    [399, 'succeeded'],
    [400, 'failed'],
    [500, 'failed'],
  ] as const) {
    it(`${outcome} with ${status} where the status is strict`, async () => {
      http.receive('10.88.0.2:80', answering(`HTTP/1.1 ${status} X\r\n\r\n`));
      const result = await resultOf(run({ options: { strictStatus: true } }));
      deepEqual([result.outcome, result.httpStatus], [outcome, status]);
      if (outcome === 'failed') equal(result.reason, `HTTP status ${status}, and its http-status is strict`);
    });
  }

  it('fails in the words of Go where nobody listens, having tried once', async () => {
    const result = await resultOf(run({ path: '/x' }));
    deepEqual(
      [result.outcome, result.reason, result.output],
      ['failed', 'Get "http://10.88.0.2:80/x": dial tcp 10.88.0.2:80: connect: connection refused', undefined],
    );
    equal(http.dialled.length, 1);
  });

  it('says when its connection was cut off', async () => {
    http.receive('10.88.0.2:80', { reply: () => 'close' });
    const result = await resultOf(run());
    deepEqual([result.outcome, result.reason, result.cutOff], ['failed', 'Get "http://10.88.0.2:80/": EOF', true]);
  });

  it('keeps what a server sent that speaks no HTTP, and tells it nowhere else', async () => {
    http.receive('10.88.0.2:80', answering('secret\r\n\r\n'));
    const result = await resultOf(run());
    match(result.reason ?? '', /malformed HTTP response$/);
    equal(outputOf(result), 'secret\n');
  });

  it('goes to the address of the node for a Pod in its network, and to the host it names', async () => {
    http.receive('192.0.2.1:80', answering('HTTP/1.1 200 OK\r\n\r\n'));
    http.receive('h.example:80', answering('HTTP/1.1 200 OK\r\n\r\n'));
    equal((await resultOf(run({ hostNetwork: true, podAddress: 'none' }))).outcome, 'succeeded');
    equal((await resultOf(run({ hostNetwork: true, host: 'h.example' }))).outcome, 'succeeded');
    deepEqual(
      http.requests.map(({ to }) => to),
      ['http://192.0.2.1:80', 'http://h.example:80'],
    );
  });

  it('fails without an address, or with a port nobody named', async () => {
    match((await resultOf(run({ podAddress: 'none' }))).reason ?? '', /^failed to find networking container: /);
    equal((await resultOf(run({ port: 'web' }))).reason, 'strconv.Atoi: parsing "web": invalid syntax');
    deepEqual(http.dialled, []);
  });

  it('follows redirects on its host, and keeps every head', async () => {
    http.receive('10.88.0.2:80', {
      reply: (_head, request) => ({
        response: request === 1 ? 'HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n' : 'HTTP/1.1 200 OK\r\n\r\n',
      }),
    });
    const result = await resultOf(run());
    deepEqual(
      [result.outcome, result.httpStatus, outputOf(result)],
      ['succeeded', 200, 'HTTP/1.1 302 Found\nLocation: /there\n\nHTTP/1.1 200 OK\n'],
    );
    ok(http.requests[1]?.head.startsWith('GET /there HTTP/1.1\r\nHost: 10.88.0.2:80\r\n'));
    ok(http.requests[1]?.head.includes('\r\nReferer: http://10.88.0.2:80/\r\n'));
  });

  it('asks no other host: its redirect there is a success', async () => {
    http.receive('10.88.0.2:80', answering('HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/secret\r\n\r\n'));
    const result = await resultOf(run());
    deepEqual([result.outcome, result.httpStatus, http.dialled.length], ['succeeded', 302, 1]);
  });

  it('fails after ten requests that redirect, and tells no place it was sent to', async () => {
    http.receive('10.88.0.2:80', answering('HTTP/1.1 302 Found\r\nLocation: /secret\r\n\r\n'));
    const result = await resultOf(run());
    deepEqual(
      [result.outcome, result.reason, http.requests.length],
      ['failed', 'Get "http://10.88.0.2:80/": stopped after 10 redirects', 10],
    );
  });

  describe('by HTTPS', () => {
    it('falls back to HTTP once, and says where', async () => {
      http.receive('10.88.0.2:80', answering('HTTP/1.1 200 OK\r\n\r\n'));
      const result = await resultOf(run({ scheme: 'HTTPS', httpHeaders: [{ name: 'Authorization', value: 'secret' }] }));
      deepEqual([result.outcome, result.httpStatus, result.fellBackTo], ['succeeded', 200, '10.88.0.2:80']);
      ok(!http.requests[0]?.head.includes('secret'));
    });

    it('tells the first error when plain HTTP does no better', async () => {
      http.receive('10.88.0.2:80', { reply: () => 'close' });
      const result = await resultOf(run({ scheme: 'HTTPS' }));
      deepEqual(
        [result.outcome, result.reason, result.fellBackTo],
        ['failed', 'Get "https://10.88.0.2:80/": http: server gave HTTP response to HTTPS client', undefined],
      );
    });

    it('falls back no more than that: not when it is refused', async () => {
      equal((await resultOf(run({ scheme: 'HTTPS' }))).outcome, 'failed');
      equal(http.dialled.length, 1);
    });
  });

  it('waits for a silent receiver as long as it must, and ends at once when it is ended', async () => {
    http.receive('10.88.0.2:80', { reply: () => 'silence' });
    const controller = new AbortController();
    const report = run({}, controller.signal);
    await clock.advance(24 * 3_600_000);
    equal(http.open, 1);
    controller.abort('timedOut');
    deepEqual(await report, { outcome: 'timedOut', reason: 'it did not end within the grace period', retry: 0 });
    equal(http.open, 0);
  });

  it('keeps the head of a response whose body never ended', async () => {
    http.receive('10.88.0.2:80', { reply: () => ({ response: 'HTTP/1.1 200 OK\r\n\r\n', bodyHangs: true }) });
    const controller = new AbortController();
    const report = run({}, controller.signal);
    await clock.settle();
    controller.abort('cancelled');
    const result = await resultOf(report);
    deepEqual([result.outcome, result.httpStatus, outputOf(result)], ['cancelled', 200, 'HTTP/1.1 200 OK\n']);
  });

  it('is detached when the agent leaves: the next one delivers it again', async () => {
    http.receive('10.88.0.2:80', { reply: () => 'silence' });
    const controller = new AbortController();
    const report = run({}, controller.signal);
    await clock.settle();
    controller.abort('agentLeaves');
    equal(await report, 'detached');
  });

  it('says which delivery it is only where the Pod asks for it', async () => {
    http.receive('10.88.0.2:80', answering('HTTP/1.1 200 OK\r\n\r\n'));
    await run();
    await run({ options: { deliveryHeaders: true } });
    ok(!http.requests[0]?.head.includes('Hooklet'));
    ok(http.requests[1]?.head.includes('\r\nHooklet-Attempt: 2\r\nHooklet-Delivery: u1/main/3/preStop\r\nHooklet-Retry: 0\r\n'));
  });
});
