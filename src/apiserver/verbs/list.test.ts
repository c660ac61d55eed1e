import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { CMS, configMap, type Json, openTestApi, PODS, pod, type TestApi } from '../../../test/apiserver/test-api.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';

const names = ({ items }: Json): readonly string[] => items.map(({ metadata }: Json) => metadata.name);

describe('list', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    await api.must('POST /api/v1/namespaces', { body: { metadata: { name: 'other' } } });
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await api.must(`POST ${CMS}`, { body: configMap(name, {}, { labels: { odd: String('ace'.includes(name)) } }) });
    await api.must('POST /api/v1/namespaces/other/configmaps', { body: configMap('a') });
  });
  afterEach(() => api.close());

  const own = (list: Json): readonly string[] => names(list).filter((name) => name !== 'kube-root-ca.crt');

  it('shows a namespace, or all of them, in order', async () => {
    const list = await api.must(`GET ${CMS}`);
    assert.equal(list.kind, 'ConfigMapList');
    assert.equal(list.apiVersion, 'v1');
    assert.equal(list.metadata.resourceVersion, String(api.store.resourceVersion));
    assert.deepEqual(own(list), ['a', 'b', 'c', 'd', 'e']);
    const all = await api.must('GET /api/v1/configmaps?fieldSelector=metadata.name%3Da');
    assert.deepEqual(
      all.items.map(({ metadata }: Json) => metadata.namespace),
      ['default', 'other'],
    );
  });

  it('goes on page by page with the state of the first page', async () => {
    const first = await api.must(`GET ${CMS}?limit=2`);
    assert.deepEqual(names(first), ['a', 'b']);
    assert.equal(first.metadata.remainingItemCount, 4);
    await api.must(`DELETE ${CMS}/d`);
    await api.must(`POST ${CMS}`, { body: configMap('bb') });
    const second = await api.must(`GET ${CMS}?limit=2&continue=${first.metadata.continue}`);
    assert.deepEqual(names(second), ['c', 'd']);
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    const last = await api.must(`GET ${CMS}?limit=2&continue=${second.metadata.continue}`);
    assert.deepEqual(own(last), ['e']);
    assert.equal(last.metadata.continue, undefined);
  });

  it('fills a page with what is selected, and says nothing of the rest', async () => {
    const first = await api.must(`GET ${CMS}?limit=2&labelSelector=odd%3Dtrue`);
    assert.deepEqual(names(first), ['a', 'c']);
    assert.equal(first.metadata.remainingItemCount, undefined);
    const next = await api.must(`GET ${CMS}?limit=2&labelSelector=odd%3Dtrue&continue=${first.metadata.continue}`);
    assert.deepEqual(names(next), ['e']);
  });

  it('answers 410 for a page of a state that is compacted, with a token that goes on at the newest', async () => {
    const first = await api.must(`GET ${CMS}?limit=2`);
    await api.must(`DELETE ${CMS}/d`);
    api.store.compact(0);
    const { status, body } = await api.ask(`GET ${CMS}?limit=2&continue=${first.metadata.continue}`);
    assert.equal(status, 410);
    assert.equal(body.reason, 'Expired');
    assert.match(body.message, /^The provided continue parameter is too old to display a consistent list result\./);
    assert.deepEqual(own(await api.must(`GET ${CMS}?limit=9&continue=${body.metadata.continue}`)), ['c', 'e']);
  });

  it('knows what a resourceVersion asks for', async () => {
    const now = api.store.resourceVersion;
    await api.must(`POST ${CMS}`, { body: configMap('new') });
    const query = async (text: string): Promise<readonly string[]> => own(await api.must(`GET ${CMS}?${text}`));
    assert.equal((await query('resourceVersion=0')).length, 6);
    assert.equal((await query(`resourceVersion=${now}`)).length, 6);
    assert.equal((await query(`resourceVersion=${now}&resourceVersionMatch=NotOlderThan`)).length, 6);
    assert.equal((await query(`resourceVersion=${now}&resourceVersionMatch=Exact`)).length, 5);
    assert.equal((await query(`resourceVersion=${now}&limit=99`)).length, 5);
    const future = await api.ask(`GET ${CMS}?resourceVersion=${now + 100}`);
    assert.equal(future.status, 504);
    assert.equal(future.body.details.causes[0].reason, 'ResourceVersionTooLarge');
    api.store.compact(0);
    assert.equal((await api.ask(`GET ${CMS}?resourceVersion=${now}&resourceVersionMatch=Exact`)).body.reason, 'Expired');
  });

  it('refuses what contradicts itself', async () => {
    const statuses = await Promise.all(
      [
        'resourceVersionMatch=Exact',
        'resourceVersion=0&resourceVersionMatch=Exact',
        'resourceVersion=1&resourceVersionMatch=Roughly',
        'resourceVersion=abc',
        'limit=-1',
        'continue=nonsense',
        'labelSelector=a%20b%20c',
        'fieldSelector=data%3Dx',
        'includeObject=Some',
      ].map(async (query) => (await api.ask(`GET ${CMS}?${query}`)).status),
    );
    assert.deepEqual(statuses, [422, 422, 422, 400, 400, 400, 400, 400, 400]);
  });

  it('selects by the fields of a resource', async () => {
    await api.must(`POST ${PODS}`, { body: pod('here', { nodeName: 'n' }) });
    await api.must(`POST ${PODS}`, { body: pod('nowhere') });
    assert.deepEqual(names(await api.must(`GET ${PODS}?fieldSelector=spec.nodeName%3Dn`)), ['here']);
    assert.deepEqual(names(await api.must(`GET ${PODS}?fieldSelector=spec.nodeName!%3Dn,status.phase%3DPending`)), ['nowhere']);
    const refused = await api.ask(`GET ${PODS}?fieldSelector=spec.colour%3Dred`);
    assert.match(refused.body.message, /field label not supported: spec\.colour/);
  });

  it('comes as a Table, with as much of the object as is asked for', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = await api.must(`GET ${CMS}?labelSelector=odd`, { accept });
    assert.equal(table.kind, 'Table');
    assert.equal(table.apiVersion, 'meta.k8s.io/v1');
    assert.deepEqual(
      table.columnDefinitions.map(({ name }: Json) => name),
      ['Name', 'Data', 'Age'],
    );
    assert.deepEqual(table.rows[0].cells, ['a', 0, '0s']);
    assert.equal(table.rows[0].object.kind, 'PartialObjectMetadata');
    assert.equal((await api.must(`GET ${CMS}?includeObject=None`, { accept })).rows[0].object, undefined);
    assert.equal((await api.must(`GET ${CMS}?includeObject=Object`, { accept })).rows[0].object.kind, 'ConfigMap');
    const one = await api.must(`GET ${CMS}/a`, { accept });
    assert.equal(one.rows.length, 1);
  });

  it('comes as metadata alone, as YAML, or readable', async () => {
    const partial = await api.must(`GET ${CMS}`, { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' });
    assert.equal(partial.kind, 'PartialObjectMetadataList');
    assert.equal(partial.items[0].data, undefined);
    assert.match((await api.ask(`GET ${CMS}/a`, { accept: 'application/yaml' })).text, /^kind: ConfigMap\n/);
    assert.match((await api.ask(`GET ${CMS}?pretty=true`)).text, /^\{\n {2}"kind": "ConfigMapList",\n/);
    assert.match((await api.ask(`GET ${CMS}`, { headers: { 'user-agent': 'curl/8' } })).text, /^\{\n/);
    assert.equal((await api.ask(`GET ${CMS}`, { accept: 'text/html' })).status, 406);
  });

  it('is not kept in memory as a whole', async () => {
    const sizes: (number | undefined)[] = [];
    const { store } = api.core;
    const list = store.list.bind(store);
    store.list = (range, options) => {
      sizes.push(options?.limit);
      return list(range, options);
    };
    await api.must(`GET ${CMS}`);
    assert.deepEqual(sizes, [500]);
  });
});

describe('continue token', () => {
  it('says the same after it was sent around', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1 }),
        fc.stringMatching(/^[a-z0-9-]{0,20}$/),
        fc.stringMatching(/^[a-z0-9.-]{1,20}$/),
        (resourceVersion, namespace, name) => {
          const token = { resourceVersion, after: { namespace, name } };
          assert.deepEqual(decodeContinue(encodeContinue(token)), token);
        },
      ),
    );
  });

  it('that nobody gave is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.throws(() => decodeContinue(text), { name: 'StatusError' });
        assert.throws(() => decodeContinue(Buffer.from(text).toString('base64url')), { name: 'StatusError' });
      }),
    );
  });
});
