/** The stories of Pods with several containers, with a delete or the loss of their sandbox at every moment. */
import { describe, it } from 'node:test';
import { expectGood } from './expect-good.ts';
import { POD_STORIES } from './pod-stories.ts';

const EVERY_MS = 500;
const MOMENTS = Array.from({ length: 28 }, (_, index) => index * EVERY_MS);

for (const story of POD_STORIES) {
  describe(story.name, () => {
    it('may be deleted at any moment', async () => {
      for (const atMs of MOMENTS) await expectGood({ ...story, name: `deleted at ${atMs}`, deletes: [{ atMs }] }, {});
    });

    it('may be deleted at any moment, and then in more of a hurry', async () => {
      for (const atMs of MOMENTS) {
        const deletes = [{ atMs }, { atMs: atMs + EVERY_MS, graceSeconds: 1 }];
        await expectGood({ ...story, name: `deleted at ${atMs}`, deletes }, {});
      }
    });

    it('may lose its sandbox at any moment', async () => {
      for (const losesSandboxAtMs of MOMENTS) {
        const deletes = [{ atMs: 30_000 }];
        await expectGood({ ...story, name: `lost at ${losesSandboxAtMs}`, losesSandboxAtMs, deletes }, {});
      }
    });
  });
}
