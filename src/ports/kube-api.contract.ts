import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type KubeAnswer, type KubeApi, STRATEGIC_MERGE_PATCH, type WatchEvent } from './kube-api.ts';

/** A client of a server that has the namespace `default` and nothing in it but what every namespace has. */
export interface KubeApiSubject {
  readonly api: KubeApi;
  /** Lets so much time pass for the server. */
  pass(ms: number): Promise<void>;
  /** How many watches the server serves. */
  watches(): number;
}

export type OpenKubeApi = (t: TestContext) => KubeApiSubject | Promise<KubeApiSubject>;

const MAPS = '/api/v1/namespaces/default/configmaps';

interface ConfigMap {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly items?: readonly ConfigMap[];
  readonly reason?: string;
  readonly code?: number;
}

const configMap = (name: string, data: Readonly<Record<string, string>> = {}, labels: Readonly<Record<string, string>> = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});

const read = ({ body }: KubeAnswer): ConfigMap => body as ConfigMap;
const create = async (api: KubeApi, ...object: Parameters<typeof configMap>): Promise<ConfigMap> =>
  read(await api.request({ method: 'POST', path: MAPS, body: configMap(...object) }));

/** Waits without a clock: what is waited for comes from the other end of a connection. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns += 1) {
    assert.ok(turns < 100_000, 'it never came to be');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

const seenOf = ({ type, object }: WatchEvent): string => `${type} ${(object as ConfigMap).metadata.name}`;

export function kubeApiContract(name: string, open: OpenKubeApi): void {
  describe(`${name} as KubeApi`, () => {
    requestTests(open);
    watchTests(open);
  });
}

function requestTests(open: OpenKubeApi): void {
  it('request() does what it is asked, and answers with the object', async (t) => {
    const { api } = await open(t);
    const created = await api.request({ method: 'POST', path: MAPS, body: configMap('a', { x: 'ä\u2028\n' }) });
    assert.deepEqual([created.status, read(created).data], [201, { x: 'ä\u2028\n' }]);
    const patch = { method: 'PATCH', path: `${MAPS}/a`, body: { data: { y: '2' } }, contentType: STRATEGIC_MERGE_PATCH } as const;
    assert.deepEqual(read(await api.request(patch)).data, { x: 'ä\u2028\n', y: '2' });
    const put = await api.request({ method: 'PUT', path: `${MAPS}/a`, body: configMap('a', { z: '3' }) });
    assert.deepEqual([put.status, read(put).data], [200, { z: '3' }]);
    assert.deepEqual(read(await api.request({ method: 'GET', path: `${MAPS}/a` })), read(put));
    const gone = await api.request({ method: 'DELETE', path: `${MAPS}/a`, body: { kind: 'DeleteOptions', apiVersion: 'v1' } });
    assert.equal(gone.status, 200);
  });

  it('request() resolves for what the server refuses, with its Status', async (t) => {
    const { api } = await open(t);
    const missing = await api.request({ method: 'GET', path: `${MAPS}/nobody` });
    assert.deepEqual([missing.status, read(missing).kind, read(missing).reason], [404, 'Status', 'NotFound']);
    await create(api, 'a');
    assert.deepEqual([(await create(api, 'a')).code, (await create(api, 'a')).reason], [409, 'AlreadyExists']);
    const wrong = { preconditions: { uid: 'another' } };
    assert.equal((await api.request({ method: 'DELETE', path: `${MAPS}/a`, body: wrong })).status, 409);
  });

  it('request() passes the query on as it is', async (t) => {
    const { api } = await open(t);
    for (const name of ['a', 'b', 'c']) await create(api, name, {}, { 'a/b': name === 'b' ? 'x' : 'z' });
    const selected = read(await api.request({ method: 'GET', path: MAPS, query: { labelSelector: 'a/b in (x)' } }));
    assert.deepEqual(
      selected.items?.map(({ metadata }) => metadata.name),
      ['b'],
    );
    const page = await api.request({ method: 'GET', path: MAPS, query: { limit: '2', labelSelector: 'a/b' } });
    const { continue: next } = (page.body as { metadata: { continue: string } }).metadata;
    const rest = read(await api.request({ method: 'GET', path: MAPS, query: { limit: '2', labelSelector: 'a/b', continue: next } }));
    assert.deepEqual(
      rest.items?.map(({ metadata }) => metadata.name),
      ['c'],
    );
  });

  it('request() gives an answer of megabytes whole, and many answers at once', async (t) => {
    const { api } = await open(t);
    const text = 'ö'.repeat(20_000);
    await Promise.all(Array.from({ length: 60 }, (_, index) => create(api, `m${index}`, { text })));
    const lists = await Promise.all(Array.from({ length: 4 }, () => api.request({ method: 'GET', path: MAPS })));
    for (const list of lists) assert.equal(read(list).items?.filter(({ data }) => data?.['text'] === text).length, 60);
  });

  it('request() rejects with the reason of its signal', async (t) => {
    const { api } = await open(t);
    const reason = new Error('not wanted any more');
    await assert.rejects(api.request({ method: 'GET', path: MAPS, signal: AbortSignal.abort(reason) }), reason);
  });
}

function watchTests(open: OpenKubeApi): void {
  it('watch() tells every change from the resourceVersion on, in order, each once', async (t) => {
    const { api } = await open(t);
    const { resourceVersion } = (await create(api, 'before')).metadata;
    await create(api, 'a');
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of api.watch(MAPS, { resourceVersion }, stop.signal)) seen.push(seenOf(event));
    })();
    await until(() => seen.length === 1);
    await api.request({ method: 'PUT', path: `${MAPS}/a`, body: configMap('a', { x: '1' }) });
    await create(api, 'b', { text: 'x'.repeat(200_000) });
    await api.request({ method: 'DELETE', path: `${MAPS}/a` });
    await until(() => seen.length === 4);
    stop.abort(new Error('enough'));
    await reading;
    assert.deepEqual(seen, ['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
  });

  it('watch() ends without an error when it is aborted, and then the server serves it no more', async (t) => {
    const { api, watches } = await open(t);
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _ of api.watch(MAPS, {}, stop.signal));
    })();
    await until(() => watches() === 1);
    stop.abort();
    await reading;
    await until(() => watches() === 0);
  });

  it('watch() ends for the server when its reader leaves', async (t) => {
    const { api, watches } = await open(t);
    await create(api, 'a');
    for await (const event of api.watch(MAPS, {}, new AbortController().signal)) {
      assert.equal(seenOf(event), 'ADDED a');
      break;
    }
    await until(() => watches() === 0);
  });

  it('watch() ends when the server ends it', async (t) => {
    const { api, pass, watches } = await open(t);
    const reading = (async () => {
      for await (const _ of api.watch(MAPS, { timeoutSeconds: '7' }, new AbortController().signal));
    })();
    await until(() => watches() === 1);
    await pass(7000);
    await reading;
  });

  it('watch() tells a refusal as one ERROR', async (t) => {
    const { api } = await open(t);
    const events: WatchEvent[] = [];
    for await (const event of api.watch(MAPS, { resourceVersion: 'x' }, new AbortController().signal)) events.push(event);
    assert.deepEqual(
      events.map(({ type, object }) => [type, (object as ConfigMap).kind, (object as ConfigMap).code]),
      [['ERROR', 'Status', 400]],
    );
  });

  it('watch() sends bookmarks to those who ask for them', async (t) => {
    const { api, pass, watches } = await open(t);
    const stop = new AbortController();
    const types: string[] = [];
    const reading = (async () => {
      for await (const { type } of api.watch(MAPS, { allowWatchBookmarks: 'true' }, stop.signal)) types.push(type);
    })();
    await until(() => watches() === 1);
    await pass(120_000);
    await until(() => types.includes('BOOKMARK'));
    stop.abort();
    await reading;
    assert.equal(types.at(-1), 'BOOKMARK');
  });
}
