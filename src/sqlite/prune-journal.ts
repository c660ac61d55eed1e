import type { PruneLimits } from '../ports/journal.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** The end of every Pod in the journal, the newest first; SQLite takes `time` from the row that has the maximum. */
const endsQuery = 'SELECT uid, max(seq) AS last, time FROM records WHERE uid IS NOT NULL GROUP BY uid ORDER BY last DESC';

/** To be called in a transaction. Everything of an open Pod stays, whatever its age; returns the dropped uids. */
export function pruneJournal(connection: SqliteConnection, openUids: ReadonlySet<string>, limits: PruneLimits): readonly string[] {
  const oldestMs = Math.max(0, limits.nowWallMs - limits.keepMs);
  const dropped = connection
    .all(endsQuery)
    .map((row) => ({ uid: String(row['uid']), endedAtMs: Date.parse(String(row['time'])) }))
    .filter(({ uid }) => !openUids.has(uid))
    .filter(({ endedAtMs }, index) => index >= limits.keepPods || endedAtMs < oldestMs)
    .map(({ uid }) => uid);
  for (const uid of dropped) connection.run('DELETE FROM records WHERE uid = ?', uid);
  // The agent's own records belong to no Pod: only their age ends them. RFC 3339 in UTC sorts as text.
  connection.run('DELETE FROM records WHERE uid IS NULL AND time < ?', new Date(oldestMs).toISOString());
  return dropped;
}
