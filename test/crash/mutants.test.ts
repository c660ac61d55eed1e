/** The checkers of the crash suite, held against agents that are wrong: a promise is worth what notices its breach. */
import { deepEqual, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addMs } from '../../src/core/instant.ts';
import type { HookFinished, HookStarted, JournalRecord, PodRecord } from '../../src/core/journal-record.ts';
import { checkHistory } from '../scenarios/check-history.ts';
import { checkDeeds, checkOutcomes, checkStarts } from '../scenarios/check-world.ts';
import type { Story } from '../scenarios/play.ts';
import { Scenario } from '../scenarios/scenario.ts';
import { STORIES } from '../scenarios/stories.ts';
import { MutantJournal, type Mutation } from './mutant-journal.ts';

/** Writes records of `type` only after the next one of `effect`, as if the one were the other's consequence. */
const intentAfter = (type: JournalRecord['type'], effect: JournalRecord['type']) => () => {
  let held: readonly JournalRecord[] = [];
  return (records: readonly JournalRecord[]): readonly JournalRecord[] => {
    held = [...held, ...records.filter((record) => record.type === type)];
    const others = records.filter((record) => record.type !== type);
    if (!others.some((record) => record.type === effect)) return others;
    const due = held;
    held = [];
    return [...others, ...due];
  };
};

/** An append is acknowledged though only the next one writes it. */
const oneBehind = () => {
  let held: readonly JournalRecord[] = [];
  return (records: readonly JournalRecord[]): readonly JournalRecord[] => {
    const due = held;
    held = records;
    return due;
  };
};

const succeeded = ({ containerId: _id, execId: _exec, at: _at, type: _type, ...of }: HookStarted): HookFinished => ({
  ...of,
  type: 'hook.finished',
  outcome: 'succeeded',
  exitCode: 0,
  durationMs: 0,
});

const deadlineMoved =
  (ms: number) =>
  (record: PodRecord): readonly PodRecord[] =>
    record.type === 'pod.deleting' || record.type === 'container.stopping'
      ? [{ ...record, deadline: addMs(record.deadline, ms) }]
      : [record];

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'writes the intent of a postStart after the start that makes it due',
    wrong: /container.started comes before container.created/,
    write: intentAfter('container.created', 'container.started'),
  },
  {
    name: 'writes the intent of a preStop after the hook has run',
    wrong: /hook.started comes though nobody stops the container/,
    write: intentAfter('container.stopping', 'hook.finished'),
  },
  {
    name: 'writes that a hook begins after it has ended',
    wrong: /ends attempt 1, but 0 was begun last/,
    write: intentAfter('hook.started', 'hook.finished'),
  },
  {
    name: 'writes the outcome of a hook as it begins',
    wrong: /has an outcome before its end/,
    write: () => (records) =>
      records.flatMap((record): readonly JournalRecord[] => {
        if (record.type === 'hook.finished') return [];
        return record.type === 'hook.started' ? [record, succeeded(record)] : [record];
      }),
  },
  {
    name: 'counts the grace anew after a restart',
    wrong: /signal.sent carries a later deadline than the one that is stored/,
    read: deadlineMoved(10_000),
  },
  {
    name: 'takes the deadline for nearer after a restart',
    wrong: /SIGKILL comes before the deadline/,
    read: deadlineMoved(-3000),
  },
  {
    name: 'acknowledges what is not durable yet',
    wrong: /ran before its intent was durable/,
    write: oneBehind,
  },
  {
    name: 'replays a hook that has finished',
    wrong: /hook.started comes after (postStart|preStop) was closed/,
    read: (record) => (record.type === 'hook.finished' ? [] : [record]),
  },
  {
    name: 'takes the id of another container',
    wrong: /names container other, but its instance is main-/,
    write: () => (records) => records.map((record) => (record.type === 'hook.started' ? { ...record, containerId: 'other' } : record)),
  },
];

/** Both hooks, and a preStop that overruns in a container that ignores its stop signal. */
const TOLD = STORIES.slice(0, 2);
const STEP_MS = 500;
const PATIENCE_MS = 30_000;

/** At every write, and between the writes, where what was acknowledged must be there. */
const DEATHS = [
  ...Array.from({ length: 16 }, (_, index) => ({ call: index + 1 })),
  ...Array.from({ length: 32 }, (_, index) => ({ ms: index * STEP_MS })),
];

/** As the crash suite plays it, on a journal of ours. */
async function playOn(story: Story, mutation: Mutation, death: { readonly call: number } | { readonly ms: number }): Promise<Scenario> {
  const scenario = new Scenario(story.script);
  scenario.journal = new MutantJournal(mutation);
  if ('call' in death) scenario.journal.crashAt(death.call, 'after');
  let { journal } = scenario;
  let isDeleted = false;
  await scenario.start(...story.pods);
  for (let elapsedMs = 0; elapsedMs < PATIENCE_MS; elapsedMs += STEP_MS) {
    if ('ms' in death && death.ms === elapsedMs) await scenario.kill();
    if (scenario.journal !== journal) {
      journal = scenario.journal;
      await scenario.start(...(isDeleted ? [] : story.pods));
    }
    if (!isDeleted && elapsedMs >= (story.deletes[0]?.atMs ?? 0)) {
      isDeleted = true;
      await scenario.delete();
    }
    await scenario.clock.advance(STEP_MS);
  }
  return scenario;
}

async function wrongsOf(mutation: Mutation): Promise<readonly string[]> {
  const wrongs = new Set<string>();
  for (const story of TOLD) {
    for (const death of DEATHS) {
      const { journal, runtime } = await playOn(story, mutation, death);
      const { records } = journal;
      const { deeds } = runtime.world;
      const checks = [checkHistory(records), checkDeeds(deeds), checkStarts(records, deeds), checkOutcomes(records, deeds)];
      for (const wrong of checks.flat()) wrongs.add(wrong);
    }
  }
  return [...wrongs];
}

describe('the checkers', () => {
  it('have nothing to say of an agent that is right', async () => {
    deepEqual(await wrongsOf({ name: 'right', wrong: /never/ }), []);
  });

  for (const mutation of MUTATIONS) {
    it(`catch an agent that ${mutation.name}`, async () => {
      match((await wrongsOf(mutation)).join('\n'), mutation.wrong);
    });
  }
});
