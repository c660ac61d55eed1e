import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryObjectStore } from '../../fakes/memory-object-store.ts';
import { FrameQueue } from './frame-queue.ts';
import { type SharedChange, WatchHub } from './watch-hub.ts';

const put = (store: MemoryObjectStore, name: string, namespace = 'default') =>
  store.apply([
    {
      kind: 'put',
      key: { resource: 'configmaps', namespace, name },
      uid: name,
      expect: 'absent',
      encode: () => Buffer.from(JSON.stringify({ metadata: { name } })),
    },
  ]);

describe('WatchHub', () => {
  const hear = (into: string[]) => (change: SharedChange) => into.push(change.object.key.name);

  it('tells each who watches what changed, and nobody who left', async () => {
    const store = new MemoryObjectStore();
    const hub = new WatchHub(store);
    const [all, one, pods]: string[][] = [[], [], []];
    hub.join({ resource: 'configmaps', hear: hear(all as string[]) }, 0);
    const leave = hub.join({ resource: 'configmaps', namespace: 'default', hear: hear(one as string[]) }, 0);
    hub.join({ resource: 'pods', hear: hear(pods as string[]) }, 0);
    await put(store, 'a');
    await put(store, 'b', 'other');
    leave();
    await put(store, 'c');
    assert.deepEqual([all, one, pods], [['a', 'b', 'c'], ['a'], []]);
    hub.close();
    await put(store, 'd');
    assert.equal(all?.length, 3);
  });

  it('does not tell again what was read from the log', async () => {
    const store = new MemoryObjectStore();
    const hub = new WatchHub(store);
    const heard: string[] = [];
    let isIn = false;
    // Joins while the first of two changes is being told; both are in the log by then.
    hub.join(
      {
        resource: 'configmaps',
        hear: () => {
          if (!isIn) hub.join({ resource: 'configmaps', hear: hear(heard) }, store.resourceVersion);
          isIn = true;
        },
      },
      0,
    );
    await Promise.all([put(store, 'a'), put(store, 'b')]);
    await put(store, 'c');
    assert.deepEqual(heard, ['c']);
  });

  it('goes on when a watcher throws', async () => {
    const store = new MemoryObjectStore();
    const hub = new WatchHub(store);
    const heard: string[] = [];
    const broken = (): never => {
      throw new Error('broken');
    };
    hub.join({ resource: 'configmaps', hear: broken }, 0);
    hub.join({ resource: 'configmaps', hear: hear(heard) }, 0);
    await put(store, 'a');
    assert.deepEqual(heard, ['a']);
  });
});

describe('FrameQueue', () => {
  const frame = (size: number): Uint8Array => new Uint8Array(size);

  it('hands on small frames together, and large ones as they are', async () => {
    const queue = new FrameQueue(() => {});
    const large = frame(100_000);
    for (const one of [frame(10), frame(20), large, frame(5)]) queue.push(one);
    assert.equal((await queue.take())?.length, 30);
    assert.equal(await queue.take(), large);
    assert.equal((await queue.take())?.length, 5);
  });

  it('gives up at its bound: nothing more goes in or out, and it says so once', async () => {
    let overflows = 0;
    const queue = new FrameQueue(() => {
      overflows += 1;
    }, 100);
    queue.push(frame(60));
    queue.push(frame(60));
    queue.push(frame(1));
    assert.equal(await queue.take(), undefined);
    assert.equal(overflows, 1);
  });

  it('counts what waits, not what has passed', async () => {
    const queue = new FrameQueue(() => assert.fail('it was never more than its bound'), 100);
    for (let index = 0; index < 10; index += 1) {
      queue.push(frame(90));
      assert.equal((await queue.take())?.length, 90);
    }
  });

  it('wakes who waits, for a frame and for the end', async () => {
    const queue = new FrameQueue(() => {});
    const first = queue.take();
    queue.push(frame(1));
    assert.equal((await first)?.length, 1);
    const end = queue.take();
    queue.close();
    assert.equal(await end, undefined);
  });
});
