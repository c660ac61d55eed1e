import type { JournalRecord } from '../core/journal-record.ts';
import { HookletError } from '../ports/hooklet-error.ts';

/** Whether a record is about the Pod that the user named: its name in any namespace, or namespace/name. */
export function isAboutPod(record: Pick<JournalRecord, 'pod'>, named: string | undefined): boolean {
  if (named === undefined) return true;
  if (record.pod === undefined) return false;
  return named.includes('/') ? record.pod === named : record.pod.slice(record.pod.indexOf('/') + 1) === named;
}

const MAX_KNOWN_SHOWN = 5;

/** `known`: the Pods of the journal, newest last. */
export function noSuchPod(named: string, known: readonly string[]): HookletError {
  const newest = [...new Set(known)].slice(-MAX_KNOWN_SHOWN);
  const hint = newest.length === 0 ? 'the journal knows none' : `the newest ones it knows are ${newest.join(', ')}`;
  return new HookletError('badInput', `the journal knows no Pod "${named}"; ${hint}`);
}
