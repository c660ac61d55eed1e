/** Hooks by HTTP, and what a Pod may ask for by annotation, in the life of a whole Pod. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PodManifest } from '../../src/model/pod.ts';
import { checkHistory } from './check-history.ts';
import { leftBehind } from './check-world.ts';
import { container, exec, httpGet, pod, Scenario } from './scenario.ts';

const OK = 'HTTP/1.1 200 OK\r\n\r\n';
const HERE = '10.88.0.2:80';

const annotated = (manifest: PodManifest, annotations: Readonly<Record<string, string>>): PodManifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    annotations: Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`hooklet.dev/${name}`, value])),
  },
});

const eventsOf = (scenario: Scenario, reason: string) =>
  scenario.journal.records.flatMap((record) => (record.type === 'event' && record.reason === reason ? [record] : []));
const finishedOf = (scenario: Scenario) => scenario.journal.records.flatMap((record) => (record.type === 'hook.finished' ? [record] : []));

describe('a Pod with HTTP hooks', () => {
  const both = container('main', {
    ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }],
    lifecycle: { postStart: httpGet('/start?a=b', { port: 'web' }), preStop: httpGet('stop', { port: 'web', host: 'hooks.example' }) },
  });

  it('asks its own address, or the host it names, and records the status', async () => {
    const scenario = new Scenario();
    scenario.http.receive('10.88.0.2:8080', { reply: () => ({ response: OK, afterMs: 3000 }) });
    scenario.http.receive('hooks.example:8080', { reply: () => ({ response: 'HTTP/1.1 500 secret\r\nX: secret\r\n\r\nsecret' }) });
    await scenario.start(pod('demo', [both]));
    await scenario.clock.advance(5000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    deepEqual(scenario.stops(), [
      '0.0 main hook.started postStart httpGet #1',
      '3.0 main hook.finished postStart succeeded',
      '5.0 main hook.started preStop httpGet #1',
      '5.0 main hook.finished preStop succeeded',
      '5.0 main signal.sent SIGTERM',
      '5.0 main container.exited 143 stop',
      '5.0 pod.ended Failed',
      '5.0 pod.removed',
    ]);
    deepEqual(
      finishedOf(scenario).map(({ handler, httpStatus }) => [handler, httpStatus]),
      [
        ['httpGet', 200],
        ['httpGet', 500],
      ],
    );
    deepEqual(
      scenario.http.requests.map(({ to, head }) => `${to} ${head.split('\r\n', 1)[0]}`),
      ['http://10.88.0.2:8080 GET /start?a=b HTTP/1.1', 'http://hooks.example:8080 GET /stop HTTP/1.1'],
    );
    ok(!JSON.stringify(scenario.journal.records).includes('secret'), 'what a receiver says is nowhere but in the output of its hook');
    const { uid } = scenario.journal.records.find((record) => record.type === 'hook.finished') ?? {};
    const output = await scenario.hookOutput.read({ uid: uid ?? '', container: 'main', restartCount: 0, hook: 'preStop', attempt: 1 });
    equal(output?.stdout.head.toString(), 'HTTP/1.1 500 secret\nX: secret\n');
    deepEqual([checkHistory(scenario.journal.records), leftBehind(scenario)], [[], []]);
  });

  it('in the network of the host asks the node', async () => {
    const scenario = new Scenario();
    scenario.http.receive('192.0.2.1:80', { reply: () => ({ response: OK }) });
    await scenario.start(pod('demo', [container('main', { lifecycle: { postStart: httpGet('/') } })], { hostNetwork: true }));
    deepEqual(
      scenario.http.requests.map(({ to }) => to),
      ['http://192.0.2.1:80'],
    );
  });

  it('calls a receiver that is down once, and says so in one event', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('demo', [container('main', { lifecycle: { preStop: httpGet('/secret') } })]));
    await scenario.delete();
    await scenario.clock.advance(60_000);
    deepEqual(
      scenario.http.dialled.map(({ to }) => to),
      [HERE],
    );
    deepEqual(
      eventsOf(scenario, 'FailedPreStopHook').map(({ message, count }) => `${message} x${count}`),
      ['PreStopHook failed: connect: connection refused x1'],
    );
    equal(finishedOf(scenario)[0]?.reason, 'Get "http://10.88.0.2:80/secret": dial tcp 10.88.0.2:80: connect: connection refused');
  });

  it('tells of a fallback from HTTPS in an event of the Pod', async () => {
    const scenario = new Scenario();
    scenario.http.receive(HERE, { reply: () => ({ response: OK }) });
    await scenario.start(pod('demo', [container('main', { lifecycle: { postStart: httpGet('/', { scheme: 'HTTPS' }) } })]));
    const [event] = eventsOf(scenario, 'LifecycleHTTPFallback');
    deepEqual(
      [event?.eventType, event?.message, event?.container, event?.count],
      ['Warning', 'request to HTTPS lifecycle hook 10.88.0.2:80 got HTTP response, retry with HTTP succeeded', undefined, 1],
    );
    ok(scenario.types().includes('container.ready'));
  });

  it('whose receiver is silent is never ready, and a delete ends the wait at once', async () => {
    const scenario = new Scenario();
    scenario.http.receive(HERE, { reply: () => 'silence' });
    await scenario.start(pod('demo', [container('main', { lifecycle: { postStart: httpGet('/') } })]));
    await scenario.clock.advance(3_600_000);
    ok(!scenario.types().includes('container.ready'));
    await scenario.delete();
    deepEqual(scenario.stops().slice(1, 3), ['3600.0 main hook.finished postStart cancelled', '3600.0 main signal.sent SIGTERM']);
    equal(scenario.http.open, 0);
  });

  it('whose preStop receiver is silent gets its stop signal at the end of its grace', async () => {
    const scenario = new Scenario();
    scenario.http.receive(HERE, { reply: () => 'silence' });
    await scenario.start(pod('demo', [container('main', { lifecycle: { preStop: httpGet('/') } })], { terminationGracePeriodSeconds: 5 }));
    await scenario.delete();
    await scenario.clock.advance(10_000);
    deepEqual(scenario.stops().slice(0, 3), [
      '0.0 main hook.started preStop httpGet #1',
      '5.0 main hook.finished preStop timedOut',
      '5.0 main signal.sent SIGTERM',
    ]);
    equal(eventsOf(scenario, 'FailedPreStopHook').length, 1);
  });

  it('whose container ends takes its receiver along: the hook was interrupted, no event blames it', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 1000, reapedAfterMs: 200 }) });
    scenario.http.receive(HERE, { reply: () => ({ response: 'HTTP/1.1 200 OK\r\n', afterMs: 1000 }) });
    await scenario.start(pod('demo', [container('main', { lifecycle: { postStart: httpGet('/') } })], { restartPolicy: 'Never' }));
    await scenario.clock.advance(5000);
    deepEqual(scenario.stops().slice(1, 3), ['1.2 main hook.finished postStart interrupted', '1.2 main container.exited 0 self']);
    deepEqual(eventsOf(scenario, 'FailedPostStartHook'), []);
  });
});

describe('an HTTP hook in flight when the agent is killed', () => {
  it('is delivered again, and its receiver can tell', async () => {
    const scenario = new Scenario();
    scenario.http.receive(HERE, { reply: (_head, request) => (request === 1 ? 'silence' : { response: OK }) });
    const manifest = annotated(pod('demo', [container('main', { lifecycle: { postStart: httpGet('/') } })]), {
      'main.postStart.http-delivery-headers': 'true',
    });
    await scenario.start(manifest);
    await scenario.clock.advance(1000);
    await scenario.kill();
    await scenario.start(manifest);
    deepEqual(
      scenario.stops().map((line) => line.slice(4)),
      ['main hook.started postStart httpGet #1', 'main hook.started postStart httpGet #2', 'main hook.finished postStart succeeded'],
    );
    const told = scenario.http.requests.map(({ head }) => head.split('\r\n').filter((line) => line.startsWith('Hooklet-')));
    deepEqual(
      told.map(([attempt]) => attempt),
      ['Hooklet-Attempt: 1', 'Hooklet-Attempt: 2'],
    );
    deepEqual(told[0]?.slice(1), told[1]?.slice(1));
  });

  it('is interrupted when its container has ended meanwhile', async () => {
    const scenario = new Scenario({ program: () => ({ endsAfterMs: 2000 }) });
    scenario.http.receive(HERE, { reply: () => 'silence' });
    const manifest = pod('demo', [container('main', { lifecycle: { postStart: httpGet('/') } })], { restartPolicy: 'Never' });
    await scenario.start(manifest);
    await scenario.kill();
    await scenario.clock.advance(5000);
    await scenario.start(manifest);
    deepEqual(scenario.stops().slice(1, 2), ['5.0 main hook.finished postStart interrupted']);
    equal(scenario.http.requests.length, 1);
  });
});

describe('a tcpSocket hook', () => {
  it('fails when it is due, and as postStart kills its container', async () => {
    const scenario = new Scenario();
    await scenario.start(
      pod('demo', [container('main', { lifecycle: { postStart: { tcpSocket: { port: 80 } } } })], { restartPolicy: 'Never' }),
    );
    deepEqual(scenario.stops().slice(0, 3), [
      '0.0 main hook.started postStart tcpSocket #1',
      '0.0 main hook.finished postStart failed',
      '0.0 main signal.sent SIGTERM',
    ]);
    ok(finishedOf(scenario)[0]?.reason?.startsWith('Cannot run handler: invalid handler: '));
  });
});

describe('retries by annotation', () => {
  const retried = annotated(
    pod('demo', [container('main', { lifecycle: { preStop: httpGet('/') } })], { terminationGracePeriodSeconds: 5 }),
    { 'main.preStop.retries': '3' },
  );

  it('call a receiver that is down four times inside the grace', async () => {
    const scenario = new Scenario();
    await scenario.start(retried);
    await scenario.delete();
    await scenario.clock.advance(10_000);
    deepEqual(
      scenario.http.dialled.map(({ wallMs }) => wallMs - Date.UTC(2030, 0, 1)),
      [0, 250, 750, 1750],
    );
    deepEqual(scenario.stops().slice(0, 6), [
      '0.0 main hook.started preStop httpGet #1',
      '0.3 main hook.started preStop httpGet #1 retry 1',
      '0.8 main hook.started preStop httpGet #1 retry 2',
      '1.8 main hook.started preStop httpGet #1 retry 3',
      '1.8 main hook.finished preStop failed',
      '1.8 main signal.sent SIGTERM',
    ]);
    deepEqual(
      [finishedOf(scenario)[0]?.retry, finishedOf(scenario)[0]?.durationMs, eventsOf(scenario, 'FailedPreStopHook').length],
      [3, 1800, 1],
    );
    deepEqual(checkHistory(scenario.journal.records), []);
  });

  it('stop with the grace', async () => {
    const scenario = new Scenario();
    await scenario.start(retried);
    await scenario.delete(1);
    await scenario.clock.advance(10_000);
    deepEqual(
      scenario
        .stops()
        .slice(-6)
        .map((line) => line.slice(0, 40)),
      [
        '0.8 main hook.started preStop httpGet #1',
        '1.0 main hook.finished preStop failed',
        '1.0 main signal.sent SIGTERM',
        '1.0 main container.exited 143 stop',
        '1.0 pod.ended Failed',
        '1.0 pod.removed',
      ],
    );
  });

  const stubborn = annotated(pod('demo', [container('main', { lifecycle: { postStart: exec('start') } })]), {
    'main.postStart.retries': '5',
  });
  /** The n-th exec of the world succeeds. */
  const succeedsAt = (nth: number) => {
    let execs = 0;
    return { exec: () => ({ takesMs: 1000, exitCode: ++execs < nth ? 3 : 0 }) };
  };

  it('give each try of an exec hook a process of its own, and leave none behind', async () => {
    const scenario = new Scenario(succeedsAt(3));
    await scenario.start(stubborn);
    await scenario.clock.advance(10_000);
    const started = scenario.journal.records.flatMap((record) => (record.type === 'hook.started' ? [record.execId] : []));
    deepEqual(started, ['postStart-1', 'postStart-1-1', 'postStart-1-2']);
    deepEqual(scenario.stops().at(-1), '3.8 main hook.finished postStart succeeded');
    deepEqual([eventsOf(scenario, 'FailedPostStartHook').length, scenario.runtime.world.execs.size], [0, 0]);
  });

  it('go on where they were after kill -9, at every append to the journal', async () => {
    const whole = new Scenario(succeedsAt(3));
    await whole.start(stubborn);
    await whole.clock.advance(10_000);
    ok(whole.journal.calls > 8);
    for (let call = 1; call <= whole.journal.calls; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        const scenario = new Scenario(succeedsAt(3));
        scenario.journal.crashAt(call, moment);
        await scenario.start(stubborn);
        await scenario.clock.advance(8000);
        await scenario.start(stubborn);
        await scenario.clock.advance(10_000);
        const name = `append ${call} ${moment}`;
        deepEqual(
          finishedOf(scenario).map(({ outcome }) => outcome),
          ['succeeded'],
          name,
        );
        equal(scenario.runtime.world.deeds.filter(({ kind }) => kind === 'execStarted').length, 3, name);
        await scenario.delete();
        await scenario.clock.advance(60_000);
        deepEqual([checkHistory(scenario.journal.records), leftBehind(scenario)], [[], []], name);
      }
    }
  });
});

describe('a timeout by annotation', () => {
  it('fails a postStart that hangs, with its own words in the event, and counts from the start across kill -9', async () => {
    const scenario = new Scenario({ exec: () => ({}) });
    const manifest = annotated(pod('demo', [container('main', { lifecycle: { postStart: exec('start') } })], { restartPolicy: 'Never' }), {
      'main.postStart.timeout': '5s',
    });
    await scenario.start(manifest);
    await scenario.clock.advance(2000);
    await scenario.kill();
    await scenario.clock.advance(1000);
    await scenario.start(manifest);
    await scenario.clock.advance(5000);
    deepEqual(scenario.stops().slice(0, 3), [
      '0.0 main hook.started postStart exec #1',
      '5.0 main hook.finished postStart timedOut',
      '5.0 main signal.sent SIGTERM',
    ]);
    deepEqual(
      eventsOf(scenario, 'FailedPostStartHook').map(({ message }) => message),
      [
        'PostStartHook failed: it did not end within its timeout of 5 s; its output: hooklet hooks output default/demo -c main --hook postStart',
      ],
    );
  });
});

describe('a strict status by annotation', () => {
  it('makes a 404 a failure', async () => {
    const scenario = new Scenario();
    scenario.http.receive(HERE, { reply: () => ({ response: 'HTTP/1.1 404 Not Found\r\n\r\n' }) });
    await scenario.start(
      annotated(pod('demo', [container('main', { lifecycle: { postStart: httpGet('/') } })], { restartPolicy: 'Never' }), {
        'main.postStart.http-status': 'strict',
      }),
    );
    deepEqual(
      finishedOf(scenario).map(({ outcome, httpStatus }) => [outcome, httpStatus]),
      [['failed', 404]],
    );
    equal(
      eventsOf(scenario, 'FailedPostStartHook')[0]?.message.split(';')[0],
      'PostStartHook failed: HTTP status 404, and its http-status is strict',
    );
  });
});
