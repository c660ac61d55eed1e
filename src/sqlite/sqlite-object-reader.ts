/**
 * The reading half of the object store, on the connection of its writer: it sees what the transaction around it did, or
 * what was committed. It keeps nothing in memory; what it returns is read for the call.
 */
import type { ListOptions, ObjectChange, ObjectKey, ObjectRange, StoredObject } from '../ports/object-store.ts';
import type { Row, SqliteConnection, SqlValue } from './sqlite-connection.ts';

const version = 'SELECT rv, kind, resource, namespace, name, uid, previous, json FROM versions';

const versionOfKey = `${version} WHERE rv = (SELECT rv FROM objects WHERE resource = ? AND namespace = ? AND name = ?)`;

export interface Page {
  readonly items: readonly StoredObject[];
  readonly remaining: number;
}

interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** What tells the keys of the range apart, in the order of a list. With more columns SQLite would sort what lies sorted. */
  readonly order: 'name' | 'namespace, name';
}

export class SqliteObjectReader {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  newest(): number {
    // SQLite's own note of the last number of AUTOINCREMENT; there is none before the first.
    return Number(this.#connection.all("SELECT seq FROM sqlite_sequence WHERE name = 'versions'")[0]?.['seq'] ?? 0);
  }

  oldest(): number {
    return Number(this.#connection.all('SELECT oldest FROM compaction')[0]?.['oldest']);
  }

  get({ resource, namespace, name }: ObjectKey): StoredObject | undefined {
    const row = this.#connection.all(versionOfKey, resource, namespace, name)[0];
    return row === undefined ? undefined : toObject(row);
  }

  count(range: ObjectRange): number {
    return this.#count(newestVersions(inRange(range)));
  }

  /** `at`: absent for the newest state; the change log must reach back to it. */
  list(range: ObjectRange, { limit, after, at }: ListOptions): Page {
    const query = (place: ListOptions['after']): Query =>
      at === undefined ? newestVersions(inRange(range, place)) : versionsAt(inRange(range, place), at);
    const { sql, values, order } = query(after);
    const items = this.#connection
      .all(`${sql} ORDER BY ${order} LIMIT ?`, ...values, limit ?? -1)
      .map(({ rv }) => this.#version(Number(rv)));
    const last = items.at(-1)?.key ?? after;
    return { items, remaining: limit === undefined ? 0 : this.#count(query(last)) };
  }

  changesSince({ resource, namespace }: ObjectRange, resourceVersion: number, limit: number): readonly ObjectChange[] {
    const inNamespace = namespace === undefined ? '' : 'AND namespace = ?';
    const values = namespace === undefined ? [] : [namespace];
    return this.#connection
      .all(`${version} WHERE resource = ? AND rv > ? ${inNamespace} ORDER BY rv LIMIT ?`, resource, resourceVersion, ...values, limit)
      .map((row) => this.#toChange(row));
  }

  /** Objects that expire before `nowMs`, the first to expire first. */
  expired(nowMs: number, limit: number): readonly StoredObject[] {
    return this.#connection
      .all('SELECT rv FROM objects WHERE expires_at_ms < ? ORDER BY expires_at_ms, rv LIMIT ?', nowMs, limit)
      .map(({ rv }) => this.#version(Number(rv)));
  }

  #toChange(row: Row): ObjectChange {
    const object = toObject(row);
    const previous = row['previous'];
    if (previous === null) return { kind: 'added', object };
    return { kind: row['kind'] === 'deleted' ? 'deleted' : 'modified', object, previous: this.#version(Number(previous)) };
  }

  #version(rv: number): StoredObject {
    const row = this.#connection.all(`${version} WHERE rv = ?`, rv)[0];
    if (row === undefined) throw new Error(`the version ${rv} is missing`);
    return toObject(row);
  }

  #count({ sql, values }: Query): number {
    return Number(this.#connection.all(`SELECT count(*) AS count FROM (${sql})`, ...values)[0]?.['count']);
  }
}

/** `range`: a condition on the columns of a key. */
const newestVersions = (range: Query): Query => ({ ...range, sql: `SELECT rv FROM objects WHERE ${range.sql}` });

/** SQLite takes `kind` from the row that has the maximum. All of it is answered by the index `versions_of_object`. */
const versionsAt = ({ sql, values, order }: Query, at: number): Query => ({
  sql: `SELECT max(rv) AS rv, kind FROM versions WHERE ${sql} AND rv <= ? GROUP BY ${order} HAVING kind <> 'deleted'`,
  values: [...values, at],
  order,
});

/** Written so that SQLite seeks to the place and does not walk there. */
function inRange({ resource, namespace }: ObjectRange, after?: ListOptions['after']): Query {
  const order = namespace === undefined ? 'namespace, name' : 'name';
  const inNamespace = namespace === undefined ? '' : ' AND namespace = ?';
  const values = namespace === undefined ? [resource] : [resource, namespace];
  const within = `resource = ?${inNamespace}`;
  if (after === undefined) return { sql: within, values, order };
  if (after.namespace === namespace) return { sql: `${within} AND name > ?`, values: [...values, after.name], order };
  return { sql: `${within} AND (namespace, name) > (?, ?)`, values: [...values, after.namespace, after.name], order };
}

const toObject = (row: Row): StoredObject => ({
  key: { resource: String(row['resource']), namespace: String(row['namespace']), name: String(row['name']) },
  uid: String(row['uid']),
  resourceVersion: Number(row['rv']),
  json: row['json'] as Uint8Array,
});
