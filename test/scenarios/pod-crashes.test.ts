/** As `crashes.test.ts`, with Pods that have init containers, sidecars, probes, rules and deadlines. */
import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEATHS, expectGood, wrongsOf } from './expect-good.ts';
import { play } from './play.ts';
import { POD_STORIES } from './pod-stories.ts';

for (const story of POD_STORIES) {
  describe(story.name, () => {
    it('is a good history, and killing the agent at any append leaves it one', async () => {
      const whole = await play(story);
      deepEqual(wrongsOf(whole), []);
      const { calls } = whole.journal;
      ok(calls > 10, `only ${calls} appends`);
      for (let call = 1; call <= calls; call += 1) {
        for (const death of DEATHS) await expectGood(story, { crash: { call, ...death } });
      }
    });

    it('stays one when the machine loses power at any append', async () => {
      const { calls } = (await play(story)).journal;
      for (let call = 1; call <= calls; call += 1) {
        await expectGood(story, { crash: { call, moment: 'after', downMs: 20_000, reboot: true } });
      }
    });

    it('stays one when the journal refuses any append', async () => {
      const { calls } = (await play(story)).journal;
      for (let refusedAppend = 1; refusedAppend <= calls; refusedAppend += 1) await expectGood(story, { refusedAppend });
    });

    it('stays one when the reply to any call of the runtime is lost', async () => {
      const counts = (await play(story)).runtime.world.faults.counts();
      for (const [method, count] of counts) {
        for (let call = 1; call <= count; call += 1) {
          for (const work of ['done', 'notDone'] as const) await expectGood(story, { fault: { method, call, work } });
        }
      }
    });
  });
}
