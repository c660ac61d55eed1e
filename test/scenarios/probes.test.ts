/** Probes beyond what Kubernetes tests of them: records, the end of the Pod, the end of the agent. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecProgram } from '../../src/fakes/scripted-programs.ts';
import type { Container, PodManifest, Probe } from '../../src/model/pod.ts';
import { container, exec, httpGet, pod, Scenario } from './scenario.ts';

const DEFAULTS = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const http = (more: Partial<Probe> = {}): Probe => ({ ...DEFAULTS, ...httpGet('/healthz'), ...more });
const command = (name: string, more: Partial<Probe> = {}): Probe => ({ ...DEFAULTS, ...exec(name), ...more });

interface Play {
  /** What the n-th run of each command does, from 1. */
  readonly commands?: Readonly<Record<string, (run: number) => ExecProgram>>;
  /** What the Pod answers to HTTP: the bytes, given the request and the seconds since the beginning. */
  readonly web?: (head: string, seconds: number) => string;
}

async function play(spec: Partial<Container>, { commands = {}, web }: Play = {}): Promise<Scenario> {
  const runs = new Map<string, number>();
  const scenario = new Scenario({
    exec: ([name = '']) => {
      runs.set(name, (runs.get(name) ?? 0) + 1);
      return commands[name]?.(runs.get(name) ?? 0) ?? { takesMs: 0 };
    },
  });
  const begin = scenario.clock.now().wallMs;
  if (web !== undefined)
    scenario.http.receive('10.88.0.2:80', { reply: (head) => ({ response: web(head, (scenario.clock.now().wallMs - begin) / 1000) }) });
  await scenario.start(pod('web', [container('a', spec)]));
  return scenario;
}

const OK = 'HTTP/1.1 200 OK\r\n\r\n';
const BROKEN = 'HTTP/1.1 500 Oh\r\n\r\n';
/** The manifests of the Pods that an agent has, for the next one. */
const wantedOf = ({ source }: Scenario): readonly PodManifest[] =>
  source.list().map(({ pod: { metadata, spec } }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec,
  }));

/** The lines of the timeline that concern probes and what they bring. */
const told = (scenario: Scenario): readonly string[] =>
  scenario.timeline().filter((line) => /container\.(ready|unready|stopping|restarting)|probe|Unhealthy|ProbeWarning/.test(line));
const count = (scenario: Scenario, words: string): number => scenario.timeline().filter((line) => line.includes(words)).length;

describe('a readiness probe', () => {
  it('does not make ready before its initial delay, and never restarts', async () => {
    const scenario = await play({ readinessProbe: http({ initialDelaySeconds: 7 }) }, { web: () => OK });
    await scenario.clock.advance(60_000);
    deepEqual(told(scenario), ['0.0 a container.unready', '7.0 a container.ready']);
  });

  it('that fails never makes ready and never restarts; what the events cannot tell is not recorded either', async () => {
    const scenario = await play({ readinessProbe: http({ periodSeconds: 1 }) }, { web: () => BROKEN });
    await scenario.clock.advance(900_000);
    equal(count(scenario, 'container.ready') + count(scenario, 'container.stopping'), 0);
    ok(count(scenario, 'probe.failed') <= 25 + 3, `${count(scenario, 'probe.failed')} records`);
  });

  it('makes ready and unready, and counts its failures', async () => {
    const scenario = await play(
      { readinessProbe: http({ failureThreshold: 2 }) },
      { web: (_head, seconds) => (seconds % 60 < 25 ? OK : BROKEN) },
    );
    await scenario.clock.advance(61_000);
    deepEqual(told(scenario), [
      '0.0 a container.unready',
      '0.0 a container.ready',
      '30.0 a probe.failed',
      '30.0 a event Unhealthy x1',
      '40.0 a probe.failed',
      '40.0 a event Unhealthy x2',
      '40.0 a container.unready',
      '40.0 a probe.failed',
      '40.0 a event Unhealthy x3',
      '50.0 a probe.failed',
      '50.0 a event Unhealthy x4',
      '60.0 a container.ready',
    ]);
  });

  it('whose port has no number is nothing of the container’s: never ready, never killed', async () => {
    const scenario = await play({
      readinessProbe: http({ httpGet: { path: '/', port: 'web', scheme: 'HTTP' } }),
      livenessProbe: http({ httpGet: { path: '/', port: 'web', scheme: 'HTTP' }, failureThreshold: 1 }),
    });
    await scenario.clock.advance(60_000);
    equal(count(scenario, 'container.ready') + count(scenario, 'container.stopping'), 0);
    ok(
      scenario.journal.records.some(
        (record) =>
          record.type === 'event' &&
          record.message === 'Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing "web": invalid syntax',
      ),
    );
  });
});

describe('probes and the end of the Pod', () => {
  it('readiness is asked while the Pod stops, liveness is not', async () => {
    const scenario = await play(
      {
        readinessProbe: command('ready', { periodSeconds: 1, failureThreshold: 1 }),
        livenessProbe: command('live', { periodSeconds: 1, failureThreshold: 1 }),
        lifecycle: { preStop: exec('bye') },
      },
      {
        commands: {
          ready: (run) => ({ takesMs: 0, exitCode: run > 4 ? 1 : 0 }),
          live: (run) => ({ takesMs: 0, exitCode: run > 4 ? 1 : 0 }),
          bye: () => ({ takesMs: 10_000 }),
        },
      },
    );
    await scenario.clock.advance(2500);
    await scenario.delete();
    await scenario.clock.advance(60_000);
    equal(count(scenario, 'container.unready'), 2, 'it becomes unready in its preStop');
    equal(count(scenario, 'livenessFailed'), 0);
    equal(scenario.runtime.world.calls.filter((call) => call.endsWith(': live')).length, 3);
    deepEqual([scenario.timeline().at(-1), scenario.clock.pending, scenario.runtime.world.execs.size], ['12.5 pod.removed', 0, 0]);
  });

  it('the liveness of a sidecar is not asked any more either', async () => {
    const live = command('live', { periodSeconds: 1 });
    const scenario = new Scenario({ exec: ([name]) => ({ takesMs: name === 'bye' ? 5000 : 0 }) });
    const sidecar = container('side', { restartPolicy: 'Always', livenessProbe: live });
    const main = container('a', { lifecycle: { preStop: exec('bye') } });
    await scenario.start(pod('web', [main], { initContainers: [sidecar] }));
    await scenario.clock.advance(2500);
    await scenario.delete();
    await scenario.clock.advance(30_000);
    equal(scenario.runtime.world.calls.filter((call) => call.endsWith(': live')).length, 3);
  });
});

describe('probes and the agent', () => {
  it('an agent that leaves ends them; the next one goes on from what stood, and spreads them over their period', async () => {
    const scenario = await play({ readinessProbe: http({ failureThreshold: 2 }), livenessProbe: http() }, { web: () => OK });
    await scenario.clock.advance(15_000);
    await scenario.leave();
    equal(scenario.clock.pending, 0);
    const asked = scenario.http.requests.length;
    await scenario.clock.advance(60_000);
    equal(scenario.http.requests.length, asked);
    const wanted = wantedOf(scenario);
    await scenario.start(...wanted);
    await scenario.clock.advance(30_000);
    deepEqual(told(scenario), ['0.0 a container.unready', '0.0 a container.ready']);
    ok(scenario.http.requests.length > asked);
  });

  it('one that is killed in an exec probe leaves nothing that the next one minds', async () => {
    const scenario = await play(
      { livenessProbe: command('live', { timeoutSeconds: 60 }) },
      { commands: { live: () => ({ takesMs: 30_000 }) } },
    );
    await scenario.clock.advance(5_000);
    const wanted = wantedOf(scenario);
    await scenario.kill();
    await scenario.start(...wanted);
    await scenario.clock.advance(60_000);
    deepEqual(told(scenario), ['0.0 a container.ready']);
  });
});
