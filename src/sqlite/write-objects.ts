/** The writing half of the object store. To be called in a transaction: what it throws must end all of it. */
import type { ObjectChange, ObjectKey, ObjectWrite, StoredObject } from '../ports/object-store.ts';
import { changeBy } from '../ports/object-store-rules.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { SqliteObjectReader } from './sqlite-object-reader.ts';

/** What came of one call: all of its changes, or why there are none. */
export type Outcome = { readonly changes: readonly ObjectChange[] } | { readonly refusal: unknown };

/** A change, and when the object that it made expires. */
interface Planned {
  readonly change: ObjectChange;
  readonly expiresAtMs: number | undefined;
}

const insertVersion = 'INSERT INTO versions (rv, kind, resource, namespace, name, uid, previous, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
const putObject = 'INSERT OR REPLACE INTO objects (resource, namespace, name, rv, expires_at_ms) VALUES (?, ?, ?, ?, ?)';
const removeObject = 'DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?';

/** Each call all or none, in order; the changes are numbered from `newest` + 1 on, without a gap. */
export function writeObjects(connection: SqliteConnection, calls: readonly (readonly ObjectWrite[])[], newest: number): readonly Outcome[] {
  const reader = new SqliteObjectReader(connection);
  let last = newest;
  return calls.map((writes) => {
    const plan = planCall(reader, writes, last);
    if (!Array.isArray(plan)) return { refusal: plan.refusal };
    for (const planned of plan) store(connection, planned);
    last += plan.length;
    return { changes: plan.map(({ change }) => change) };
  });
}

/** Everything that may be refused is found before the first row is written, so nothing has to be taken back. */
function planCall(reader: SqliteObjectReader, writes: readonly ObjectWrite[], newest: number): Planned[] | { readonly refusal: unknown } {
  const made = new Map<string, StoredObject | undefined>();
  const plan: Planned[] = [];
  for (const write of writes) {
    const text = JSON.stringify([write.key.resource, write.key.namespace, write.key.name]);
    // Outside of the `try`: an error of the database is no refusal.
    const previous = made.has(text) ? made.get(text) : reader.get(write.key);
    let change: ObjectChange;
    try {
      change = changeBy(write, previous, newest + plan.length + 1);
    } catch (error) {
      return { refusal: error };
    }
    plan.push({ change, expiresAtMs: write.kind === 'put' ? write.expiresAtMs : undefined });
    made.set(text, change.kind === 'deleted' ? undefined : change.object);
  }
  return plan;
}

function store(connection: SqliteConnection, { change, expiresAtMs }: Planned): void {
  const { kind, object, previous } = change;
  const { resource, namespace, name }: ObjectKey = object.key;
  const rv = object.resourceVersion;
  connection.run(insertVersion, rv, kind, resource, namespace, name, object.uid, previous?.resourceVersion ?? null, object.json);
  if (kind === 'deleted') connection.run(removeObject, resource, namespace, name);
  else connection.run(putObject, resource, namespace, name, rv, expiresAtMs ?? null);
}

/**
 * Forgets the changes up to `oldest`. A version goes when the one after it is among them, a deletion goes with itself: what
 * is left of them is what the objects were at that moment.
 */
export function compactObjects(connection: SqliteConnection, from: number, oldest: number): void {
  connection.run(
    'DELETE FROM versions WHERE rv IN (SELECT previous FROM versions WHERE rv > ? AND rv <= ? AND previous IS NOT NULL)',
    from,
    oldest,
  );
  connection.run("DELETE FROM versions WHERE rv > ? AND rv <= ? AND kind = 'deleted'", from, oldest);
  connection.run('UPDATE compaction SET oldest = ?', oldest);
}
