import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryObjectStore } from '../../fakes/memory-object-store.ts';
import { keepStoreSmall } from './store-upkeep.ts';

describe('keepStoreSmall', () => {
  const write = (store: MemoryObjectStore, name: string, expiresAtMs?: number) =>
    store.apply([
      {
        kind: 'put',
        key: { resource: 'events', namespace: 'default', name },
        uid: name,
        expect: 'absent',
        encode: () => Buffer.from('{"metadata":{}}'),
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      },
    ]);

  it('drops what expired and what is old in the log, a piece at a time, once a minute', async () => {
    const clock = new ManualClock();
    const store = new MemoryObjectStore();
    const logged: string[] = [];
    const stop = keepStoreSmall(store, clock, { info: () => {}, warn: (message) => logged.push(message) });
    for (let index = 0; index < 7000; index += 1) await write(store, `e-${index}`, index < 1500 ? clock.now().wallMs + 1000 : undefined);
    await clock.advance(59_000);
    assert.equal(store.count({ resource: 'events' }), 7000);
    await clock.advance(2000);
    assert.equal(store.count({ resource: 'events' }), 5500);
    assert.equal(store.resourceVersion - store.oldestResourceVersion, 5000);
    assert.deepEqual(logged, []);
    stop();
    await clock.settle();
    assert.equal(clock.pending, 0);
  });

  it('says that it could not, and tries again', async () => {
    const clock = new ManualClock();
    const store = new MemoryObjectStore();
    const logged: string[] = [];
    const stop = keepStoreSmall(store, clock, { info: () => {}, warn: (message) => logged.push(message) });
    await write(store, 'e', clock.now().wallMs + 1000);
    store.setFull(true);
    await clock.advance(61_000);
    assert.deepEqual(logged, ['the object store could not be made smaller, trying again later']);
    store.setFull(false);
    await clock.advance(60_000);
    assert.equal(store.count({ resource: 'events' }), 0);
    stop();
  });
});
