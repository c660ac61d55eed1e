import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { CMS, configMap, openTestApi, type TestApi } from '../../test/apiserver/test-api.ts';
import { FaultyApi, status } from '../../test/scenarios/api-faults.ts';
import { InProcessApi } from '../apiserver/in-process-api.ts';
import { type Fields, textOf } from '../model/json-fields.ts';
import { SILENT_LOGGER } from '../ports/logger.ts';
import { Reflector } from './reflector.ts';

interface Seen {
  readonly name: string;
  readonly uid: string;
  readonly version: number;
  readonly text: string;
}

const keep = (object: Fields): Seen => ({
  name: textOf(object, 'metadata', 'name'),
  uid: textOf(object, 'metadata', 'uid'),
  version: Number(textOf(object, 'metadata', 'resourceVersion')),
  text: textOf(object, 'data', 'text'),
});

interface Stage {
  readonly server: TestApi;
  readonly api: FaultyApi;
  readonly reflector: Reflector<Seen>;
  readonly told: string[];
  set(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Only what is labelled: other parts of the server make ConfigMaps of their own. */
async function stage(t: Pick<TestContext, 'after'>, labelSelector = 'test'): Promise<Stage> {
  const server = await openTestApi();
  const api = new FaultyApi(
    new InProcessApi({ core: server.core, logger: SILENT_LOGGER }, { user: { username: 'node', groups: [] }, userAgent: 'kubelet' }),
  );
  const reflector = new Reflector(
    { api, clock: server.clock, logger: SILENT_LOGGER, random: () => 0.5 },
    { path: CMS, query: { labelSelector }, keep },
  );
  const told: string[] = [];
  reflector.onChange((key, gone) => told.push(gone === undefined ? `${key} ${reflector.get(key)?.text}` : `${key} gone ${gone.text}`));
  t.after(async () => {
    await reflector.stop();
    await server.close();
  });
  const set = async (name: string, text: string): Promise<void> => {
    const object = configMap(name, { text }, { labels: { test: '' } });
    const { status: code } = await server.ask(`PUT ${CMS}/${name}`, { body: object });
    if (code === 404) await server.must(`POST ${CMS}`, { body: object });
  };
  const remove = async (name: string): Promise<void> => void (await server.ask(`DELETE ${CMS}/${name}`));
  return { server, api, reflector, told, set, remove };
}

describe('Reflector', () => {
  it('tells what there is, then what comes, changes and goes, each with its key', async (t) => {
    const { server, reflector, told, set, remove } = await stage(t);
    await set('a', '1');
    reflector.start();
    await reflector.synced;
    await set('b', '2');
    await set('a', '3');
    await remove('b');
    await server.clock.settle();
    assert.deepEqual(told, ['default/a 1', 'default/b 2', 'default/a 3', 'default/b gone 2']);
    assert.deepEqual([reflector.list().map(({ text }) => text), reflector.get('default/b')], [['3'], undefined]);
  });

  it('goes on after a broken watch where it was, without a new list', async (t) => {
    const { server, api, reflector, told, set, remove } = await stage(t);
    await set('a', '1');
    reflector.start();
    await server.clock.advance(2000);
    api.breakWatches();
    await set('a', '2');
    await remove('a');
    await set('a', '3');
    await server.clock.advance();
    assert.deepEqual(told, ['default/a 1', 'default/a 2', 'default/a gone 2', 'default/a 3']);
    assert.equal(api.requests.length, 1);
  });

  it('lists anew when the server does not reach back so far: what was replaced meanwhile has gone first', async (t) => {
    const { server, api, reflector, told, set, remove } = await stage(t);
    for (const name of ['a', 'b', 'c']) await set(name, '1');
    reflector.start();
    await server.clock.advance(2000);
    api.setDown(true);
    await remove('a');
    await remove('b');
    await set('b', '2');
    server.store.compact(0);
    api.setDown(false);
    await server.clock.advance(60_000);
    assert.deepEqual(told.slice(3), ['default/b gone 1', 'default/b 2', 'default/a gone 1']);
    assert.equal(api.requests.filter(({ method }) => method === 'GET').length, 2);
  });

  it('lists in pages and shows all of them', async (t) => {
    const { server, api, reflector, set } = await stage(t);
    for (let index = 0; index < 7; index += 1) await set(`n${index}`, '');
    const request = api.request.bind(api);
    api.request = (given) => request({ ...given, query: { ...given.query, limit: '3' } });
    reflector.start();
    await reflector.synced;
    await server.clock.settle();
    assert.deepEqual([reflector.list().length, api.requests.length], [7, 3]);
  });

  it('knows how far it has seen from bookmarks', async (t) => {
    const { server, api, reflector, told } = await stage(t);
    reflector.start();
    await reflector.synced;
    await server.must(`POST ${CMS}`, { body: configMap('other') });
    await server.clock.advance(61_000);
    server.store.compact(0);
    api.breakWatches();
    await server.clock.advance(61_000);
    assert.deepEqual([told, api.requests.length], [[], 1]);
  });

  it('tries for ever, later and later but never later than after 30 s, and shows what it saw last', async (t) => {
    const { server, api, reflector, set } = await stage(t);
    await set('a', '1');
    reflector.start();
    await server.clock.advance(2000);
    api.setDown(true);
    await set('a', '2');
    server.store.compact(0);
    api.fateOf = () => status(500, 'InternalError');
    api.requests.length = 0;
    api.setDown(false);
    await server.clock.advance(3_600_000);
    const tries = api.requests.length;
    assert.ok(tries > 120 && tries < 250, `${tries} tries in an hour`);
    assert.equal(reflector.get('default/a')?.text, '1');
    api.fateOf = () => 'fine';
    await server.clock.advance(30_000);
    assert.equal(reflector.get('default/a')?.text, '2');
  });

  it('ends a watch that outlives its time: its connection may be dead', async (t) => {
    const { server, api, reflector, told, set } = await stage(t);
    const watch = api.watch.bind(api);
    let watches = 0;
    api.watch = async function* (path, query, signal) {
      watches += 1;
      if (watches > 1) return yield* watch(path, query, signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    reflector.start();
    await reflector.synced;
    await set('a', '1');
    await server.clock.advance(400_000);
    assert.deepEqual(told, []);
    await server.clock.advance(200_000);
    assert.deepEqual(told, ['default/a 1']);
  });

  it('a watch that begins at a moment the server does not know is followed by a list', async (t) => {
    const { server, api, reflector, told, set } = await stage(t);
    reflector.start();
    await reflector.synced;
    const watch = api.watch.bind(api);
    api.watch = (path, query, signal) => watch(path, { ...query, resourceVersion: '999999' }, signal);
    api.breakWatches();
    await set('a', '1');
    await server.clock.advance(1000);
    assert.deepEqual(told, ['default/a 1']);
  });

  it('forgets what its order does not keep any more', async (t) => {
    const { server, reflector, told, set } = await stage(t);
    reflector.start();
    await reflector.synced;
    await set('a', '1');
    await server.must(`PATCH ${CMS}/a`, { body: { metadata: { labels: { test: null } } }, type: 'application/merge-patch+json' });
    await server.clock.settle();
    assert.deepEqual([told, reflector.list()], [['default/a 1', 'default/a gone 1'], []]);
  });

  it('stop() leaves no watch and no timer behind', async (t) => {
    const { server, api, reflector } = await stage(t);
    const before = server.clock.pending;
    reflector.start();
    await reflector.synced;
    await server.clock.settle();
    await reflector.stop();
    await server.clock.settle();
    assert.deepEqual([api.watches, server.core.hub.size, server.clock.pending], [0, 0, before]);
  });

  it('a listener that throws keeps nobody else from hearing', async (t) => {
    const { server, reflector, set } = await stage(t);
    reflector.onChange(() => {
      throw new Error('broken');
    });
    const late: string[] = [];
    reflector.onChange((key) => late.push(key));
    reflector.start();
    await set('a', '1');
    await server.clock.settle();
    assert.deepEqual(late, ['default/a']);
  });
});

type Move =
  | { readonly kind: 'set' | 'remove'; readonly name: string }
  | { readonly kind: 'break' | 'down' | 'up' | 'compact' | 'settle' }
  | { readonly kind: 'pass'; readonly ms: number };

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('set' as const, 'remove' as const), name: fc.constantFrom('a', 'b', 'c') }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('break' as const, 'down' as const, 'up' as const, 'compact' as const, 'settle' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(100, 5000, 700_000) }) },
  ),
  { maxLength: 40 },
);

async function play(stage: Stage, move: Move, text: string): Promise<void> {
  const { server, api } = stage;
  if (move.kind === 'set') await stage.set(move.name, text);
  else if (move.kind === 'remove') await stage.remove(move.name);
  else if (move.kind === 'break') api.breakWatches();
  else if (move.kind === 'compact') server.store.compact(0);
  else if (move.kind === 'settle') await server.clock.settle();
  else if (move.kind === 'pass') await server.clock.advance(move.ms);
  else api.setDown(move.kind === 'down');
}

/** What a listener may rely on, whatever happened: told as the changes came in. */
class Witness {
  readonly #living = new Map<string, Seen>();
  readonly #gone = new Set<string>();

  hear(now: Seen | undefined, gone: Seen | undefined): void {
    if (gone !== undefined) {
      assert.ok(this.#living.delete(gone.uid), `${gone.name} went without having been there`);
      this.#gone.add(gone.uid);
      return;
    }
    assert.ok(now !== undefined && !this.#gone.has(now.uid), 'what has gone came back');
    const namesake = [...this.#living.values()].find(({ name, uid }) => name === now.name && uid !== now.uid);
    assert.equal(namesake, undefined, 'two objects of one name');
    assert.ok((this.#living.get(now.uid)?.version ?? 0) < now.version, 'time went backwards');
    this.#living.set(now.uid, now);
  }

  get living(): readonly Seen[] {
    return [...this.#living.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

describe('Reflector over an API with accidents', () => {
  it('ends up with what is there, and has told of every object that went', async () => {
    await fc.assert(
      fc.asyncProperty(moves, async (script) => {
        const cleanUp: (() => Promise<void>)[] = [];
        const all = await stage({ after: (act: unknown) => void cleanUp.push(act as () => Promise<void>) } as Pick<TestContext, 'after'>);
        const witness = new Witness();
        const broken: unknown[] = [];
        all.reflector.onChange((key, gone) => {
          try {
            witness.hear(all.reflector.get(key), gone);
          } catch (error) {
            broken.push(error);
          }
        });
        all.reflector.start();
        for (const [index, move] of script.entries()) await play(all, move, String(index));
        all.api.setDown(false);
        await all.server.clock.advance(120_000);
        const there = (await all.server.must(`GET ${CMS}?labelSelector=test`)).items.map(keep);
        assert.deepEqual(broken, []);
        assert.deepEqual(witness.living, there);
        assert.deepEqual(
          [...all.reflector.list()].sort((a, b) => (a.name < b.name ? -1 : 1)),
          there,
        );
        for (const act of cleanUp) await act();
      }),
      { numRuns: 150 },
    );
  });
});
