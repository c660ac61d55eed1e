import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type DeliveryKey, type HookOutputStore, type KeptOutput, type KeptStream, keptBytesOfStream } from './hook-output.ts';

export interface HookOutputSubject {
  readonly store: HookOutputStore;
  /** The same store, as the next agent sees it. */
  reopen(): HookOutputStore;
}

const key: DeliveryKey = {
  uid: '0b5a4b6e-8c7d-4c1e-9a55-000000000001',
  container: 'main',
  restartCount: 0,
  hook: 'postStart',
  attempt: 1,
};

const kept = (head: string, tail = '', cutBytes = 0): KeptStream => ({ head: Buffer.from(head), tail: Buffer.from(tail), cutBytes });
const output = (text: string): KeptOutput => ({ stdout: kept(text), stderr: kept('') });

export function hookOutputContract(name: string, open: (t: TestContext) => HookOutputSubject): void {
  describe(`${name} as HookOutputStore`, () => {
    it('read() gives back what was written, byte by byte, also to the next agent', async (t) => {
      const { store, reopen } = open(t);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      const written = { stdout: { head: bytes, tail: Buffer.from('\n{}\n'), cutBytes: 2 ** 40 }, stderr: kept('', 'é', 3) };
      await store.write(key, written);
      assert.deepEqual(await store.read(key), written);
      assert.deepEqual(await reopen().read(key), written);
    });

    it('read() knows nothing of a delivery that was not written', async (t) => {
      const { store } = open(t);
      assert.equal(await store.read(key), undefined);
      await store.write(key, output('x'));
      for (const other of [{ attempt: 2 }, { restartCount: 1 }, { hook: 'preStop' }, { container: 'main2' }, { uid: 'other' }] as const) {
        assert.equal(await store.read({ ...key, ...other }), undefined);
      }
    });

    it('write() replaces what was written for the same delivery', async (t) => {
      const { store } = open(t);
      await store.write(key, output('a long first text'));
      await store.write(key, output('second'));
      assert.deepEqual(await store.read(key), output('second'));
    });

    it('write() keeps output without a byte', async (t) => {
      const { store } = open(t);
      await store.write(key, output(''));
      assert.deepEqual(await store.read(key), output(''));
    });

    it('write() keeps the start and the end of a stream beyond the bound, and counts what it cut', async (t) => {
      const { store } = open(t);
      const half = keptBytesOfStream / 2;
      const long = Buffer.concat([Buffer.alloc(half, 'a'), Buffer.alloc(1000, 'b'), Buffer.alloc(half, 'c')]);
      const cutBefore = { head: Buffer.alloc(half, 'a'), tail: Buffer.alloc(half + 1, 'c'), cutBytes: 7 };
      await store.write(key, { stdout: { head: long, tail: Buffer.alloc(0), cutBytes: 0 }, stderr: cutBefore });
      const head = Buffer.alloc(half, 'a');
      const tail = Buffer.alloc(half, 'c');
      assert.deepEqual(await store.read(key), { stdout: { head, tail, cutBytes: 1000 }, stderr: { head, tail, cutBytes: 8 } });
    });

    it('removePod() removes all of one Pod and nothing of another', async (t) => {
      const { store } = open(t);
      const other = { ...key, uid: `${key.uid}2` };
      const second = { ...key, hook: 'preStop' } as const;
      for (const each of [key, second, other]) await store.write(each, output('x'));
      await store.removePod(key.uid);
      assert.equal(await store.read(key), undefined);
      assert.equal(await store.read(second), undefined);
      assert.deepEqual(await store.read(other), output('x'));
      await store.removePod(key.uid);
    });

    for (const bad of ['', '.', '..', '../x', 'a/b', '/etc', 'a\0b', '.hidden', 'a b']) {
      it(`refuses ${JSON.stringify(bad)} as a name`, async (t) => {
        const { store } = open(t);
        const refused = { code: 'badInput' };
        await assert.rejects(store.write({ ...key, uid: bad }, output('x')), refused);
        await assert.rejects(store.write({ ...key, container: bad }, output('x')), refused);
        await assert.rejects(store.read({ ...key, uid: bad }), refused);
        await assert.rejects(store.removePod(bad), refused);
      });
    }
  });
}
