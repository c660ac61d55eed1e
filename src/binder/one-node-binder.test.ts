import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Json } from '../../test/apiserver/test-api.ts';
import { type FaultyApi, status } from '../../test/scenarios/api-faults.ts';
import { type ApiStage, openApiStage, PODS, podObject, SCHEDULER } from '../../test/scenarios/api-stage.ts';
import { OneNodeBinder } from './one-node-binder.ts';

const NODE = '/api/v1/nodes/node';
const EVENTS = '/api/v1/namespaces/default/events';

interface Stage extends ApiStage {
  readonly scheduler: FaultyApi;
  start(): OneNodeBinder;
  /** Creates a Pod that asks for so many CPUs. */
  create(name: string, cpu: string, spec?: object): Promise<Json>;
  setNode(spec: object, cpu?: string): Promise<void>;
  nodeOf(name: string): Promise<string | undefined>;
  condition(name: string): Promise<Json>;
  /** "Scheduled x1 Successfully …", by Pod. */
  events(name: string): Promise<readonly string[]>;
}

async function open(t: TestContext): Promise<Stage> {
  const stage = await openApiStage(t);
  const { server } = stage;
  const scheduler = stage.as(SCHEDULER, 'kube-scheduler/v1.36.0');
  const merge = { type: 'application/merge-patch+json' };
  return {
    ...stage,
    scheduler,
    start: () => {
      const binder = new OneNodeBinder({ ...stage.ground, api: scheduler, nodeName: 'node' });
      t.after(() => binder.stop());
      binder.start();
      return binder;
    },
    create: (name, cpu, spec = {}) => {
      const containers = [{ name: 'main', image: 'a:1', resources: { requests: { cpu } } }];
      return server.must(`POST ${PODS}`, { body: podObject(name, { containers, ...spec }) });
    },
    setNode: async (spec, cpu = '4') => {
      const allocatable = { cpu, memory: '8Gi', pods: '110' };
      const body = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node', labels: { zone: 'a' } }, spec, status: { allocatable } };
      if ((await server.ask(`GET ${NODE}`)).status === 404) await server.must('POST /api/v1/nodes', { body });
      else {
        await server.must(`PATCH ${NODE}`, { body: { spec: { unschedulable: null, ...spec } }, ...merge });
        await server.must(`PATCH ${NODE}/status`, { body: { status: { allocatable } }, ...merge });
      }
      await server.clock.settle();
    },
    nodeOf: async (name) => (await stage.pod(name)).spec.nodeName,
    condition: async (name) => (await stage.pod(name)).status.conditions?.find(({ type }: Json) => type === 'PodScheduled'),
    events: async (name) => {
      const { items } = await server.must(`GET ${EVENTS}?fieldSelector=involvedObject.name=${name}`);
      return items.map(({ reason, count, message, type }: Json) => `${type} ${reason} x${count} ${message}`).sort();
    },
  };
}

const HELPLESS = 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
const NO_VICTIMS = 'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';

describe('OneNodeBinder', () => {
  it('binds a Pod that fits, and tells so', async (t) => {
    const stage = await open(t);
    await stage.setNode({});
    stage.start();
    await stage.create('web', '1');
    await stage.server.clock.settle();
    assert.equal(await stage.nodeOf('web'), 'node');
    assert.equal((await stage.condition('web')).status, 'True');
    assert.deepEqual(await stage.events('web'), ['Normal Scheduled x1 Successfully assigned default/web to node']);
    const { items } = await stage.server.must(`GET ${EVENTS}`);
    const [{ source, reportingComponent, involvedObject, metadata }] = items;
    assert.deepEqual(
      [source.component, reportingComponent, involvedObject.fieldPath],
      ['default-scheduler', 'default-scheduler', undefined],
    );
    assert.match(metadata.name, /^web\.[0-9a-f]{16}$/);
  });

  it('says why a Pod does not fit, once, and binds it when that changes', async (t) => {
    const stage = await open(t);
    await stage.setNode({ unschedulable: true });
    stage.start();
    await stage.create('web', '1');
    await stage.server.clock.settle();
    const message = `0/1 nodes are available: 1 node(s) were unschedulable. ${HELPLESS}`;
    const { lastTransitionTime, ...condition } = await stage.condition('web');
    assert.deepEqual(condition, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, observedGeneration: 1 });
    assert.equal(lastTransitionTime, '2030-01-01T00:00:00Z');
    await stage.server.clock.advance(60_000);
    await stage.create('other', '1');
    await stage.server.clock.settle();
    assert.deepEqual(await stage.events('web'), [`Warning FailedScheduling x1 ${message}`]);
    await stage.setNode({});
    assert.deepEqual([await stage.nodeOf('web'), await stage.nodeOf('other')], ['node', 'node']);
  });

  it('keeps the time of the condition when only the reason changes, and tells the new reason', async (t) => {
    const stage = await open(t);
    stage.start();
    await stage.create('web', '9');
    await stage.server.clock.settle();
    assert.equal((await stage.condition('web')).message, 'no nodes available to schedule pods');
    await stage.server.clock.advance(30_000);
    await stage.setNode({});
    const { message, lastTransitionTime } = await stage.condition('web');
    assert.deepEqual([message, lastTransitionTime], [`0/1 nodes are available: 1 Insufficient cpu. ${HELPLESS}`, '2030-01-01T00:00:00Z']);
    assert.equal((await stage.events('web')).length, 2);
  });

  it('counts what stays so every 5 min, also as a binder that starts anew', async (t) => {
    const stage = await open(t);
    await stage.setNode({});
    const first = stage.start();
    await stage.create('web', '9');
    await stage.server.clock.advance(600_000);
    const told = async (): Promise<string> => (await stage.events('web')).map((line) => line.split(' ')[2]).join();
    assert.equal(await told(), 'x3');
    await first.stop();
    stage.start();
    await stage.server.clock.advance(1000);
    assert.equal(await told(), 'x3');
    await stage.server.clock.advance(600_000);
    assert.equal(await told(), 'x5');
  });

  it('takes the most urgent first, then who has waited longest, and gives away nothing twice', async (t) => {
    const stage = await open(t);
    await stage.setNode({ unschedulable: true });
    await stage.server.must('POST /apis/scheduling.k8s.io/v1/priorityclasses', {
      body: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 100 },
    });
    stage.start();
    for (const name of ['c', 'a', 'b']) {
      await stage.create(name, '2');
      await stage.server.clock.advance(1000);
    }
    await stage.create('urgent', '2', { priorityClassName: 'high' });
    await stage.setNode({});
    await stage.server.clock.settle();
    assert.deepEqual(await Promise.all(['urgent', 'c', 'a', 'b'].map(stage.nodeOf)), ['node', 'node', undefined, undefined]);
    assert.equal((await stage.condition('a')).message, `0/1 nodes are available: 1 Insufficient cpu. ${NO_VICTIMS}`);
    await stage.server.must(`DELETE ${PODS}/c?gracePeriodSeconds=0`);
    await stage.server.clock.settle();
    assert.deepEqual([await stage.nodeOf('a'), await stage.nodeOf('b')], ['node', undefined]);
  });

  it('a Pod that has ended takes up nothing, one that is being deleted does until it is gone', async (t) => {
    const stage = await open(t);
    await stage.setNode({}, '1');
    stage.start();
    await stage.create('a', '1');
    await stage.create('b', '1');
    await stage.server.must(`DELETE ${PODS}/a?gracePeriodSeconds=30`);
    await stage.server.clock.settle();
    assert.equal(await stage.nodeOf('b'), undefined);
    await stage.server.must(`PATCH ${PODS}/a/status`, { body: { status: { phase: 'Succeeded' } }, type: 'application/merge-patch+json' });
    await stage.server.clock.settle();
    assert.equal(await stage.nodeOf('b'), 'node');
  });

  it('leaves Pods of other schedulers alone, and those with gates until these are gone', async (t) => {
    const stage = await open(t);
    await stage.setNode({});
    stage.start();
    await stage.create('other', '1', { schedulerName: 'mine' });
    await stage.create('gated', '1', { schedulingGates: [{ name: 'example.com/wait' }] });
    await stage.server.clock.advance(600_000);
    assert.deepEqual(
      [await stage.nodeOf('other'), await stage.condition('other'), await stage.nodeOf('gated')],
      [undefined, undefined, undefined],
    );
    const { reason, message } = await stage.condition('gated');
    assert.deepEqual([reason, message], ['SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates']);
    assert.deepEqual([...(await stage.events('other')), ...(await stage.events('gated'))], []);
    await stage.server.must(`PATCH ${PODS}/gated`, { body: { spec: { schedulingGates: null } }, type: 'application/merge-patch+json' });
    await stage.server.clock.settle();
    assert.equal(await stage.nodeOf('gated'), 'node');
  });

  it('reads the labels of namespaces for those who select by them', async (t) => {
    const stage = await open(t);
    await stage.setNode({});
    await stage.server.must('POST /api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'blue', labels: { team: 'b' } } },
    });
    const enemy = podObject('db', { nodeName: 'node' }, { labels: { app: 'db' } });
    await stage.server.must('POST /api/v1/namespaces/blue/pods', { body: enemy });
    stage.start();
    const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } }, namespaceSelector: { matchLabels: { team: 'b' } } };
    await stage.create('web', '1', { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } });
    await stage.server.clock.settle();
    assert.match((await stage.condition('web')).message, /didn't match pod anti-affinity rules/);
    await stage.server.must('PATCH /api/v1/namespaces/blue', {
      body: { metadata: { labels: { team: 'c' } } },
      type: 'application/merge-patch+json',
    });
    await stage.server.clock.settle();
    assert.equal(await stage.nodeOf('web'), 'node');
  });
});

describe('OneNodeBinder over an API with accidents', () => {
  it('binds and tells everything in the end, whatever is lost', async (t) => {
    const stage = await open(t);
    await stage.setNode({}, '2');
    let seed = 1;
    const fates = ['lost', 'undone', status(500, 'InternalError'), 'fine'] as const;
    stage.scheduler.fateOf = () => {
      // In no step with the order of the requests.
      seed = (seed * 48_271) % 2_147_483_647;
      return fates[seed % fates.length] ?? 'fine';
    };
    stage.start();
    for (const name of ['a', 'b', 'c']) await stage.create(name, '1');
    await stage.server.clock.advance(600_000);
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(stage.nodeOf)), ['node', 'node', undefined]);
    assert.deepEqual(await stage.events('a'), ['Normal Scheduled x1 Successfully assigned default/a to node']);
    assert.deepEqual(await stage.events('b'), ['Normal Scheduled x1 Successfully assigned default/b to node']);
    assert.equal((await stage.events('c')).length, 1);
  });

  it('counts what it has bound while the watch does not show it yet', async (t) => {
    const stage = await open(t);
    await stage.setNode({ unschedulable: true });
    const late = Promise.withResolvers<void>();
    t.after(() => late.resolve());
    const watch = stage.scheduler.watch.bind(stage.scheduler);
    stage.scheduler.watch = async function* (path, query, signal) {
      for await (const event of watch(path, query, signal)) {
        if (path === '/api/v1/pods' && event.type === 'MODIFIED') await late.promise;
        yield event;
      }
    };
    for (const name of ['a', 'b']) await stage.create(name, '3');
    stage.start();
    await stage.server.clock.settle();
    await stage.setNode({});
    await stage.server.clock.advance(1000);
    assert.deepEqual([await stage.nodeOf('a'), await stage.nodeOf('b')], ['node', undefined]);
    late.resolve();
    await stage.server.clock.advance(1000);
    assert.equal(await stage.nodeOf('b'), undefined);
  });

  it('a Pod that the API does not let it bind keeps no other from being bound', async (t) => {
    const stage = await open(t);
    await stage.setNode({});
    stage.scheduler.fateOf = ({ path }) => (path === `${PODS}/a/binding` ? status(403, 'Forbidden') : 'fine');
    stage.start();
    for (const name of ['a', 'b']) await stage.create(name, '1');
    await stage.server.clock.advance(1000);
    assert.deepEqual([await stage.nodeOf('a'), await stage.nodeOf('b')], [undefined, 'node']);
    stage.scheduler.fateOf = () => 'fine';
    await stage.server.clock.advance(10_000);
    assert.equal(await stage.nodeOf('a'), 'node');
  });

  it('asks for nothing while nothing changes', async (t) => {
    const stage = await open(t);
    await stage.setNode({});
    stage.start();
    await stage.create('web', '1');
    await stage.create('big', '9');
    await stage.server.clock.advance(10_000);
    stage.scheduler.requests.length = 0;
    const patch = { body: { status: { phase: 'Running' } }, type: 'application/merge-patch+json' };
    await stage.server.must(`PATCH ${PODS}/web/status`, patch);
    await stage.server.must(`PATCH ${NODE}/status`, { ...patch, body: { status: { conditions: [] } } });
    await stage.server.clock.advance(280_000);
    assert.deepEqual(stage.scheduler.requests, []);
  });
});
