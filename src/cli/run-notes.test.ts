import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExitedBy, JournalRecord } from '../core/journal-record.ts';
import { runNotes } from './run-notes.ts';

const at = { bootId: 'b', monotonicMs: 0, wallMs: 0 };
const of = { time: '2030-01-01T00:00:00.000Z', pod: 'default/demo', uid: 'u', container: 'main', restartCount: 0 } as const;
const signal = (name: string): JournalRecord => ({ ...of, type: 'signal.sent', signal: name, at, deadline: at });
const exited = (by: ExitedBy): JournalRecord => ({ ...of, type: 'container.exited', exitCode: 137, reason: 'Error', by });

describe('runNotes()', () => {
  it('tells once of a container that had to be killed, and which signal it had been sent', () => {
    const life = [signal('SIGUSR1'), signal('SIGKILL'), exited('kill')];
    deepEqual(runNotes([...life, ...life]), [
      'container "main" of default/demo did not end on SIGUSR1 in time and was killed; the first process of a container ignores a signal that it does not handle',
    ]);
  });

  it('has nothing to say of one that obeyed, or ended by itself', () => {
    deepEqual(runNotes([signal('SIGTERM'), exited('stop')]), []);
    deepEqual(runNotes([exited('self'), exited('oom')]), []);
  });
});
