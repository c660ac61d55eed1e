import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fact, PodRecord } from '../core/journal-record.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import type { Pod } from '../model/pod.ts';
import type { ContainerStatus } from '../model/pod-status.ts';
import { renderMetrics } from './metric.ts';
import { PodMetrics } from './pod-metrics.ts';

const AT = { bootId: 'b', monotonicMs: 1, wallMs: 1 };
const OF = { container: 'secret-name', restartCount: 0 };
const DELIVERY = { ...OF, hook: 'preStop', handler: 'exec', attempt: 1, retry: 0 } as const;

const record = (fact: Fact, uid = 'uid-a'): PodRecord => ({ time: '2030-01-01T00:00:00.000Z', pod: 'default/secret-pod', uid, ...fact });

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'secret-pod', namespace: 'default', uid: 'uid-a' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], initContainers: [{ name: 'prepare' }] },
} as unknown as Pod;

async function textAfter(facts: readonly Fact[], before: readonly Fact[] = []): Promise<string> {
  const journal = new MemoryJournal();
  await journal.append(before.map((fact) => record(fact)));
  const metrics = new PodMetrics();
  const stop = metrics.follow(journal);
  await journal.append(facts.map((fact) => record(fact)));
  stop();
  await journal.append(facts.map((fact) => record(fact)));
  return renderMetrics(metrics.metrics());
}

const lines = (text: string, name: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe('PodMetrics', () => {
  it('counts deliveries by hook, handler and outcome, and how long they took', async () => {
    const text = await textAfter([
      { type: 'hook.finished', ...DELIVERY, outcome: 'succeeded', durationMs: 1500 },
      { type: 'hook.finished', ...DELIVERY, outcome: 'succeeded', durationMs: 700 },
      { type: 'hook.finished', ...DELIVERY, handler: 'httpGet', outcome: 'timedOut', durationMs: 60_000 },
    ]);
    assert.deepEqual(lines(text, 'hooklet_hook_deliveries_total'), [
      'hooklet_hook_deliveries_total{hook="preStop",handler="exec",outcome="succeeded"} 2',
      'hooklet_hook_deliveries_total{hook="preStop",handler="httpGet",outcome="timedOut"} 1',
    ]);
    assert.ok(text.includes('hooklet_hook_duration_seconds_bucket{hook="preStop",outcome="succeeded",le="1"} 1\n'));
    assert.ok(text.includes('hooklet_hook_duration_seconds_bucket{hook="preStop",outcome="succeeded",le="2.5"} 2\n'));
    assert.ok(text.includes('hooklet_hook_duration_seconds_sum{hook="preStop",outcome="succeeded"} 2.2\n'));
  });

  it('counts deliveries after a crash, not the retries within one, and hooks that could not be run', async () => {
    const started = { type: 'hook.started', ...DELIVERY, containerId: 'c', at: AT } as const;
    const text = await textAfter([
      started,
      { ...started, attempt: 2 },
      { ...started, attempt: 2, retry: 1 },
      { type: 'hook.skipped', ...OF, hook: 'preStop', reason: 'graceZero' },
    ]);
    assert.deepEqual(lines(text, 'hooklet_hook_redeliveries_total'), ['hooklet_hook_redeliveries_total{hook="preStop",handler="exec"} 1']);
    assert.deepEqual(lines(text, 'hooklet_hook_skipped_total'), ['hooklet_hook_skipped_total{hook="preStop",reason="graceZero"} 1']);
  });

  it('counts ends by exit code and kind of container, of Pods of an earlier agent too', async () => {
    const exited = (container: string, exitCode: number) =>
      ({ type: 'container.exited', container, restartCount: 0, exitCode, reason: 'Error', by: 'self' }) as const;
    const facts = [exited('secret-name', 139), exited('secret-name', 139), exited('prepare', 1)];
    const expected = [
      'terminated_containers_total{container_type="container",exit_code="139"} 2',
      'terminated_containers_total{container_type="init_container",exit_code="1"} 1',
    ];
    assert.deepEqual(lines(await textAfter([{ type: 'pod.accepted', spec: POD }, ...facts]), 'terminated_containers_total'), expected);
    assert.deepEqual(lines(await textAfter(facts, [{ type: 'pod.accepted', spec: POD }]), 'terminated_containers_total'), expected);
  });

  it('counts restarts, failed starts, probes and pulls', async () => {
    const text = await textAfter([
      { type: 'container.started', ...OF, containerId: 'c' },
      { type: 'container.started', ...OF, restartCount: 1, containerId: 'c' },
      { type: 'container.failed', ...OF, reason: 'r', message: 'm' },
      { type: 'probe.failed', ...OF, probe: 'liveness', message: 'm' },
      { type: 'probe.failed', ...OF, probe: 'readiness', message: 'm', result: 'unknown' },
      { type: 'image.failed', container: 'secret-name', image: 'i', reason: 'r', message: 'm' },
    ]);
    assert.deepEqual(lines(text, 'hooklet_container_restarts_total'), ['hooklet_container_restarts_total 1']);
    assert.deepEqual(lines(text, 'hooklet_container_start_failures_total'), ['hooklet_container_start_failures_total 1']);
    assert.deepEqual(lines(text, 'hooklet_probe_failures_total'), [
      'hooklet_probe_failures_total{probe="liveness",result="failure"} 1',
      'hooklet_probe_failures_total{probe="readiness",result="unknown"} 1',
    ]);
    assert.deepEqual(lines(text, 'hooklet_image_pull_failures_total'), ['hooklet_image_pull_failures_total 1']);
    assert.equal(text.includes('secret'), false);
  });

  it('shows Pods by phase and containers by state as they are now', async () => {
    const journal = new MemoryJournal();
    const metrics = new PodMetrics();
    metrics.follow(journal);
    const container = (state: object) => ({ name: 'secret-name', state }) as ContainerStatus;
    const running = {
      phase: 'Running',
      conditions: [],
      containerStatuses: [container({ running: {} }), container({ waiting: {} })],
    } as const;
    metrics.status('uid-a', { phase: 'Pending', conditions: [] });
    metrics.status('uid-a', { ...running, initContainerStatuses: [container({ terminated: {} })] });
    metrics.status('uid-b', running);
    const text = renderMetrics(metrics.metrics());
    assert.deepEqual(lines(text, 'hooklet_pods'), ['hooklet_pods{phase="Running"} 2']);
    assert.deepEqual(lines(text, 'hooklet_containers'), [
      'hooklet_containers{state="running"} 2',
      'hooklet_containers{state="terminated"} 1',
      'hooklet_containers{state="waiting"} 2',
    ]);
    await journal.append([record({ type: 'pod.removed' }, 'uid-b')]);
    assert.deepEqual(lines(renderMetrics(metrics.metrics()), 'hooklet_pods'), ['hooklet_pods{phase="Running"} 1']);
  });
});
