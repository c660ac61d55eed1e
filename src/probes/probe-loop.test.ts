/** Row by row what `lifecycle.md` 11 says of a prober's worker. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wantedProbe } from '../../test/probes/wanted-probe.ts';
import { addMs } from '../core/instant.ts';
import type { ProbeFailed } from '../core/probe/probe-events.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { type HttpReply, ScriptedHttp } from '../fakes/scripted-http.ts';
import { ScriptedProbeClient } from '../fakes/scripted-probe-client.ts';
import type { Probe } from '../model/pod.ts';
import { ExecTurns } from './exec-turns.ts';
import { ProbeLoop } from './probe-loop.ts';
import type { ProbeParts } from './probe-parts.ts';

interface Given extends Partial<Probe> {
  readonly of?: Partial<WantedProbe>;
  /** Seconds since the container was started, and since the agent was. */
  readonly runsFor?: number;
  readonly agentRunsFor?: number;
  readonly random?: number;
}

/** `reply`: to the n-th attempt, from 1. */
function begin(reply: (attempt: number) => HttpReply, { of = {}, runsFor = 0, agentRunsFor = 3600, random = 0, ...probe }: Given = {}) {
  const clock = new ManualClock({ settleTurns: 2 });
  const from = clock.now().wallMs;
  const http = new ScriptedHttp(clock);
  http.receive('10.88.0.2:80', { reply: (_head, request) => reply(request) });
  const cri = { execSync: () => Promise.reject(new Error('no exec here')) };
  const parts: ProbeParts = {
    clock,
    http,
    client: new ScriptedProbeClient(clock),
    cri,
    execTurns: new ExecTurns(1),
    nextExecId: () => 'x',
  };
  const httpGet = { path: '/', port: 80, scheme: 'HTTP' as const };
  const wanted = wantedProbe({ httpGet, periodSeconds: 10, ...probe }, { startedAtWallMs: from - runsFor * 1000, ...of });
  const told: string[] = [];
  const seconds = (): number => (clock.now().wallMs - from) / 1000;
  const controller = new AbortController();
  const loop = new ProbeLoop(
    {
      wanted,
      parts,
      agentStartedAt: addMs(clock.now(), -agentRunsFor * 1000),
      random,
      onResult: (result) => told.push(`${seconds()} ${result}`),
      onAttemptFailed: ({ result, message }: ProbeFailed) => told.push(`${seconds()} ${result}: ${message}`),
    },
    controller.signal,
  );
  const attempts = (): readonly number[] => http.requests.map(({ wallMs }) => (wallMs - from) / 1000);
  return { clock, http, loop, controller, told, attempts, advance: (after: number) => clock.advance(after * 1000) };
}

const good: HttpReply = { response: 'HTTP/1.1 200 OK\r\n\r\n' };
const bad: HttpReply = { response: 'HTTP/1.1 500 Oh\r\n\r\n' };
const elsewhere: HttpReply = { response: 'HTTP/1.1 302 Found\r\nLocation: http://b/\r\n\r\n' };
const cutOff: HttpReply = { response: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n' };
const FAILED = 'failure: HTTP probe failed with statuscode: 500';

describe('ProbeLoop: when', () => {
  it('asks at once, then every period', async () => {
    const { attempts, advance } = begin(() => good);
    await advance(35);
    deepEqual(attempts(), [0, 10, 20, 30]);
  });

  it('asks for the first time when the initial delay is over, and counts periods from there', async () => {
    const { attempts, advance } = begin(() => good, { initialDelaySeconds: 5, runsFor: 2 });
    await advance(25);
    deepEqual(attempts(), [3, 13, 23]);
  });

  it('a container that a young agent has found is asked for the first time somewhere in its period', async () => {
    const { attempts, advance } = begin(() => good, { runsFor: 60, agentRunsFor: 1, random: 0.7 });
    await advance(20);
    deepEqual(attempts(), [7, 17]);
  });

  it('a slow attempt holds up the next, and no tick is lost', async () => {
    const { attempts, advance } = begin((attempt) => (attempt === 1 ? { ...good, afterMs: 12_500 } : good), { timeoutSeconds: 20 });
    await advance(35);
    deepEqual(attempts(), [0, 12.5, 20, 30]);
  });

  it('attempts that take longer than their period follow each other without overlap', async () => {
    const { attempts, advance, http } = begin(() => ({ ...good, afterMs: 2500 }), { timeoutSeconds: 5, periodSeconds: 1 });
    await advance(9);
    deepEqual(attempts(), [0, 2.5, 5, 7.5]);
    equal(http.open, 1);
  });
});

describe('ProbeLoop: what it tells', () => {
  it('a readiness probe: success at its threshold, then nothing that has not changed', async () => {
    const { told, loop, advance } = begin(() => good, { successThreshold: 2 });
    equal(loop.standing, 'failure');
    await advance(50);
    deepEqual(told, ['10 success']);
    equal(loop.standing, 'success');
  });

  it('every failed attempt, below the threshold too, before the change that it brings', async () => {
    const { told, advance } = begin((attempt) => (attempt === 1 ? good : bad), { failureThreshold: 2 });
    await advance(30);
    deepEqual(told, ['0 success', `10 ${FAILED}`, `20 ${FAILED}`, '20 failure', `30 ${FAILED}`]);
  });

  it('a liveness probe begins as a success, and asks no more once it has failed', async () => {
    const { told, loop, attempts, advance } = begin(() => bad, { of: { kind: 'liveness' }, failureThreshold: 2 });
    equal(loop.standing, 'success');
    await advance(60);
    deepEqual(told, [`0 ${FAILED}`, `10 ${FAILED}`, '10 failure']);
    deepEqual(attempts(), [0, 10]);
    equal(loop.standing, 'failure');
    await loop.ended;
  });

  it('a liveness probe that succeeds goes on and tells nothing', async () => {
    const { told, attempts, advance } = begin(() => good, { of: { kind: 'liveness' } });
    await advance(20);
    deepEqual([told, attempts()], [[], [0, 10, 20]]);
  });

  for (const [reply, result] of [
    [good, 'success'],
    [bad, 'failure'],
  ] as const) {
    it(`a startup probe is over with its ${result}`, async () => {
      const { told, loop, attempts, advance } = begin(() => reply, { of: { kind: 'startup' }, failureThreshold: 1 });
      equal(loop.standing, 'unknown');
      await advance(30);
      deepEqual([told.at(-1), attempts(), loop.standing], [`0 ${result}`, [0], result]);
      await loop.ended;
    });
  }

  it('an error of the prober: three tries at once, then told, and the counting goes on as if nothing had been', async () => {
    const { told, attempts, advance } = begin((attempt) => (attempt === 1 || attempt > 4 ? bad : cutOff), { failureThreshold: 2 });
    await advance(20);
    deepEqual(attempts(), [0, 10, 10, 10, 20]);
    deepEqual(told, [`0 ${FAILED}`, '10 unknown: unexpected EOF', `20 ${FAILED}`]);
  });

  it('a warning is told, and counts as a success', async () => {
    const { told, advance } = begin(() => elsewhere);
    await advance(0);
    deepEqual(told, ['0 warning: Probe terminated redirects, Response body: ', '0 success']);
  });

  it('a timeout is a failure at its time', async () => {
    const { told, advance } = begin(() => 'silence', { timeoutSeconds: 3 });
    await advance(4);
    deepEqual(told, ['3 failure: Get "http://10.88.0.2:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)']);
  });

  it('goes on from what stands: a ready container that a restarted agent finds stays so until it fails', async () => {
    const { told, loop, advance } = begin(() => bad, { of: { standing: 'success' }, failureThreshold: 3 });
    equal(loop.standing, 'success');
    await advance(20);
    deepEqual(told, [`0 ${FAILED}`, `10 ${FAILED}`, `20 ${FAILED}`, '20 failure']);
  });

  it('names the container, its instance and the kind', async () => {
    const facts: ProbeFailed[] = [];
    const { clock, http } = begin(() => bad);
    const wanted = wantedProbe({ tcpSocket: { port: 1 } }, { kind: 'startup' });
    const parts = { clock, http, client: new ScriptedProbeClient(clock) } as unknown as ProbeParts;
    const options = { wanted, parts, agentStartedAt: clock.now(), random: 0, onResult: () => {} };
    new ProbeLoop({ ...options, onAttemptFailed: (fact) => facts.push(fact) }, AbortSignal.timeout(60_000));
    await clock.advance();
    const message = 'dial tcp 10.88.0.2:1: connect: connection refused';
    deepEqual(facts, [{ type: 'probe.failed', container: 'main', restartCount: 3, probe: 'startup', message, result: 'failure' }]);
  });
});

describe('ProbeLoop.kick()', () => {
  it('asks a container that is not ready at once, and counts the ticks from there', async () => {
    const { attempts, advance, loop } = begin(() => bad);
    await advance(4);
    loop.kick();
    await advance(16);
    deepEqual(attempts(), [0, 4, 14]);
  });

  it('does nothing for one that is ready, for other probes, and before the initial delay is over', async () => {
    for (const given of [{}, { of: { kind: 'liveness' as const } }, { initialDelaySeconds: 10 }]) {
      const { attempts, advance, loop } = begin(() => good, given);
      await advance(4);
      loop.kick();
      await advance(2);
      equal(attempts().includes(4), false);
    }
  });

  it('during an attempt: asks again once it is over, and only once', async () => {
    const { attempts, advance, loop } = begin((attempt) => (attempt === 1 ? { ...bad, afterMs: 500 } : bad));
    await advance(0.2);
    loop.kick();
    loop.kick();
    await advance(9);
    deepEqual(attempts(), [0, 0.5]);
  });
});

describe('ProbeLoop and the end', () => {
  it('ends the attempt under way, tells nothing more, and leaves nothing', async () => {
    const { told, advance, clock, controller, loop, http } = begin(() => ({ ...bad, afterMs: 500 }));
    await advance(0.2);
    controller.abort('not wanted');
    await loop.ended;
    await advance(60);
    deepEqual([told, clock.pending, http.open], [[], 0, 0]);
  });

  it('ends between two attempts, and before the first', async () => {
    for (const given of [{}, { initialDelaySeconds: 60 }]) {
      const { advance, clock, controller, loop, attempts } = begin(() => bad, given);
      await advance(1);
      const before = attempts().length;
      controller.abort('not wanted');
      await loop.ended;
      await advance(100);
      deepEqual([attempts().length, clock.pending], [before, 0]);
    }
  });

  it('never begins when it was ended before', async () => {
    const { clock, http } = begin(() => bad);
    const parts = { clock, http } as unknown as ProbeParts;
    const httpGet = { path: '/', port: 81, scheme: 'HTTP' as const };
    const options = {
      wanted: wantedProbe({ httpGet }),
      parts,
      agentStartedAt: clock.now(),
      random: 0,
      onResult: () => {},
      onAttemptFailed: () => {},
    };
    await new ProbeLoop(options, AbortSignal.abort('late')).ended;
    equal(
      http.dialled.some(({ to }) => to.endsWith(':81')),
      false,
    );
  });
});
