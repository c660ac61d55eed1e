/** Plays a story with a mishap, and expects everything that must hold of it to hold. */
import { deepEqual } from 'node:assert/strict';
import { checkHistory } from './check-history.ts';
import { checkOrder } from './check-order.ts';
import { checkDeeds, checkOutcomes, checkStarts, leftBehind } from './check-world.ts';
import { type Mishap, play, type Story } from './play.ts';
import type { Scenario } from './scenario.ts';

/** The agent is away for an instant, for less than a grace period, and for longer than any. */
export const DEATHS = [
  { moment: 'after', downMs: 0 },
  { moment: 'after', downMs: 1500 },
  { moment: 'after', downMs: 60_000 },
  { moment: 'before', downMs: 1500 },
] as const;

export function wrongsOf(scenario: Scenario): readonly string[] {
  const { records } = scenario.journal;
  const { deeds } = scenario.runtime.world;
  const removed = scenario.journal.openPods().length === 0 ? [] : ['a Pod was not removed'];
  return [
    ...removed,
    ...checkHistory(records),
    ...checkOrder(records),
    ...checkDeeds(deeds),
    ...checkStarts(records, deeds),
    ...checkOutcomes(records, deeds),
    ...leftBehind(scenario),
  ];
}

export async function expectGood(story: Story, mishap: Mishap): Promise<void> {
  const scenario = await play(story, mishap);
  const wrongs = wrongsOf(scenario);
  if (wrongs.length > 0) deepEqual({ mishap, wrongs, timeline: scenario.timeline() }, { mishap, wrongs: [], timeline: [] });
}
