/** What a user of `hooklet run` should know at its end though nothing failed. Pure. */
import type { JournalRecord } from '../core/journal-record.ts';

/**
 * Containers that did not obey their stop signal and were killed: the one thing that nearly every first Pod does, and that
 * exit code 0 does not tell.
 */
export function runNotes(records: Iterable<JournalRecord>): readonly string[] {
  const notes = new Set<string>();
  /** By container: the signal that it was asked to end with. */
  const asked = new Map<string, string>();
  for (const record of records) {
    if (record.type === 'signal.sent' && record.signal !== 'SIGKILL') asked.set(`${record.uid}/${record.container}`, record.signal);
    if (record.type !== 'container.exited' || record.by !== 'kill') continue;
    const signal = asked.get(`${record.uid}/${record.container}`);
    if (signal !== undefined) notes.add(killedNote(`container "${record.container}" of ${record.pod}`, signal));
  }
  return [...notes];
}

const killedNote = (container: string, signal: string): string =>
  `${container} did not end on ${signal} in time and was killed; the first process of a container ignores a signal that it does not handle`;
