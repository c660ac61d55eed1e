import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CMS, configMap, type Json, openTestApi, PODS, pod, type TestApi, type WatchEvent } from '../../../test/apiserver/test-api.ts';

const brief = (events: readonly WatchEvent[]): readonly string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata?.name ?? '-'}`);

describe('watch', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    await api.must(`POST ${CMS}`, { body: configMap('one') });
  });
  afterEach(() => api.close());

  const here = (): number => api.store.resourceVersion;
  const touch = (name: string, labels: object) =>
    api.must(`PATCH ${CMS}/${name}`, { body: { metadata: { labels } }, type: 'application/merge-patch+json' });

  it('begins with what there is, then tells what happens', async () => {
    const watch = await api.watch(CMS);
    assert.deepEqual(brief(await watch.ready()), ['ADDED kube-root-ca.crt', 'ADDED one'].sort());
    await api.must(`POST ${CMS}`, { body: configMap('two') });
    await touch('two', { a: 'b' });
    await api.must(`DELETE ${CMS}/two`);
    assert.deepEqual(brief(await watch.ready()), ['ADDED two', 'MODIFIED two', 'DELETED two']);
    watch.stop();
    assert.equal(await watch.next(), undefined);
    assert.equal(api.core.hub.size, 0);
  });

  it('goes on after a resourceVersion, with every change since', async () => {
    const since = here();
    await touch('one', { a: '1' });
    await api.must(`POST ${PODS}`, { body: pod('elsewhere') });
    await touch('one', { a: '2' });
    const watch = await api.watch(`${CMS}?resourceVersion=${since}`);
    await touch('one', { a: '3' });
    const events = await watch.ready();
    assert.deepEqual(
      events.map(({ object }) => object.metadata.labels.a),
      ['1', '2', '3'],
    );
    watch.stop();
  });

  it('has the resourceVersion of its removal in what is deleted', async () => {
    const watch = await api.watch(`${CMS}?resourceVersion=${here()}`);
    await api.must(`DELETE ${CMS}/one`);
    const deleted = await watch.next();
    assert.equal(deleted?.object.metadata.resourceVersion, String(here()));
    watch.stop();
  });

  it('leaves no gap and has no double, whenever it begins', async () => {
    await api.must('POST /api/v1/namespaces', { body: { metadata: { name: 'busy' } } });
    const since = here();
    const path = '/api/v1/namespaces/busy/configmaps';
    const watches: Awaited<ReturnType<TestApi['watch']>>[] = [];
    const writing = (async () => {
      for (let index = 0; index < 60; index += 1) await api.must(`POST ${path}`, { body: configMap(`cm-${index}`) });
    })();
    for (let index = 0; index < 12; index += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      watches.push(await api.watch(`${path}?resourceVersion=${since}`));
    }
    await writing;
    for (const watch of watches) {
      const events = await watch.ready();
      assert.deepEqual(
        brief(events),
        Array.from({ length: 60 }, (_, index) => `ADDED cm-${index}`),
      );
      watch.stop();
    }
  });

  it('with a selector adds what begins to match and deletes what no longer does', async () => {
    const watch = await api.watch(`${CMS}?labelSelector=app%3Dx&resourceVersion=${here()}`);
    await touch('one', { app: 'x' });
    await touch('one', { app: 'x', more: '1' });
    await touch('one', { app: 'y', more: null });
    await touch('one', { app: 'z' });
    await api.must(`DELETE ${CMS}/one`);
    const events = await watch.ready();
    assert.deepEqual(brief(events), ['ADDED one', 'MODIFIED one', 'DELETED one']);
    // As it last matched, at the moment at which it stopped to.
    assert.equal(events[2]?.object.metadata.labels.more, '1');
    assert.ok(Number(events[2]?.object.metadata.resourceVersion) > Number(events[1]?.object.metadata.resourceVersion));
    watch.stop();
  });

  it('of one object sees no other', async () => {
    const byName = await api.watch(`${CMS}?fieldSelector=metadata.name%3Done&resourceVersion=${here()}`);
    const byPath = await api.watch(`${CMS}/one?resourceVersion=${here()}`);
    await api.must(`POST ${CMS}`, { body: configMap('two') });
    await touch('one', { a: 'b' });
    for (const watch of [byName, byPath]) {
      assert.deepEqual(brief(await watch.ready()), ['MODIFIED one']);
      watch.stop();
    }
  });

  it('says by an ERROR event that it would have to begin before what is kept', async () => {
    const since = here();
    await touch('one', { a: 'b' });
    api.store.compact(0);
    const watch = await api.watch(`${CMS}?resourceVersion=${since}`);
    const error = await watch.next();
    assert.equal(error?.type, 'ERROR');
    assert.equal(error?.object.kind, 'Status');
    assert.equal(error?.object.reason, 'Expired');
    assert.equal(error?.object.code, 410);
    assert.equal(await watch.next(), undefined);
    assert.equal((await api.ask(`GET ${CMS}?watch=1&resourceVersion=${here() + 50}`)).status, 504);
  });

  it('streams a list: the objects, then a bookmark that says these were all', async () => {
    const watch = await api.watch(`${CMS}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`);
    const events = await watch.ready();
    assert.deepEqual(brief(events), ['ADDED kube-root-ca.crt', 'ADDED one', 'BOOKMARK -']);
    assert.deepEqual(events[2]?.object.metadata, { resourceVersion: String(here()), annotations: { 'k8s.io/initial-events-end': 'true' } });
    watch.stop();
    const silent = await api.watch(`${CMS}?sendInitialEvents=false&resourceVersionMatch=NotOlderThan`);
    assert.deepEqual(await silent.ready(), []);
    silent.stop();
    assert.equal((await api.ask(`GET ${CMS}?watch=1&sendInitialEvents=true`)).status, 422);
    assert.equal((await api.ask(`GET ${CMS}?watch=1&resourceVersionMatch=NotOlderThan`)).status, 422);
  });

  it('sends bookmarks once a minute to who wants them', async () => {
    const watch = await api.watch(`${CMS}?allowWatchBookmarks=true&resourceVersion=${here()}`);
    await watch.ready();
    await api.must(`POST ${PODS}`, { body: pod('elsewhere') });
    await api.clock.advance(60_000);
    const [bookmark] = await watch.ready();
    assert.equal(bookmark?.type, 'BOOKMARK');
    assert.equal(bookmark?.object.kind, 'ConfigMap');
    assert.equal(bookmark?.object.metadata.resourceVersion, String(here()));
    watch.stop();
  });

  it('ends after its time', async () => {
    const watch = await api.watch(`${CMS}?timeoutSeconds=5&resourceVersion=${here()}`);
    assert.deepEqual(await watch.ready(), []);
    await api.clock.advance(5000);
    assert.equal(await watch.next(), undefined);
    assert.equal(api.core.hub.size, 0);
  });

  it('ends a watcher with more than 8 MiB unsent, and no other', async () => {
    const big = { a: 'x'.repeat(900_000) };
    const slow = await api.watch(`${CMS}?resourceVersion=${here()}`);
    const quick = await api.watch(`${CMS}?resourceVersion=${here()}`);
    await slow.ready();
    let told = (await quick.ready()).length;
    for (let index = 0; index < 12; index += 1) {
      await api.must(`POST ${CMS}`, { body: configMap(`big-${index}`, big) });
      told += (await quick.ready()).length;
    }
    assert.equal(told, 12);
    assert.equal(api.core.hub.size, 1);
    // The one that was being written when the rest came, and then the end: never some of what followed.
    const left = await slow.ready();
    assert.deepEqual(brief(left), ['ADDED big-0']);
    assert.equal(await slow.next(), undefined);
    quick.stop();
  });

  it('serialises a change once for all who see it alike', async () => {
    const start = async (query: string): Promise<AsyncIterator<Uint8Array>> => {
      const { body } = await api.handler.handle(api.request(`GET ${CMS}?watch=1&resourceVersion=${here()}${query}`));
      assert.ok(!(body instanceof Uint8Array));
      return body[Symbol.asyncIterator]();
    };
    const watches = await Promise.all(['', '', '&labelSelector=app'].map(start));
    const frames = Promise.all(watches.map(async (watch) => (await watch.next()).value as Uint8Array));
    await api.clock.settle();
    await api.must(`POST ${CMS}`, { body: configMap('two', {}, { labels: { app: 'x' } }) });
    const [first, ...others] = await frames;
    assert.ok(others.every((other) => other === first));
    for (const watch of watches) await watch.return?.();
  });

  it('comes as Tables, the columns with the first', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const watch = await api.watch(`${CMS}?resourceVersion=${here()}`, { accept });
    await touch('one', { a: 'b' });
    await api.must(`DELETE ${CMS}/one`);
    const events = await watch.ready();
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.kind, object.columnDefinitions?.length, object.rows[0].cells[0]]),
      [
        ['MODIFIED', 'Table', 3, 'one'],
        ['DELETED', 'Table', undefined, 'one'],
      ],
    );
    watch.stop();
  });

  it('is one serialisation for core events and another for the new shape', async () => {
    const old = await api.watch('/api/v1/events');
    const young = await api.watch('/apis/events.k8s.io/v1/events');
    const event: Json = {
      metadata: { name: 'e' },
      involvedObject: { namespace: 'default', name: 'web' },
      reason: 'Killing',
      message: 'Stopping',
    };
    await api.must('POST /api/v1/namespaces/default/events', { body: event });
    assert.equal((await old.next())?.object.message, 'Stopping');
    const seen = await young.next();
    assert.equal(seen?.object.apiVersion, 'events.k8s.io/v1');
    assert.equal(seen?.object.note, 'Stopping');
    assert.equal(seen?.object.message, undefined);
    old.stop();
    young.stop();
  });
});
