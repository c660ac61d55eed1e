import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JournalRecord } from '../core/journal-record.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryContainerLogs } from '../fakes/memory-container-logs.ts';
import { MemoryHookOutput } from '../fakes/memory-hook-output.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import { memoryPodParts } from '../fakes/memory-pod-parts.ts';
import { SCRIPTED_HOST } from '../fakes/scripted-host.ts';
import { ScriptedHttp } from '../fakes/scripted-http.ts';
import { ScriptedProbeClient } from '../fakes/scripted-probe-client.ts';
import type { Script } from '../fakes/scripted-programs.ts';
import { ScriptedRuntime } from '../fakes/scripted-runtime.ts';
import { PodWorkers } from '../kubelet/pod-workers.ts';
import { takeOver } from '../kubelet/take-over.ts';
import type { Container, PodManifest, PodSpec } from '../model/pod.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import { SILENT_LOGGER } from '../ports/logger.ts';
import type { OpenNode } from '../ports/open-node.ts';
import { runFailures } from './run-failures.ts';
import { type RunEnd, type RunRequest, RunSession } from './run-session.ts';

const paths = { logsDir: '/logs', cgroupParent: '/hooklet' } as HostPaths;

/** A node on fakes, and the runs on it. It outlives them, as a machine does. */
class FakeNode {
  readonly clock = new ManualClock();
  readonly runtime: ScriptedRuntime;
  readonly logs = new MemoryContainerLogs();
  readonly hookOutput = new MemoryHookOutput();
  readonly http = new ScriptedHttp(this.clock);
  readonly probeClient = new ScriptedProbeClient(this.clock);
  journal = new MemoryJournal();

  constructor(script: Script = {}) {
    this.runtime = new ScriptedRuntime(this.clock, script);
  }

  run(manifests: readonly PodManifest[], request: Partial<RunRequest> = {}): FakeRun {
    const node: OpenNode = { ...this, paths, close: async () => {} };
    return new FakeRun(node, { manifests, logs: true, ...request }, this.runtime);
  }

  /** `kill -9` of the agent. */
  async kill(): Promise<void> {
    this.journal = this.journal.reopen();
    this.runtime.world.listeners.clear();
    this.runtime.disown();
    await this.clock.settle();
  }
}

class FakeRun {
  readonly shown: string[] = [];
  readonly session: RunSession;
  readonly journal: MemoryJournal;
  end: RunEnd | undefined;
  error: unknown;

  constructor(node: OpenNode, request: RunRequest, runtime: ScriptedRuntime) {
    this.journal = node.journal as MemoryJournal;
    const startMs = Date.UTC(2030, 0, 1);
    this.session = new RunSession(
      {
        node,
        logger: SILENT_LOGGER,
        show: (record) => this.shown.push(`${((Date.parse(record.time) - startMs) / 1000).toFixed(1)} ${describeShown(record)}`),
        startKubelet: async (node, wanted, source, { logger }) => {
          const { clock, journal, hookOutput, http, probeClient } = node;
          const host = { ...SCRIPTED_HOST, paths };
          const parts = {
            clock,
            journal,
            runtime: runtime.forNextAgent(),
            hookOutput,
            http,
            probeClient,
            ...memoryPodParts(),
            host,
            logger,
          };
          const workers = new PodWorkers({ ...parts, source });
          const plan = await takeOver(parts, source, wanted);
          workers.start();
          return { plan, workers };
        },
      },
      request,
    );
    this.session.run().then(
      (end) => {
        this.end = end;
      },
      (error: unknown) => {
        this.error = error;
      },
    );
  }

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  failures(): readonly string[] {
    const { ownUids = [], afterSeq = 0 } = this.end ?? {};
    return ownUids.flatMap((uid) => runFailures(this.journal.read({ uid, afterSeq }).map(({ record }) => record)));
  }

  /** The time of each shown record of a type. */
  times(type: string): readonly string[] {
    return this.shown.filter((line) => line.includes(type)).map((line) => line.split(' ', 1)[0] ?? '');
  }
}

const describeShown = (record: { readonly type: string; readonly pod?: string; readonly text?: string }): string =>
  [record.type, record.pod?.replace('default/', ''), record.text].filter((part) => part !== undefined).join(' ');

const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'localhost/hooklet/base:1',
  imagePullPolicy: 'IfNotPresent',
  ...more,
});

function pod(name: string, containers: readonly Container[], more: Partial<PodSpec> = {}): PodManifest {
  const spec: PodSpec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers, ...more };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

const hook = (...command: string[]) => ({ exec: { command } });
const hooked = container('main', { lifecycle: { postStart: hook('start'), preStop: hook('stop') } });

describe('RunSession', () => {
  it('shows the life of its Pods and deletes them when --for is over', async () => {
    const node = new FakeNode({ exec: () => ({ takesMs: 1000 }) });
    const run = node.run([pod('demo', [hooked])], { forMs: 5000 });
    await node.clock.advance(20_000);
    ok(run.end !== undefined, 'the run has not ended');
    deepEqual(run.shown, [
      '0.0 pod.accepted demo',
      '0.0 sandbox.ready demo',
      '0.0 image.pulled demo',
      '0.0 event demo',
      '0.0 container.created demo',
      '0.0 event demo',
      '0.0 container.started demo',
      '0.0 event demo',
      '0.0 hook.started demo',
      '1.0 hook.finished demo',
      '1.0 container.ready demo',
      '5.0 pod.deleting demo',
      '5.0 event demo',
      '5.0 container.stopping demo',
      '5.0 hook.started demo',
      '6.0 hook.finished demo',
      '6.0 signal.sent demo',
      '6.0 container.exited demo',
      '6.0 pod.ended demo',
      '6.0 pod.removed demo',
    ]);
    deepEqual(run.failures(), []);
    equal(run.end.journalFailed, false);
    equal(node.clock.pending, 0);
    equal(node.runtime.world.sandboxes.size, 0);
  });

  it('counts --for from the moment each Pod is accepted', async () => {
    const node = new FakeNode();
    // With nothing to take over, the acceptance is the first thing written.
    const held = node.journal.holdAt(1);
    const run = node.run([pod('demo', [container('main')])], { forMs: 5000 });
    await node.clock.advance(3000);
    deepEqual(run.shown, []);
    held.release();
    await node.clock.advance(20_000);
    deepEqual(run.times('pod.deleting'), ['8.0']);
  });

  it('ends when all Pods have ended by themselves, and deletes them', async () => {
    const node = new FakeNode({ program: (name) => ({ endsAfterMs: name === 'long' ? 4000 : 2000 }) });
    const never = { restartPolicy: 'Never' as const };
    const run = node.run([pod('one', [container('short')], never), pod('two', [container('long')], never)]);
    await node.clock.advance(3000);
    ok(!run.hasEnded);
    deepEqual(run.times('pod.deleting'), []);
    await node.clock.advance(2000);
    ok(run.end !== undefined, 'the run has not ended');
    deepEqual(run.times('pod.removed'), ['4.0', '4.0']);
    deepEqual(run.failures(), []);
  });

  it('goes on while a container crashes again and again', async () => {
    const node = new FakeNode({ program: () => ({ endsAfterMs: 1000, exitCode: 3 }) });
    const run = node.run([pod('demo', [container('main')])]);
    await node.clock.advance(120_000);
    ok(!run.hasEnded);
    ok(run.times('container.started').length >= 3);
    run.session.stop();
    await node.clock.advance(60_000);
    ok(run.end !== undefined, 'the run has not ended');
    deepEqual(run.failures(), ['container "main" of default/demo ended by itself with 3 (Error)']);
  });

  it('ends gracefully at the first stop, and shortens the grace at the second', async () => {
    const node = new FakeNode({ exec: ([name]) => (name === 'stop' ? {} : { takesMs: 0 }) });
    const run = node.run([pod('demo', [hooked])]);
    await node.clock.advance(10_000);
    run.session.stop();
    await node.clock.advance(5000);
    ok(!run.hasEnded);
    deepEqual(run.times('hook.started'), ['0.0', '10.0']);
    run.session.stop();
    await node.clock.advance(10_000);
    ok(run.end !== undefined, 'the run has not ended');
    deepEqual(run.times('pod.deleting'), ['10.0', '15.0']);
    ok(Number(run.times('signal.sent')[0]) <= 16);
    deepEqual(run.failures(), ['preStop of container "main" of default/demo timed out: it did not end within the grace period']);
  });

  it('leaves at the third stop what cannot be removed, for the next run to go on with', async () => {
    const node = new FakeNode();
    node.runtime.world.faults.add({ method: 'removePodSandbox', call: 'every', work: 'notDone', error: 'runtimeFailed' });
    const run = node.run([pod('demo', [container('main')])]);
    await node.clock.advance(5000);
    run.session.stop();
    run.session.stop();
    await node.clock.advance(120_000);
    ok(!run.hasEnded, 'it ended though a Pod was there');
    run.session.stop();
    await node.clock.settle();
    deepEqual(run.end?.leftPods, ['default/demo']);
    deepEqual(run.times('pod.removed'), []);
    equal(node.journal.openPods().length, 1);
    equal(node.clock.pending, 0);
  });

  it('leaves at the third stop at once, whatever it waits for', async () => {
    const node = new FakeNode({ exec: () => ({}) });
    const run = node.run([pod('demo', [hooked], { terminationGracePeriodSeconds: 600 })]);
    await node.clock.advance(1000);
    for (let count = 0; count < 3; count += 1) run.session.stop();
    await node.clock.settle();
    deepEqual(run.end?.leftPods, ['default/demo']);
    deepEqual(run.times('signal.sent'), []);
    equal(node.runtime.world.sandboxes.size, 1);
  });

  it('has left nothing when every Pod is removed', async () => {
    const node = new FakeNode();
    const run = node.run([pod('demo', [container('main')])], { forMs: 1000 });
    await node.clock.advance(60_000);
    deepEqual(run.end?.leftPods, []);
  });

  it('starts nothing when the stop came first', async () => {
    const node = new FakeNode();
    const run = node.run([pod('demo', [container('main')])]);
    run.session.stop();
    await node.clock.advance(1000);
    ok(run.end !== undefined, 'the run has not ended');
    deepEqual(run.shown, []);
    deepEqual(
      node.runtime.world.calls.filter((call) => call.startsWith('runPodSandbox')),
      [],
    );
  });

  it('shows the logs of containers, all of them before the end of their container', async () => {
    const node = new FakeNode({ program: () => ({ endsAfterMs: 2000 }) });
    const run = node.run([pod('demo', [container('main')], { restartPolicy: 'Never' })]);
    await node.clock.advance(1000);
    const started = run.journal.records.find(
      (record): record is Extract<JournalRecord, { type: 'container.started' }> => record.type === 'container.started',
    );
    node.logs.write(`/logs/${started?.uid}/main/0.log`, 'hello', { time: '2030-01-01T00:00:01.000Z' });
    await node.clock.advance(1000);
    const shown = run.shown.filter((line) => !line.includes(' event '));
    deepEqual(shown.slice(4), [
      '0.0 container.started demo',
      '0.0 container.ready demo',
      '1.0 log demo hello',
      '2.0 container.exited demo',
      '2.0 pod.ended demo',
      '2.0 pod.deleting demo',
      '2.0 pod.removed demo',
    ]);
  });

  it('lets an unchanged Pod of a killed run go on, and counts --for anew', async () => {
    const node = new FakeNode();
    const manifest = pod('demo', [container('main')]);
    node.run([manifest], { forMs: 60_000 });
    await node.clock.advance(10_000);
    await node.kill();
    const next = node.run([manifest], { forMs: 5000 });
    await node.clock.advance(3000);
    deepEqual(next.shown, ['10.0 agent.recovered demo']);
    await node.clock.advance(20_000);
    ok(next.end !== undefined, 'the run has not ended');
    deepEqual(next.times('pod.deleting'), ['15.0']);
    deepEqual(next.times('pod.accepted'), []);
    equal(next.end.ownUids.length, 1);
  });

  it('starts new Pods only after those that a killed run left have ended, and does not answer for them', async () => {
    const node = new FakeNode({ exec: () => ({ takesMs: 2000, exitCode: 1 }) });
    node.run([pod('old', [container('main', { lifecycle: { preStop: hook('stop') } })])]);
    await node.clock.advance(10_000);
    await node.kill();
    const next = node.run([pod('new', [container('main')])], { forMs: 5000 });
    await node.clock.advance(30_000);
    ok(next.end !== undefined, 'the run has not ended');
    deepEqual(next.times('pod.removed old'), ['12.0']);
    deepEqual(next.times('pod.accepted new'), ['12.0']);
    deepEqual(next.times('pod.deleting new'), ['17.0']);
    deepEqual(next.failures(), []);
    equal(next.end.uids.length, 2);
    equal(next.end.ownUids.length, 1);
  });

  it('does not wait for a Pod that could never be written down', async () => {
    const node = new FakeNode();
    const held = node.journal.holdAt(1);
    const run = node.run([pod('demo', [container('main')])]);
    await node.clock.settle();
    node.journal.setFull(true);
    held.release();
    await node.clock.advance(60_000);
    ok(!run.hasEnded);
    run.session.stop();
    await node.clock.advance(60_000);
    ok(run.end !== undefined, 'the run has not ended');
    equal(run.end.journalFailed, true);
    deepEqual(run.shown, []);
    equal(node.clock.pending, 0);
  });

  it('says that the journal failed though every Pod ended well', async () => {
    const node = new FakeNode();
    const run = node.run([pod('demo', [container('main')])]);
    await node.clock.advance(5000);
    node.journal.setFull(true);
    run.session.stop();
    await node.clock.advance(60_000);
    ok(run.end !== undefined, 'the run has not ended');
    equal(run.end.journalFailed, true);
    equal(node.runtime.world.sandboxes.size, 0);
  });
});
