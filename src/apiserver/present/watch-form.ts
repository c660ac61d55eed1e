/** What one watcher sees: its selection of the changes, in its form. */
import { type ApiObject, withMetadata } from '../api-object.ts';
import type { ObjectFilter } from '../object-filter.ts';
import type { Status } from '../status-error.ts';
import type { SharedChange } from '../watch/watch-hub.ts';
import type { WatchForm } from '../watch/watch-stream.ts';
import { groupVersion } from './present-list.ts';
import { jsonBytes, partial, presentObject, presentParsed, shown, table, tableRow } from './present-object.ts';
import { formOf, type View } from './view.ts';

export function watchForm(view: () => View, filter: ObjectFilter): WatchForm {
  const start = view();
  const isTable = start.accepted.as === 'table';
  const form = formOf(start);
  let hasColumns = false;
  /** The first event of a Table carries the columns; those after it do not, and are shared. */
  const frame = (type: EventType, { json, object }: Shown, share?: SharedChange): Uint8Array => {
    if (isTable && !hasColumns) {
      hasColumns = true;
      return eventFrame(type, tableEvent(view(), object(), true));
    }
    const make = (): Uint8Array => {
      if (isTable) return eventFrame(type, tableEvent(view(), object(), false));
      return eventFrame(type, json === undefined ? presentParsed(start, object()) : presentObject(start, json));
    };
    return share === undefined ? make() : share.frame(`${type} ${form}`, make);
  };
  return {
    change: (change) => {
      const seen = see(change, filter);
      return seen === undefined ? undefined : frame(seen.type, seen, change);
    },
    initial: ({ json }) => {
      const object = (): ApiObject => JSON.parse(Buffer.from(json).toString()) as ApiObject;
      return filter.isAll || filter.matches(object()) ? frame('ADDED', { json, object }) : undefined;
    },
    bookmark: (resourceVersion, endsInitial) => eventFrame('BOOKMARK', jsonBytes(bookmark(start, resourceVersion, endsInitial))),
    error: (status: Status) => eventFrame('ERROR', jsonBytes(status)),
  };
}

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

interface Shown {
  /** Absent: not as it was stored. */
  readonly json?: Uint8Array;
  readonly object: () => ApiObject;
}

/** An object that begins to match is added for this watcher, one that no longer does is deleted, as it last matched. */
function see(change: SharedChange, filter: ObjectFilter): (Shown & { readonly type: EventType }) | undefined {
  const asIs = { json: change.object.json, object: () => change.parsed };
  if (change.kind === 'added') return filter.isAll || filter.matches(change.parsed) ? { type: 'ADDED', ...asIs } : undefined;
  if (filter.isAll) return { type: change.kind === 'deleted' ? 'DELETED' : 'MODIFIED', ...asIs };
  const previous = change.parsedPrevious;
  const matched = previous !== undefined && filter.matches(previous);
  if (change.kind === 'deleted') return matched ? { type: 'DELETED', ...asIs } : undefined;
  const matches = filter.matches(change.parsed);
  if (matches) return { type: matched ? 'MODIFIED' : 'ADDED', ...asIs };
  if (!matched) return undefined;
  const resourceVersion = String(change.object.resourceVersion);
  return { type: 'DELETED', object: () => withMetadata(previous, { resourceVersion }) };
}

const tableEvent = (view: View, object: ApiObject, withColumns: boolean): Uint8Array =>
  jsonBytes(table(view, [tableRow(view, object)], { resourceVersion: object.metadata.resourceVersion }, withColumns));

function bookmark(view: View, resourceVersion: number, endsInitial: boolean): unknown {
  const metadata = {
    resourceVersion: String(resourceVersion),
    // client-go looks for this name to know that a streamed list is complete.
    ...(endsInitial ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  };
  const { resource, accepted } = view;
  const object = { kind: resource.kind, apiVersion: groupVersion(resource), metadata } as unknown as ApiObject;
  if (accepted.as === 'table') return table(view, [], metadata, false);
  return accepted.as === 'object' ? object : partial(shown(resource, object), accepted.metaVersion);
}

const encoder = new TextEncoder();
const CLOSE = encoder.encode('}\n');

const eventFrame = (type: EventType, object: Uint8Array): Uint8Array =>
  Buffer.concat([encoder.encode(`{"type":"${type}","object":`), object, CLOSE]);
