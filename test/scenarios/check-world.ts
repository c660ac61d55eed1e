/** What really happened to processes, held against what must never happen to them; and what must be gone at the end. */

import type { HookFinished, HookSkipped, HookStarted, JournalRecord } from '../../src/core/journal-record.ts';
import type { Deed } from '../../src/fakes/scripted-world.ts';
import type { Scenario } from './scenario.ts';

/** Rules over the deeds of a world whose runtime has execs of its own. */
export function checkDeeds(deeds: readonly Deed[]): readonly string[] {
  const wrongs: string[] = [];
  const ended = new Set<string>();
  const ran = new Map<string, number>();
  for (const { kind, containerId, what } of deeds) {
    if (kind === 'containerEnded') ended.add(containerId);
    if (kind !== 'execStarted') continue;
    const hook = `${containerId} ${what.replace(/-\d+$/, '')}`;
    ran.set(hook, (ran.get(hook) ?? 0) + 1);
    if (ended.has(containerId)) wrongs.push(`${hook} ran after its container had ended`);
  }
  return [...wrongs, ...[...ran].filter(([, times]) => times > 1).map(([hook, times]) => `${hook} ran ${times} times`)];
}

/** What the journal says of instances that were never started, held against what the runtime did. */
export function checkStarts(records: readonly JournalRecord[], deeds: readonly Deed[]): readonly string[] {
  const started = new Set(deeds.flatMap(({ kind, containerId }) => (kind === 'containerStarted' ? [containerId] : [])));
  const idOf = (skipped: HookSkipped): string | undefined =>
    records.flatMap((record) =>
      record.type === 'container.created' &&
      record.uid === skipped.uid &&
      record.container === skipped.container &&
      record.restartCount === skipped.restartCount
        ? [record.containerId]
        : [],
    )[0];
  return records.flatMap((record) => {
    if (record.type !== 'hook.skipped' || record.reason !== 'neverStarted') return [];
    return started.has(idOf(record) ?? '')
      ? [`${record.time} ${record.container} was started, but its hook is skipped as neverStarted`]
      : [];
  });
}

/** What the journal says of execs, held against what they did: intent before effect, outcome after it. */
export function checkOutcomes(records: readonly JournalRecord[], deeds: readonly Deed[]): readonly string[] {
  const momentOf = (kind: Deed['kind'], { containerId, execId }: HookStarted): number | undefined =>
    deeds.find((deed) => deed.kind === kind && deed.containerId === containerId && deed.what === execId)?.wallMs;
  const begun = records.filter((record): record is HookStarted => record.type === 'hook.started' && record.execId !== undefined);
  const late = begun.filter((start) => (momentOf('execStarted', start) ?? Number.POSITIVE_INFINITY) < Date.parse(start.time));
  const early = records.filter((record): record is HookFinished => {
    if (record.type !== 'hook.finished' || record.exitCode === undefined) return false;
    const start = begun.find((other) => isSameTry(other, record));
    return start !== undefined && (momentOf('execEnded', start) ?? Number.POSITIVE_INFINITY) > Date.parse(record.time);
  });
  const intended = new Set(begun.map(({ containerId, execId }) => `${containerId} ${execId}`));
  const unintended = deeds.filter(({ kind, containerId, what }) => kind === 'execStarted' && !intended.has(`${containerId} ${what}`));
  return [
    ...late.map(({ time, container, hook }) => `${time} ${container} ${hook} ran before its intent was durable`),
    ...early.map(({ time, container, hook }) => `${time} ${container} ${hook} has an outcome before its end`),
    ...unintended.map(({ containerId, what }) => `${containerId} ${what} ran, and the journal knows nothing of it`),
  ];
}

const isSameTry = (a: HookStarted, b: HookFinished): boolean =>
  (['uid', 'container', 'restartCount', 'hook', 'attempt', 'retry'] as const).every((name) => a[name] === b[name]);

/** What is left of Pods that are all removed. */
export function leftBehind({ runtime: { world }, volumes, clock }: Scenario): readonly string[] {
  return [
    ...[...world.sandboxes.keys()],
    ...[...world.containers.keys()],
    ...[...world.execs.keys()],
    ...[...volumes.uids].map((uid) => `volumes of ${uid}`),
    ...(clock.pending === 0 ? [] : [`${clock.pending} timers`]),
  ];
}
