import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEATHS, expectGood, wrongsOf } from './expect-good.ts';
import { play } from './play.ts';
import { STORIES } from './stories.ts';

describe('kill -9 of the agent loses no hook and runs none twice', () => {
  for (const story of STORIES) {
    it(`at every append to the journal of: ${story.name}`, async () => {
      const whole = await play(story);
      deepEqual(wrongsOf(whole), []);
      const { calls } = whole.journal;
      ok(calls > 10, `only ${calls} appends`);
      for (let call = 1; call <= calls; call += 1) {
        for (const death of DEATHS) await expectGood(story, { crash: { call, ...death } });
      }
    });
  }
});

describe('kill -9 of the agent that recovers', () => {
  for (const story of STORIES.slice(0, 3)) {
    it(`changes nothing in: ${story.name}`, async () => {
      const { calls } = (await play(story)).journal;
      for (let call = 2; call <= calls; call += 1) {
        for (const again of [1, 2, 3, 5]) await expectGood(story, { crash: { call, moment: 'after', downMs: 1500, again } });
      }
    });
  }
});

describe('a reboot', () => {
  for (const story of STORIES) {
    it(`at every append to the journal of: ${story.name}`, async () => {
      const { calls } = (await play(story)).journal;
      for (let call = 1; call <= calls; call += 1) {
        await expectGood(story, { crash: { call, moment: 'after', downMs: 20_000, reboot: true } });
      }
    });
  }
});

describe('an append that the journal refuses', () => {
  for (const story of STORIES) {
    it(`whichever it is of: ${story.name}`, async () => {
      const { calls } = (await play(story)).journal;
      for (let refusedAppend = 1; refusedAppend <= calls; refusedAppend += 1) await expectGood(story, { refusedAppend });
    });
  }
});

describe('a lost reply of the runtime is not a failed call', () => {
  for (const story of STORIES) {
    it(`for every call of: ${story.name}`, async () => {
      const whole = await play(story);
      const counts = whole.runtime.world.faults.counts();
      ok(counts.size > 5);
      for (const [method, count] of counts) {
        for (let call = 1; call <= count; call += 1) {
          for (const work of ['done', 'notDone'] as const) await expectGood(story, { fault: { method, call, work } });
        }
      }
    });
  }
});
