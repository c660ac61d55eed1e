import { deepEqual, equal } from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { ScriptedHttp } from '../fakes/scripted-http.ts';
import type { HookOptions } from '../model/hook-options.ts';
import type { LifecycleHandler } from '../model/pod.ts';
import type { HookParts, HookReport } from './hook-run.ts';
import { runHook } from './run-hook.ts';

const HTTP = { httpGet: { path: '/', port: 80, scheme: 'HTTP' as const } };
const REFUSED = 'Get "http://10.88.0.2:80/": dial tcp 10.88.0.2:80: connect: connection refused';

let clock = new ManualClock();
let http = new ScriptedHttp(clock);
let begun: number[] = [];
beforeEach(() => {
  clock = new ManualClock();
  http = new ScriptedHttp(clock);
  begun = [];
});

interface Run {
  readonly controller: AbortController;
  report?: HookReport;
}

function run(handler: LifecycleHandler, options: Partial<HookOptions>, more: Partial<HookParts> = {}): Run {
  const container = { name: 'main', image: 'i', imagePullPolicy: 'Never' as const };
  const spec = { restartPolicy: 'Always' as const, terminationGracePeriodSeconds: 30, containers: [container] };
  const pod = { apiVersion: 'v1' as const, kind: 'Pod' as const, metadata: { name: 'p', namespace: 'default', uid: 'u1' }, spec };
  const beginRetry = async (retry: number) => {
    begun.push(retry);
    return { startedAt: clock.now() };
  };
  const parts: HookParts = { clock, http, cri: { execSync: () => Promise.reject(new Error('no exec here')) }, beginRetry, ...more };
  const started: Run = { controller: new AbortController() };
  const owner = { pod, container, restartCount: 0, hook: 'preStop' as const, podAddress: '10.88.0.2' };
  const all = { strictStatus: false, retries: 0, deliveryHeaders: false, ...options };
  void runHook(
    { handler, owner, containerId: 'c1', mode: 'deliver', attempt: 1, retry: 0, startedAt: clock.now(), options: all },
    parts,
    started.controller.signal,
  ).then((report) => {
    started.report = report;
  });
  return started;
}

const dialledMs = (): readonly number[] => http.dialled.map(({ wallMs }) => wallMs - Date.UTC(2030, 0, 1));

describe('runHook() with retries', () => {
  it('tries once without the annotation', async () => {
    const { report } = await passed(run(HTTP, {}), 60_000);
    deepEqual(report, { outcome: 'failed', reason: REFUSED, retry: 0 });
    deepEqual([dialledMs(), begun], [[0], []]);
  });

  it('tries four times with three retries, each wait twice as long, each try journaled', async () => {
    const { report } = await passed(run(HTTP, { retries: 3 }), 1750);
    deepEqual(report, { outcome: 'failed', reason: REFUSED, retry: 3 });
    deepEqual(
      [dialledMs(), begun],
      [
        [0, 250, 750, 1750],
        [1, 2, 3],
      ],
    );
  });

  it('waits no longer than 10 s between two tries', async () => {
    await passed(run(HTTP, { retries: 9 }), 120_000);
    deepEqual(dialledMs().slice(-3), [25_750, 35_750, 45_750]);
  });

  it('stops trying once it has succeeded', async () => {
    http.receive('10.88.0.2:80', { reply: (_head, request) => (request < 3 ? 'close' : { response: 'HTTP/1.1 200 OK\r\n\r\n' }) });
    const { report } = await passed(run(HTTP, { retries: 9 }), 60_000);
    equal(report !== 'detached' && report?.outcome, 'succeeded');
    equal(report !== 'detached' && report?.retry, 2);
    equal(http.requests.length, 3);
  });

  for (const [because, expected] of [
    ['timedOut', { outcome: 'failed', reason: REFUSED, retry: 1 }],
    ['cancelled', { outcome: 'cancelled', reason: 'its container is being stopped', retry: 1 }],
    ['interrupted', { outcome: 'interrupted', reason: 'containerExited', retry: 1 }],
    ['agentLeaves', 'detached'],
  ] as const) {
    it(`begins no try once it was ended between two of them: ${because}`, async () => {
      const started = run(HTTP, { retries: 9 });
      await clock.advance(300);
      started.controller.abort(because);
      await passed(started, 60_000);
      deepEqual(started.report, expected);
      deepEqual([dialledMs(), clock.pending], [[0, 250], 0]);
    });
  }

  it('begins no try that cannot be journaled', async () => {
    const { report } = await passed(run(HTTP, { retries: 9 }, { beginRetry: () => Promise.reject(new Error('disk full')) }), 60_000);
    deepEqual(report, { outcome: 'failed', reason: REFUSED, retry: 0 });
    deepEqual(dialledMs(), [0]);
  });
});

describe('runHook() with a timeout', () => {
  it('ends a hook of any kind at its timeout, and says so', async () => {
    http.receive('10.88.0.2:80', { reply: () => 'silence' });
    for (const handler of [HTTP, { sleep: { seconds: 60 } }]) {
      const started = run(handler, { timeoutMs: 1500 });
      await clock.advance(1499);
      equal(started.report, undefined);
      await clock.advance(1);
      deepEqual(started.report, { outcome: 'timedOut', reason: 'it did not end within its timeout of 1.5 s', retry: 0 });
    }
    deepEqual([http.open, clock.pending], [0, 0]);
  });

  it('gives each try its own time', async () => {
    http.receive('10.88.0.2:80', { reply: () => 'silence' });
    const { report } = await passed(run(HTTP, { timeoutMs: 1000, retries: 1 }), 2250);
    deepEqual([report !== 'detached' && report?.retry, dialledMs()], [1, [0, 1250]]);
  });

  it('says what the end of the grace says when that comes first', async () => {
    http.receive('10.88.0.2:80', { reply: () => 'silence' });
    const started = run(HTTP, { timeoutMs: 1000, retries: 9 });
    await clock.advance(500);
    started.controller.abort('timedOut');
    await clock.settle();
    deepEqual(started.report, { outcome: 'timedOut', reason: 'it did not end within the grace period', retry: 0 });
    equal(clock.pending, 0);
  });

  it('does not touch a hook that ends in time', async () => {
    const { report } = await passed(run({ sleep: { seconds: 1 } }, { timeoutMs: 1500 }), 1000);
    deepEqual(report, { outcome: 'succeeded', retry: 0 });
    equal(clock.pending, 0);
  });
});

describe('runHook() of a tcpSocket hook', () => {
  it('fails, as upstream does', async () => {
    const { report } = await passed(run({ tcpSocket: { port: 80 } }, {}), 0);
    deepEqual(report, { outcome: 'failed', reason: 'Cannot run handler: invalid handler: tcpSocket; use httpGet or exec', retry: 0 });
    deepEqual(http.dialled, []);
  });
});

async function passed(started: Run, ms: number): Promise<Run> {
  await clock.advance(ms);
  return started;
}
