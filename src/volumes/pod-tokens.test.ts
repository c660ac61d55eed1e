import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryPodObjects } from '../fakes/memory-pod-objects.ts';
import type { Pod } from '../model/pod.ts';
import { PodTokens } from './pod-tokens.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [] },
};
const source = { path: 'token', audience: 'vault', expirationSeconds: 600 };

function open(lifeMs = 600_000) {
  const objects = new MemoryPodObjects();
  const time = { nowMs: 1_000_000 };
  objects.issue = () => ({ token: `token ${objects.tokenRequests.length}`, expiresAtMs: time.nowMs + lifeMs });
  const tokens = new PodTokens(objects, () => time.nowMs);
  return { objects, tokens, time, get: () => tokens.get(pod, 'v', source) };
}

describe('PodTokens', () => {
  it('get() asks for what the volume says, once', async () => {
    const { objects, get } = open();
    assert.deepEqual([await get(), await get()], ['token 1', 'token 1']);
    assert.deepEqual(objects.tokenRequests, [
      { namespace: 'shop', serviceAccount: 'default', audience: 'vault', expirationSeconds: 600, pod: { name: 'p', uid: 'u1' } },
    ]);
  });

  it('get() asks again when four fifths of its life are over, and after a day at the latest', async () => {
    for (const [lifeMs, refreshMs] of [
      [600_000, 480_000],
      [30 * 24 * 3_600_000, 24 * 3_600_000],
    ] as const) {
      const { time, get } = open(lifeMs);
      await get();
      time.nowMs += refreshMs - 1;
      assert.equal(await get(), 'token 1');
      time.nowMs += 1;
      assert.equal(await get(), 'token 2');
    }
  });

  it('get() gives the old one on while it is good and no new one can be had, and then fails', async () => {
    const { objects, time, get } = open();
    await get();
    objects.issue = undefined;
    time.nowMs += 599_999;
    assert.equal(await get(), 'token 1');
    time.nowMs += 1;
    await assert.rejects(get(), /^Error: failed to fetch token: nobody issues tokens for "default"$/);
  });

  it('get() keeps tokens of volumes, paths and Pods apart; forget() drops those of one Pod', async () => {
    const { tokens, get } = open();
    const other = { ...pod, metadata: { ...pod.metadata, uid: 'u2' } };
    const all = [
      await get(),
      await tokens.get(pod, 'w', source),
      await tokens.get(pod, 'v', { ...source, path: 'x' }),
      await tokens.get(other, 'v', source),
    ];
    assert.deepEqual(all, ['token 1', 'token 2', 'token 3', 'token 4']);
    tokens.forget('u1');
    assert.deepEqual([await get(), await tokens.get(other, 'v', source)], ['token 5', 'token 4']);
  });
});
