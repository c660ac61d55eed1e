import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { container, exec, pod, Scenario, sleep } from './scenario.ts';

const bothHooks = container('main', { lifecycle: { postStart: exec('start'), preStop: exec('stop') } });

const START = [
  '0.0 pod.accepted',
  '0.0 sandbox.ready',
  '0.0 main image.pulled',
  '0.0 main container.created',
  '0.0 main container.started',
];

describe('a Pod with both hooks', () => {
  it('lives from its creation to its removal in the documented order', async () => {
    const scenario = new Scenario({ exec: ([name]) => ({ takesMs: name === 'start' ? 3000 : 2000 }) });
    await scenario.start(pod('demo', [bothHooks]));
    await scenario.clock.advance(10_000);
    equal(scenario.runtime.world.execs.size, 0, 'an exec whose outcome is durable is removed from the runtime');
    await scenario.delete();
    await scenario.clock.advance(10_000);
    deepEqual(scenario.timeline(), [
      ...START,
      '0.0 main hook.started postStart exec #1',
      '3.0 main hook.finished postStart succeeded',
      '3.0 main container.ready',
      '10.0 pod.deleting 30',
      '10.0 main event Killing x1',
      '10.0 main container.stopping podDeleted 30',
      '10.0 main hook.started preStop exec #1',
      '12.0 main hook.finished preStop succeeded',
      '12.0 main signal.sent SIGTERM',
      '12.0 main container.exited 143 stop',
      '12.0 pod.ended Failed',
      '12.0 pod.removed',
    ]);
    equal(scenario.runtime.world.sandboxes.size, 0);
    equal(scenario.runtime.world.execs.size, 0);
    equal(scenario.volumes.uids.size, 0);
    equal(scenario.clock.pending, 0);
  });

  it('keeps what each hook wrote, under its delivery', async () => {
    const scenario = new Scenario({ exec: ([name]) => ({ takesMs: 10, stdout: `${name} out`, stderr: `${name} err` }) });
    await scenario.start(pod('demo', [bothHooks]));
    await scenario.clock.advance(100);
    await scenario.delete();
    await scenario.clock.advance(100);
    const uid = scenario.journal.records[0]?.uid ?? '';
    for (const [hook, name] of [
      ['postStart', 'start'],
      ['preStop', 'stop'],
    ] as const) {
      const output = await scenario.hookOutput.read({ uid, container: 'main', restartCount: 0, hook, attempt: 1 });
      equal(output?.stdout.head.toString(), `${name} out`);
      equal(output?.stderr.head.toString(), `${name} err`);
    }
  });

  it('gets its argv verbatim: no shell, no expansion, nothing added', async () => {
    const scenario = new Scenario();
    const argv = ['/bin/x y', '', '$(HOME)', '*', '--flag=a b'];
    await scenario.start(pod('demo', [container('main', { lifecycle: { postStart: exec(...argv) } })]));
    deepEqual(
      scenario.runtime.world.calls.filter((call) => call.startsWith('exec ')),
      [`exec main postStart-1: ${argv.join(' ')}`],
    );
  });

  it('has its outcome recorded though its output cannot be kept', async () => {
    const scenario = new Scenario({ exec: () => ({ takesMs: 10, stdout: 'x' }) });
    scenario.hookOutput.setFull(true);
    await scenario.start(pod('demo', [bothHooks]));
    await scenario.clock.advance(100);
    deepEqual(scenario.timeline().slice(-2), ['0.0 main hook.finished postStart succeeded', '0.0 main container.ready']);
  });
});

describe('sleep hooks', () => {
  it('delay the Pod for their seconds, and the preStop one no longer than the grace', async () => {
    const scenario = new Scenario();
    const napper = container('main', { lifecycle: { postStart: sleep(2), preStop: sleep(5) } });
    await scenario.start(pod('sleepy', [napper], { terminationGracePeriodSeconds: 5 }));
    await scenario.clock.advance(4000);
    await scenario.delete(3);
    await scenario.clock.advance(20_000);
    deepEqual(scenario.timeline().slice(START.length), [
      '0.0 main hook.started postStart sleep #1',
      '2.0 main hook.finished postStart succeeded',
      '2.0 main container.ready',
      '4.0 pod.deleting 3',
      '4.0 main event Killing x1',
      '4.0 main container.stopping podDeleted 3',
      '4.0 main hook.started preStop sleep #1',
      '7.0 main hook.finished preStop timedOut',
      '7.0 main event FailedPreStopHook x1',
      '7.0 main signal.sent SIGTERM',
      '7.0 main container.exited 143 stop',
      '7.0 pod.ended Failed',
      '7.0 pod.removed',
    ]);
  });

  it('of 0 seconds end at once', async () => {
    const scenario = new Scenario();
    await scenario.start(pod('sleepy', [container('main', { lifecycle: { postStart: sleep(0), preStop: sleep(0) } })]));
    await scenario.delete();
    deepEqual(
      scenario.timeline().filter((line) => line.includes('hook.finished')),
      ['0.0 main hook.finished postStart succeeded', '0.0 main hook.finished preStop succeeded'],
    );
  });
});

describe('a postStart that fails', () => {
  it('gets its container killed with preStop, again and again with a growing back-off', async () => {
    const scenario = new Scenario({ exec: ([name]) => (name === 'start' ? { takesMs: 500, exitCode: 3 } : { takesMs: 500 }) });
    await scenario.start(pod('failing', [bothHooks]));
    await scenario.clock.advance(34_500);
    const life = (at: number, again: number, waitMs: number): readonly string[] => [
      `${at.toFixed(1)} main container.created`,
      `${at.toFixed(1)} main container.started`,
      `${at.toFixed(1)} main hook.started postStart exec #1`,
      `${(at + 0.5).toFixed(1)} main hook.finished postStart failed`,
      `${(at + 0.5).toFixed(1)} main event FailedPostStartHook x${again}`,
      `${(at + 0.5).toFixed(1)} main container.failed PostStartHookError`,
      `${(at + 0.5).toFixed(1)} main event Killing x${again}`,
      `${(at + 0.5).toFixed(1)} main container.stopping postStartFailed 30`,
      `${(at + 0.5).toFixed(1)} main hook.started preStop exec #1`,
      `${(at + 1).toFixed(1)} main hook.finished preStop succeeded`,
      `${(at + 1).toFixed(1)} main signal.sent SIGTERM`,
      `${(at + 1).toFixed(1)} main container.exited 143 stop`,
      `${(at + 1).toFixed(1)} main container.restarting ${waitMs}`,
    ];
    const pulled = (at: number): string => `${at.toFixed(1)} main image.pulled`;
    deepEqual(scenario.timeline(), [
      ...START.slice(0, 3),
      ...life(0, 1, 0),
      pulled(1),
      ...life(1, 2, 10_000),
      '2.0 main event BackOff x1',
      pulled(12),
      ...life(12, 3, 20_000),
      '13.0 main event BackOff x2',
      pulled(33),
      ...life(33, 4, 40_000),
      '34.0 main event BackOff x3',
    ]);
  });

  it('ends the Pod as Failed under restartPolicy Never', async () => {
    const scenario = new Scenario({ exec: () => ({ startError: 'no such file' }) });
    await scenario.start(pod('failing', [container('main', { lifecycle: { postStart: exec('x') } })], { restartPolicy: 'Never' }));
    await scenario.clock.advance(20_000);
    deepEqual(scenario.stops(), [
      '0.0 main hook.started postStart exec #1',
      '0.1 main hook.finished postStart failed',
      '0.1 main signal.sent SIGTERM',
      '0.1 main container.exited 143 stop',
      '0.1 pod.ended Failed',
    ]);
  });

  it('ends the Pod as Succeeded under OnFailure when its process exits 0 on the signal', async () => {
    const scenario = new Scenario({
      exec: () => ({ takesMs: 0, exitCode: 1 }),
      program: () => ({ onSignal: { SIGTERM: { afterMs: 100, exitCode: 0 } } }),
    });
    await scenario.start(pod('failing', [container('main', { lifecycle: { postStart: exec('x') } })], { restartPolicy: 'OnFailure' }));
    await scenario.clock.advance(20_000);
    deepEqual(scenario.timeline().slice(-2), ['0.1 main container.exited 0 stop', '0.1 pod.ended Succeeded']);
  });

  it('fails when its handler is one that nobody can run', async () => {
    const scenario = new Scenario();
    await scenario.start(
      pod('failing', [container('main', { lifecycle: { postStart: { tcpSocket: { port: 80 } } } })], { restartPolicy: 'Never' }),
    );
    deepEqual(scenario.stops().slice(0, 2), ['0.0 main hook.started postStart tcpSocket #1', '0.0 main hook.finished postStart failed']);
  });
});

describe('a postStart that hangs', () => {
  it('keeps the container from being ready; a delete ends the wait at once, then preStop runs', async () => {
    const scenario = new Scenario({ exec: ([name]) => (name === 'start' ? {} : { takesMs: 1000 }) });
    await scenario.start(pod('hanging', [bothHooks]));
    await scenario.clock.advance(3_600_000);
    deepEqual(scenario.timeline().slice(START.length), ['0.0 main hook.started postStart exec #1']);
    await scenario.delete();
    await scenario.clock.advance(5000);
    deepEqual(scenario.timeline().slice(START.length + 1), [
      '3600.0 pod.deleting 30',
      '3600.0 main hook.finished postStart cancelled',
      '3600.0 main event Killing x1',
      '3600.0 main container.stopping podDeleted 30',
      '3600.0 main hook.started preStop exec #1',
      '3601.0 main hook.finished preStop succeeded',
      '3601.0 main signal.sent SIGTERM',
      '3601.0 main container.exited 143 stop',
      '3601.0 pod.ended Failed',
      '3601.0 pod.removed',
    ]);
  });
});

describe('two containers', () => {
  const a = container('a', { lifecycle: { postStart: exec('a-start'), preStop: exec('a-stop') } });
  const b = container('b', { lifecycle: { postStart: exec('b-start'), preStop: exec('b-stop') } });
  const takesMs: Readonly<Record<string, number>> = { 'a-start': 2000, 'b-start': 500, 'a-stop': 3000, 'b-stop': 1000 };

  it('start one after the other, and stop side by side', async () => {
    const scenario = new Scenario({ exec: ([name = '']) => ({ takesMs: takesMs[name] ?? 0 }) });
    await scenario.start(pod('two', [a, b]));
    await scenario.clock.advance(5000);
    await scenario.delete();
    await scenario.clock.advance(5000);
    deepEqual(
      scenario.timeline().filter((line) => /started|finished|ready |ready$|exited/.test(line)),
      [
        '0.0 sandbox.ready',
        '0.0 a container.started',
        '0.0 a hook.started postStart exec #1',
        '2.0 a hook.finished postStart succeeded',
        '2.0 a container.ready',
        '2.0 b container.started',
        '2.0 b hook.started postStart exec #1',
        '2.5 b hook.finished postStart succeeded',
        '2.5 b container.ready',
        '5.0 a hook.started preStop exec #1',
        '5.0 b hook.started preStop exec #1',
        '6.0 b hook.finished preStop succeeded',
        '6.0 b container.exited 143 stop',
        '8.0 a hook.finished preStop succeeded',
        '8.0 a container.exited 143 stop',
      ],
    );
  });

  it('restart each for itself: a slow postStart of one holds up no other', async () => {
    let starts = 0;
    const scenario = new Scenario({
      program: (name, restarts) => (restarts > 0 ? {} : { endsAfterMs: name === 'a' ? 3000 : 4000, exitCode: 1 }),
      exec: () => ({ takesMs: (starts++ === 0 ? 0 : 60) * 1000 }),
    });
    await scenario.start(pod('two', [container('a', { lifecycle: { postStart: exec('a-start') } }), container('b')]));
    await scenario.clock.advance(10_000);
    deepEqual(
      scenario.timeline().filter((line) => /hook\.|container\.(started|exited)/.test(line)),
      [
        '0.0 a container.started',
        '0.0 a hook.started postStart exec #1',
        '0.0 a hook.finished postStart succeeded',
        '0.0 b container.started',
        '3.0 a container.exited 1 self',
        '3.0 a container.started',
        '3.0 a hook.started postStart exec #1',
        '4.0 b container.exited 1 self',
        '4.0 b container.started',
      ],
    );
  });

  it('with a postStart of the first that fails: the second waits for the first to be killed (lifecycle.md 4)', async () => {
    const scenario = new Scenario({ exec: ([name = '']) => ({ takesMs: takesMs[name] ?? 0, exitCode: name === 'a-start' ? 1 : 0 }) });
    await scenario.start(pod('two', [a, b]));
    await scenario.clock.advance(6000);
    deepEqual(
      scenario.timeline().filter((line) => /container\.(created|exited)/.test(line)),
      ['0.0 a container.created', '5.0 a container.exited 143 stop', '5.0 b container.created', '5.0 a container.created'],
    );
  });

  it('a hook of 60 s in one Pod delays no other Pod', async () => {
    const scenario = new Scenario({ exec: ([name]) => ({ takesMs: name === 'long' ? 60_000 : 100 }) });
    const long = pod('long', [container('main', { lifecycle: { postStart: exec('long') } })]);
    const quick = pod('quick', [container('main', { lifecycle: { postStart: exec('quick'), preStop: exec('quick') } })]);
    await scenario.start(long, quick);
    await scenario.clock.advance(1000);
    await scenario.delete();
    await scenario.clock.advance(1000);
    const removed = scenario.journal.records.filter(({ type }) => type === 'pod.removed').map(({ pod: name }) => name);
    deepEqual(removed, ['default/long', 'default/quick'], 'the hanging one was cancelled');
    const ready = scenario.journal.records.find(({ type }) => type === 'container.ready');
    equal(ready?.pod, 'default/quick');
    equal(Date.parse(ready?.time ?? '') - Date.UTC(2030, 0, 1), 100);
  });
});
