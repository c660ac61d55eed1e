import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ConfigMapData, ObjectName, PodObjects, SecretData } from './pod-objects.ts';

export interface PodObjectsSubject {
  readonly objects: PodObjects;
  /** Undefined removes it. */
  setConfigMap(namespace: string, name: string, data: ConfigMapData | undefined): void | Promise<void>;
  setSecret(namespace: string, name: string, data: SecretData | undefined): void | Promise<void>;
}

export const configMapOf = (texts: Readonly<Record<string, string>>, bytes: Readonly<Record<string, Uint8Array>> = {}): ConfigMapData => ({
  texts: new Map(Object.entries(texts)),
  bytes: new Map(Object.entries(bytes)),
});

export const secretOf = (texts: Readonly<Record<string, string>>): SecretData =>
  new Map(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text)]));

export function podObjectsContract(name: string, open: (t: TestContext) => PodObjectsSubject | Promise<PodObjectsSubject>): void {
  describe(`${name} as PodObjects`, () => {
    it('configMap() and secret() give an object by namespace and name, and undefined for any other', async (t) => {
      const { objects, setConfigMap, setSecret } = await open(t);
      await setConfigMap('shop', 'c', configMapOf({ a: 'ä\n' }, { b: Uint8Array.of(0, 255) }));
      await setSecret('shop', 'c', secretOf({ password: 's3cret' }));
      const config = await objects.configMap('shop', 'c');
      assert.deepEqual([...(config?.texts ?? [])], [['a', 'ä\n']]);
      assert.deepEqual([...(config?.bytes.get('b') ?? [])], [0, 255]);
      assert.equal(Buffer.from((await objects.secret('shop', 'c'))?.get('password') ?? []).toString(), 's3cret');
      for (const [namespace, object] of [
        ['other', 'c'],
        ['shop', 'd'],
        ['shop', '__proto__'],
      ] as const) {
        assert.equal(await objects.configMap(namespace, object), undefined);
        assert.equal(await objects.secret(namespace, object), undefined);
      }
    });

    it('keeps keys that JavaScript’s objects would lose', async (t) => {
      const { objects, setConfigMap } = await open(t);
      await setConfigMap('shop', 'c', {
        texts: new Map([
          ['__proto__', 'x'],
          ['10', 'y'],
          ['constructor', 'z'],
        ]),
        bytes: new Map(),
      });
      const { texts } = (await objects.configMap('shop', 'c')) ?? assert.fail('no ConfigMap');
      assert.deepEqual([texts.get('__proto__'), texts.get('10'), texts.get('constructor'), texts.size], ['x', 'y', 'z', 3]);
    });

    it('onChange() names the object that came, changed or went, until it is stopped; by then the answer is the new one', async (t) => {
      const { objects, setConfigMap, setSecret } = await open(t);
      const told: ObjectName[] = [];
      const seen: Promise<unknown>[] = [];
      const stop = objects.onChange((object) => {
        told.push(object);
        seen.push(objects.configMap(object.namespace, object.name).then((data) => data?.texts.get('a')));
      });
      await setConfigMap('shop', 'c', configMapOf({ a: '1' }));
      await setConfigMap('shop', 'c', configMapOf({ a: '2' }));
      await setConfigMap('shop', 'c', undefined);
      await setSecret('shop', 's', secretOf({}));
      stop();
      await setSecret('shop', 's', undefined);
      const config = { kind: 'ConfigMap', namespace: 'shop', name: 'c' };
      assert.deepEqual(told, [config, config, config, { kind: 'Secret', namespace: 'shop', name: 's' }]);
      assert.deepEqual(await Promise.all(seen), ['1', '2', undefined, undefined]);
    });
  });
}
