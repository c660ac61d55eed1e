import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerRun } from '../core/container/container-history.ts';
import { addMs } from '../core/instant.ts';
import { EMPTY_HISTORY, type PodHistory } from '../core/pod/pod-history.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { ScriptedHttp } from '../fakes/scripted-http.ts';
import { ScriptedProbeClient } from '../fakes/scripted-probe-client.ts';
import { ScriptedRuntime } from '../fakes/scripted-runtime.ts';
import type { Container, Pod, Probe } from '../model/pod.ts';
import { ExecTurns } from '../probes/exec-turns.ts';
import { PodProbes } from './pod-probes.ts';

const probe = (port: number): Probe => ({
  httpGet: { path: '/', port, scheme: 'HTTP' },
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 1,
});
const container = (name: string, probes: Partial<Container>): Container => ({ name, image: 'i', imagePullPolicy: 'Never', ...probes });
const podOf = (...containers: readonly Container[]): Pod =>
  ({ metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { containers } }) as unknown as Pod;

/** `statuses`: of each port, what it answers. */
function begin(statuses: Record<number, number> = {}) {
  const clock = new ManualClock({ settleTurns: 2 });
  const from = clock.now().wallMs;
  const http = new ScriptedHttp(clock);
  for (const port of [80, 81]) {
    http.receive(`10.88.0.2:${port}`, { reply: () => ({ response: `HTTP/1.1 ${statuses[port] ?? 200} X\r\n\r\n` }) });
  }
  const runtime = new ScriptedRuntime(clock, { exec: () => ({}) });
  const { cri, nativeExec } = runtime;
  let wakes = 0;
  const onChange = (): void => {
    wakes += 1;
  };
  const parts = { clock, http, client: new ScriptedProbeClient(clock), cri, nativeExec, execTurns: new ExecTurns(1) };
  const probes = new PodProbes({ parts, agentStartedAt: addMs(clock.now(), -3_600_000), random: () => 0, onChange });
  const run = (more: Partial<ContainerRun> = {}): { readonly run: ContainerRun } => ({
    run: { restartCount: 0, phase: 'running', isReady: false, round: 0, containerId: 'c1', startedWallMs: from, ...more },
  });
  const history = (containers: PodHistory['containers'], more: Partial<PodHistory> = {}): PodHistory => ({
    ...EMPTY_HISTORY,
    sandbox: { id: 's', attempt: 0, ip: '10.88.0.2' },
    containers,
    ...more,
  });
  const asked = (port: number): readonly number[] =>
    http.requests.filter(({ to }) => to.endsWith(`:${port}`)).map(({ wallMs }) => (wallMs - from) / 1000);
  const results = (): string =>
    probes
      .standings()
      .map(({ container: name, restartCount, kind, result }) => `${name}/${restartCount} ${kind} ${result}`)
      .join();
  return { clock, runtime, probes, run, history, asked, results, wakes: () => wakes };
}

const both = podOf(container('main', { readinessProbe: probe(80), livenessProbe: probe(81) }));
const ready = podOf(container('main', { readinessProbe: probe(80) }));

describe('PodProbes', () => {
  it('runs what is wanted, once, and tells what stands', async () => {
    const { clock, probes, run, history, asked, results, wakes } = begin();
    const now = history({ main: run() });
    equal(results(), '');
    probes.reconcile(both, now);
    equal(results(), 'main/0 liveness success,main/0 readiness failure');
    await clock.advance();
    equal(results(), 'main/0 liveness success,main/0 readiness success');
    equal(wakes(), 1);
    for (let turn = 0; turn < 5; turn += 1) probes.reconcile(both, now);
    await clock.advance(10_000);
    deepEqual(
      [asked(80), asked(81)],
      [
        [0, 10],
        [0, 10],
      ],
    );
  });

  it('ends what is not wanted any more, and forgets what stood', async () => {
    const { clock, probes, run, history, asked, results } = begin();
    probes.reconcile(both, history({ main: run() }));
    await clock.advance();
    const at = clock.now();
    probes.reconcile(both, history({ main: run() }, { deleting: { graceSeconds: 1, firstSeen: at, deadline: at } }));
    await clock.advance(20_000);
    deepEqual([results(), asked(81)], ['main/0 readiness success', [0]]);
    probes.reconcile(both, history({ main: run({ phase: 'exited' }) }));
    await clock.advance(20_000);
    deepEqual([results(), asked(80), clock.pending], ['', [0, 10, 20], 0]);
  });

  it('begins anew with another instance of the container', async () => {
    const { clock, probes, run, history, asked, results } = begin({ 81: 500 });
    const pod = podOf(container('main', { livenessProbe: probe(81) }));
    probes.reconcile(pod, history({ main: run() }));
    await clock.advance(4000);
    equal(results(), 'main/0 liveness failure');
    probes.reconcile(pod, history({ main: run({ restartCount: 1, containerId: 'c2' }) }));
    equal(results(), 'main/1 liveness success');
    await clock.advance();
    deepEqual([results(), asked(81)], ['main/1 liveness failure', [0, 4]]);
  });

  it('gives out each failed attempt once, and wakes for each', async () => {
    const { clock, probes, run, history, wakes } = begin({ 80: 500 });
    probes.reconcile(ready, history({ main: run() }));
    await clock.advance(10_000);
    const message = 'HTTP probe failed with statuscode: 500';
    const fact = { type: 'probe.failed', container: 'main', restartCount: 0, probe: 'readiness', message, result: 'failure' };
    deepEqual([wakes(), probes.takeFacts(), probes.takeFacts()], [2, [fact, fact], []]);
    await clock.advance(10_000);
    deepEqual(probes.takeFacts(), [fact]);
  });

  it('gives out nothing that failed while its container ended', async () => {
    const { clock, probes, run, history } = begin({ 80: 500 });
    const gone = [{ main: run({ phase: 'exited' }) }, { main: run({ restartCount: 1, containerId: 'c2' }) }, {}];
    for (const containers of gone) {
      probes.reconcile(ready, history({ main: run() }));
      await clock.advance(10_000);
      probes.reconcile(ready, history(containers));
      deepEqual(probes.takeFacts(), []);
      await clock.advance(20_000);
      probes.reconcile(ready, history({}));
    }
    probes.reconcile(ready, history({ main: run() }));
    await clock.advance(10_000);
    probes.reconcile(ready, history({ main: run({ phase: 'stopping', isStarted: true }) }));
    equal(probes.takeFacts().length, 2);
  });

  it('gives out no more of them than the Pod may tell events', async () => {
    const { clock, probes, run, history } = begin({ 80: 500 });
    probes.reconcile(ready, history({ main: run() }));
    await clock.advance(2_000_000);
    equal(probes.takeFacts().length, 25);
    const events = { ...EMPTY_HISTORY.events, allowances: { Warning: { left: 0, wallMs: clock.now().wallMs } } };
    probes.reconcile(ready, history({ main: run() }, { events }));
    await clock.advance(100_000);
    deepEqual(probes.takeFacts(), []);
  });

  it('asks a container that is not ready again when something of the Pod has changed, and not otherwise', async () => {
    const { clock, probes, run, history, asked } = begin({ 80: 500 });
    const pod = podOf(container('main', { readinessProbe: probe(80) }), container('other', { readinessProbe: probe(81) }));
    const one = history({ main: run() });
    probes.reconcile(pod, one);
    await clock.advance(2000);
    probes.reconcile(pod, one);
    await clock.advance(1000);
    deepEqual(asked(80), [0], 'a failed attempt that changes nothing must not bring another one');
    // Another container runs now.
    const two = history({ main: run(), other: run({ containerId: 'c9' }) });
    probes.reconcile(pod, two);
    await clock.advance(1000);
    deepEqual([asked(80), asked(81)], [[0, 3], [3]]);
    // It has become ready.
    probes.reconcile(pod, two);
    await clock.advance(1000);
    deepEqual([asked(80), asked(81)], [[0, 3, 4], [3]]);
    probes.reconcile(pod, two);
    await clock.advance(1000);
    deepEqual(asked(80), [0, 3, 4]);
  });

  it('end() ends everything for good; ended() waits for the processes it has begun, and none is left', async () => {
    const { clock, runtime, probes, run, history } = begin();
    const spec = { name: 'main', restartCount: 0, annotations: {} } as never;
    const sandboxId = await runtime.cri.runPodSandbox({ uid: 'u1', attempt: 0, annotations: {} } as never);
    const containerId = await runtime.cri.createContainer(sandboxId, undefined as never, spec);
    await runtime.cri.startContainer(containerId);
    const { httpGet: _httpGet, ...rest } = probe(80);
    const check = { ...rest, exec: { command: ['check'] }, timeoutSeconds: 30 };
    const pod = podOf(container('main', { readinessProbe: check, livenessProbe: check }));
    const now = history({ main: run({ containerId }) });
    probes.reconcile(pod, now);
    await clock.advance(1000);
    const ids = [...runtime.world.execs.keys()].map((key) => key.slice(containerId.length + 1).replace(/-[0-9a-z]+-0-(\d)$/, '-T-$1'));
    deepEqual(ids, ['probe-liveness-T-1', 'probe-readiness-T-2']);
    probes.end();
    await probes.ended();
    probes.reconcile(pod, now);
    await clock.advance(1000);
    deepEqual([runtime.world.execs.size, probes.standings(), clock.pending], [0, [], 0]);
  });
});
