import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { negotiate } from './negotiate.ts';

describe('negotiate', () => {
  const kubectlGet = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

  it('takes the first clause that can be served', () => {
    assert.deepEqual(negotiate(kubectlGet), { media: 'application/json', as: 'table', metaVersion: 'v1' });
    assert.deepEqual(negotiate('application/vnd.kubernetes.protobuf,application/json'), {
      media: 'application/json',
      as: 'object',
      metaVersion: 'v1',
    });
    assert.equal(negotiate('application/json;as=Widget;v=v1;g=meta.k8s.io,application/yaml').media, 'application/yaml');
    assert.equal(negotiate('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1').as, 'partialList');
  });

  it('takes anything for JSON, and heeds weights', () => {
    for (const header of [undefined, '', '*/*', 'application/*']) assert.equal(negotiate(header).media, 'application/json');
    assert.equal(negotiate('application/json;q=0.5, application/yaml').media, 'application/yaml');
  });

  it('refuses what is not offered', () => {
    for (const header of ['text/html', 'application/vnd.kubernetes.protobuf', 'application/json;as=Table;g=other;v=v1']) {
      assert.throws(() => negotiate(header), /only the following media types are accepted/, header);
    }
  });
});
