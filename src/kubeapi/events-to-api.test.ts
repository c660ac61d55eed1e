import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Json } from '../../test/apiserver/test-api.ts';
import { type Fate, status } from '../../test/scenarios/api-faults.ts';
import { record } from '../../test/scenarios/api-pods-stage.ts';
import { type ApiStage, NODE, openApiStage, podObject } from '../../test/scenarios/api-stage.ts';
import { timeText } from '../core/instant.ts';
import type { EventFact, NewFact, PodRecord } from '../core/journal-record.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import type { Pod } from '../model/pod.ts';
import { EventsToApi } from './events-to-api.ts';

const EVENTS = '/api/v1/namespaces/default/events';

interface Stage extends ApiStage {
  journal: MemoryJournal;
  recorder: EventsToApi;
  tell(pod: Pod, ...facts: readonly NewFact[]): Promise<void>;
  events(): Promise<readonly Json[]>;
  /** "Killing x2 message", in the order in which they were first told. */
  lines(): Promise<readonly string[]>;
  /** The agent dies, and `before` happens before the next one starts. */
  restart(before?: () => Promise<unknown> | unknown): Promise<void>;
}

async function open(t: TestContext): Promise<Stage> {
  const stage = await openApiStage(t);
  const { server } = stage;
  const start = (journal: MemoryJournal): EventsToApi => {
    const recorder = new EventsToApi({ ...stage.ground, journal, nodeName: NODE, resourceVersionOf: () => '42' });
    recorder.start();
    t.after(() => recorder.stop());
    return recorder;
  };
  const journal = new MemoryJournal();
  const opened: Stage = {
    ...stage,
    journal,
    recorder: start(journal),
    tell: async (pod, ...facts) => {
      const time = timeText(server.clock.now());
      await opened.journal.append(facts.map((fact): PodRecord => ({ ...record(pod, fact), time })));
      await server.clock.settle();
    },
    events: async () => (await server.must(`GET ${EVENTS}?fieldSelector=involvedObject.kind=Pod`)).items,
    lines: async () => {
      const order = (event: Json): bigint => BigInt(`0x${event.metadata.name.split('.')[1]}`);
      const sorted = [...(await opened.events())].sort((a, b) => (order(a) < order(b) ? -1 : 1));
      return sorted.map(({ reason, count, message }) => `${reason} x${count} ${message}`);
    },
    restart: async (before) => {
      await opened.recorder.stop();
      opened.journal = opened.journal.reopen();
      await before?.();
      stage.api.requests.length = 0;
      opened.recorder = start(opened.journal);
      await server.clock.settle();
    },
  };
  return opened;
}

const podOf = (name: string): Pod => {
  const { spec } = podObject(name);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: { ...spec, initContainers: [{ name: 'init', image: 'a:1' }] },
  };
};
const WEB = podOf('web');
const ACCEPTED: NewFact = { type: 'pod.accepted', spec: WEB };
const event = (reason: string, message: string, more: Partial<EventFact> = {}): NewFact => ({
  type: 'event',
  eventType: 'Normal',
  reason,
  message,
  container: 'main',
  count: 1,
  ...more,
});

describe('EventsToApi', () => {
  it('writes an event as the kubelet does', async (t) => {
    const stage = await open(t);
    await stage.server.clock.advance(1500);
    await stage.tell(WEB, ACCEPTED, event('Started', 'Container started'));
    const [posted] = stage.api.requests;
    const { metadata, ...told } = (posted ?? assert.fail('nothing was written')).body as Json;
    assert.equal((await stage.events())[0].metadata.name, metadata.name);
    assert.match(metadata.name, /^web\.1a46[0-9a-f]{12}$/);
    assert.equal(BigInt(`0x${metadata.name.slice(4)}`) / 1_000_000n, BigInt(Date.UTC(2030, 0, 1) + 1500));
    assert.deepEqual(told, {
      kind: 'Event',
      apiVersion: 'v1',
      involvedObject: {
        kind: 'Pod',
        namespace: 'default',
        name: 'web',
        uid: 'uid-web',
        apiVersion: 'v1',
        resourceVersion: '42',
        fieldPath: 'spec.containers{main}',
      },
      reason: 'Started',
      message: 'Container started',
      source: { component: 'kubelet', host: NODE },
      firstTimestamp: '2030-01-01T00:00:01Z',
      lastTimestamp: '2030-01-01T00:00:01Z',
      count: 1,
      type: 'Normal',
      eventTime: null,
      reportingComponent: 'kubelet',
      reportingInstance: NODE,
    });
  });

  it('names the place of a container’s event, and none for one of the Pod', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('A', '', { container: 'init' }));
    const { container: _none, ...ofPod } = event('B', '') as EventFact;
    await stage.tell(WEB, ofPod);
    assert.deepEqual((await stage.events()).map(({ reason, involvedObject }) => [reason, involvedObject.fieldPath]).sort(), [
      ['A', 'spec.initContainers{init}'],
      ['B', undefined],
    ]);
  });

  it('counts a repeated event on the one that is there', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('BackOff', 'Back-off'), event('Pulled', 'Pulled'));
    await stage.server.clock.advance(60_000);
    await stage.tell(WEB, event('BackOff', 'Back-off', { count: 2 }));
    const [first] = (await stage.events()).filter(({ reason }) => reason === 'BackOff');
    assert.deepEqual([first.count, first.firstTimestamp, first.lastTimestamp], [2, '2030-01-01T00:00:00Z', '2030-01-01T00:01:00Z']);
    assert.deepEqual(
      stage.api.writes.map((write) => write.split(' ')[0]),
      ['POST', 'POST', 'PATCH'],
    );
  });

  it('shows the newest words of combined events', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('Unhealthy', '(combined from similar events): 1'));
    await stage.tell(WEB, event('Unhealthy', '(combined from similar events): 2', { count: 2 }));
    assert.deepEqual(await stage.lines(), ['Unhealthy x2 (combined from similar events): 2']);
  });

  it('two events of one moment, and those of two Pods, are different ones', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('A', '1'), event('A', '2'), event('B', '1'), event('A', '1', { container: 'init' }));
    await stage.tell(podOf('api'), { type: 'pod.accepted', spec: podOf('api') }, event('A', '1'));
    assert.deepEqual(new Set((await stage.events()).map(({ metadata }) => metadata.name)).size, 5);
  });

  it('what the journal counts from 1 again is a new event', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('A', '1', { count: 1 }), event('A', '1', { count: 2 }));
    await stage.server.clock.advance(1000);
    await stage.tell(WEB, event('A', '1', { count: 1 }));
    assert.deepEqual(await stage.lines(), ['A x2 1', 'A x1 1']);
  });

  it('creates an event anew, with its count, when the API has forgotten it', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('BackOff', 'x', { count: 4 }));
    await stage.server.clock.advance(7_200_000);
    stage.server.store.expire(stage.server.clock.now().wallMs);
    assert.deepEqual(await stage.events(), []);
    await stage.tell(WEB, event('BackOff', 'x', { count: 5 }));
    const [{ count, firstTimestamp, lastTimestamp }] = (await stage.events()) as [Json];
    assert.deepEqual([count, firstTimestamp, lastTimestamp], [5, '2030-01-01T00:00:00Z', '2030-01-01T02:00:00Z']);
  });

  it('keeps names within what a name may be', async (t) => {
    const stage = await open(t);
    const long = podOf('a'.repeat(240));
    await stage.tell(long, { type: 'pod.accepted', spec: long }, event('A', '1'));
    assert.match((await stage.events())[0].metadata.name, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('EventsToApi over an API with accidents', () => {
  it('writes all of them once it answers, each once, whatever was lost', async (t) => {
    const stage = await open(t);
    stage.api.setDown(true);
    await stage.tell(WEB, ACCEPTED, event('A', '1'), event('B', '1'));
    await stage.server.clock.advance(600_000);
    let requests = 0;
    stage.api.fateOf = () => (++requests % 2 === 1 ? 'lost' : requests % 3 === 0 ? status(500, 'InternalError') : 'fine');
    stage.api.setDown(false);
    await stage.tell(WEB, event('A', '1', { count: 2 }));
    await stage.server.clock.advance(600_000);
    assert.deepEqual((await stage.lines()).toSorted(), ['A x2 1', 'B x1 1']);
  });

  it('gives up only what the API refuses, and goes on with the others', async (t) => {
    const stage = await open(t);
    stage.api.fateOf = ({ body }) => ((body as EventFact | undefined)?.reason === 'A' ? status(403, 'Forbidden') : 'fine');
    await stage.tell(WEB, ACCEPTED, event('A', '1'), event('B', '1'));
    await stage.server.clock.advance(600_000);
    assert.deepEqual([await stage.lines(), stage.api.writes.length, stage.logged.length], [['B x1 1'], 2, 1]);
  });

  it('goes no faster than 50 a second after the first 100', async (t) => {
    const stage = await open(t);
    for (let pod = 0; pod < 4; pod += 1) {
      const one = podOf(`p${pod}`);
      const facts = Array.from({ length: 50 }, (_, index) => event('A', String(index)));
      await stage.tell(one, { type: 'pod.accepted', spec: one }, ...facts);
    }
    assert.equal((await stage.events()).length, 100);
    await stage.server.clock.advance(1000);
    assert.ok(Math.abs((await stage.events()).length - 150) <= 2);
    await stage.server.clock.advance(2000);
    assert.equal((await stage.events()).length, 200);
  });

  it('writes the last events of a Pod that is removed, and forgets it', async (t) => {
    const stage = await open(t);
    stage.api.setDown(true);
    await stage.tell(WEB, ACCEPTED, event('Killing', 'x'), { type: 'pod.removed' });
    stage.api.setDown(false);
    await stage.server.clock.advance(60_000);
    assert.deepEqual(await stage.lines(), ['Killing x1 x']);
    await stage.recorder.idle();
  });

  it('bounds what it keeps for Pods that are gone', async (t) => {
    const stage = await open(t);
    stage.api.setDown(true);
    for (let pod = 0; pod < 250; pod += 1) {
      const one = podOf(`p${pod}`);
      await stage.journal.append(
        [{ type: 'pod.accepted', spec: one } as NewFact, event('A', '1'), { type: 'pod.removed' } as NewFact].map((fact) => ({
          ...record(one, fact),
          time: timeText(stage.server.clock.now()),
        })),
      );
    }
    await stage.server.clock.advance(60_000);
    stage.api.setDown(false);
    await stage.server.clock.advance(60_000);
    const names = (await stage.events()).map(({ involvedObject }) => involvedObject.name);
    assert.deepEqual([names.length, names.includes('p0'), names.includes('p249')], [200, false, true]);
  });
});

/** The agent dies while that write is under way, and nothing of it reaches the API after that. */
function dieAt(stage: Stage, write: number, fate: Fate): void {
  let writes = 0;
  stage.api.fateOf = ({ method }) => {
    if (method === 'GET' || ++writes < write) return 'fine';
    void stage.recorder.stop();
    return writes === write ? fate : 'undone';
  };
}

describe('EventsToApi after the agent died', () => {
  it('writes what the journal has and the API has not, and nothing twice', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('A', '1'), event('B', '1'));
    await stage.server.clock.advance(5000);
    stage.api.setDown(true);
    await stage.tell(WEB, event('A', '1', { count: 2 }), event('C', '1'));
    await stage.restart(() => stage.api.setDown(false));
    assert.deepEqual(await stage.lines(), ['A x2 1', 'B x1 1', 'C x1 1']);
    assert.deepEqual(
      stage.api.writes.map((write) => write.split(' ')[0]),
      ['PATCH', 'POST'],
    );
  });

  for (const fate of ['lost', 'undone'] as const) {
    for (const deadAt of [1, 2, 3, 4]) {
      it(`dying at write ${deadAt}, which is ${fate}, leaves each event once, with its count`, async (t) => {
        const stage = await open(t);
        dieAt(stage, deadAt, fate);
        await stage.tell(WEB, ACCEPTED, event('A', '1'), event('B', '1'));
        await stage.server.clock.advance(2000);
        await stage.tell(WEB, event('A', '1', { count: 2 }), event('C', '1'));
        await stage.restart(() => {
          stage.api.fateOf = () => 'fine';
        });
        assert.deepEqual(await stage.lines(), ['A x2 1', 'B x1 1', 'C x1 1']);
      });
    }
  }

  it('writes nothing twice where it may not list events either, as on the node of a cluster', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('A', '1'), event('B', '1'));
    stage.api.setDown(true);
    await stage.tell(WEB, event('A', '1', { count: 2 }), event('C', '1'));
    await stage.restart(() => {
      stage.api.setDown(false);
      stage.api.fateOf = ({ method }) => (method === 'GET' ? status(403, 'Forbidden') : 'fine');
    });
    assert.deepEqual(await stage.lines(), ['A x2 1', 'B x1 1', 'C x1 1']);
  });

  it('of a Pod that was removed too', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('A', '1'));
    await stage.server.clock.advance(1_000_000);
    stage.api.setDown(true);
    await stage.tell(WEB, event('Killing', 'x'), { type: 'pod.removed' });
    await stage.restart(() => stage.api.setDown(false));
    assert.deepEqual(await stage.lines(), ['A x1 1', 'Killing x1 x']);
  });

  it('does not bring back what had expired or was deleted, and asks nothing about old Pods', async (t) => {
    const stage = await open(t);
    await stage.tell(WEB, ACCEPTED, event('Old', '1'));
    await stage.server.clock.advance(3_000_000);
    await stage.tell(WEB, event('Deleted', '1'));
    await stage.server.clock.advance(1_200_000);
    await stage.tell(WEB, event('New', '1'));
    await stage.tell(podOf('past'), { type: 'pod.accepted', spec: podOf('past') });
    await stage.restart(async () => {
      stage.server.store.expire(stage.server.clock.now().wallMs);
      const [deleted] = (await stage.events()).filter(({ reason }) => reason === 'Deleted');
      await stage.server.must(`DELETE ${EVENTS}/${deleted.metadata.name}`);
    });
    assert.deepEqual(await stage.lines(), ['New x1 1']);
    assert.deepEqual([stage.api.writes, stage.api.requests.length], [[], 1]);
    await stage.server.clock.advance(4_000_000);
    await stage.restart();
    assert.deepEqual(stage.api.requests, []);
    // Told again, it is there again, with its count.
    await stage.tell(WEB, event('Old', '1', { count: 2 }));
    assert.deepEqual(
      (await stage.lines()).filter((line) => line.startsWith('Old')),
      ['Old x2 1'],
    );
  });
});
