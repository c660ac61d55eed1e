import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConfigObject } from '../model/config-objects.ts';
import { LocalPodObjects } from './local-pod-objects.ts';

const config: ConfigObject = {
  kind: 'ConfigMap',
  namespace: 'shop',
  name: 'c',
  texts: new Map([['a', '1']]),
  bytes: new Map([['b', Uint8Array.of(2)]]),
};
const secret: ConfigObject = { kind: 'Secret', namespace: 'shop', name: 'c', texts: new Map(), bytes: new Map([['k', Uint8Array.of(3)]]) };

describe('LocalPodObjects', () => {
  const objects = new LocalPodObjects([config, secret]);

  it('configMap() and secret() give what the files had, by namespace and name', async () => {
    const found = await objects.configMap('shop', 'c');
    assert.deepEqual([found?.texts, found?.bytes], [config.texts, config.bytes]);
    assert.deepEqual(await objects.secret('shop', 'c'), secret.bytes);
    for (const [namespace, name] of [
      ['shop', 'd'],
      ['default', 'c'],
      ['shop', 'kube-root-ca.crt'],
    ] as const)
      assert.deepEqual([await objects.configMap(namespace, name), await objects.secret(namespace, name)], [undefined, undefined]);
  });

  it('serviceAccountToken() rejects with what to do about it; there are no services, and nothing ever changes', async () => {
    const request = { namespace: 'shop', serviceAccount: 'robot', audience: '', expirationSeconds: 600, pod: { name: 'p', uid: 'u' } };
    await assert.rejects(objects.serviceAccountToken(request), {
      code: 'hostLacks',
      message:
        'there is no token for the service account "shop/robot": hooklet run has no API that issues any; leave the serviceAccountToken source out',
    });
    assert.equal((await objects.serviceEnv()).size, 0);
    objects.onChange()();
  });
});
