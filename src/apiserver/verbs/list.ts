/** GET of a collection (`apiserver/pkg/endpoints/handlers/get.go`, `apiserver/pkg/storage/etcd3/store.go` GetList). */
import { hasCode } from '../../ports/hooklet-error.ts';
import type { ListPage, ObjectRange, StoredObject } from '../../ports/object-store.ts';
import type { ApiCore } from '../api-core.ts';
import { parseStored } from '../api-object.ts';
import type { ApiResponse } from '../api-request.ts';
import type { ObjectFilter } from '../object-filter.ts';
import { type ListPages, presentList } from '../present/present-list.ts';
import { numberOf } from '../request-options.ts';
import { respondParts } from '../respond.ts';
import { readFilter } from '../selection.ts';
import { expired, tooLargeResourceVersion } from '../status-error.ts';
import { type Call, styleOf, viewOf } from './call.ts';
import { type ContinueToken, continueExpired, decodeContinue, encodeContinue } from './continue-token.ts';
import { storageOf } from './object-key.ts';
import { readListVersion } from './resource-version.ts';

export function list(core: ApiCore, call: Call): Promise<ApiResponse> {
  const view = viewOf(call);
  return respondParts(presentList(view, readPages(core, readListOrder(core, call))), styleOf(call, view));
}

export interface ListOrder {
  readonly range: ObjectRange;
  readonly filter: ObjectFilter;
  /** Absent: all. */
  readonly limit?: number;
  /** Absent: the newest state. */
  readonly at?: number;
  readonly from?: ContinueToken;
}

/** The namespace of a path; absent for all, and for what lies in none. */
export const rangeOf = ({ resource, info }: Pick<Call, 'resource' | 'info'>): ObjectRange => ({
  resource: storageOf(resource).resource,
  ...(resource.namespaced && info.namespace !== '' ? { namespace: info.namespace } : {}),
});

function readListOrder(core: ApiCore, call: Call): ListOrder {
  const { query } = call.request;
  const limit = numberOf(query, 'limit') ?? 0;
  const continued = query.get('continue') ?? '';
  const version = readListVersion(query, { isLimited: limit > 0, isContinued: continued !== '' });
  const newest = core.store.resourceVersion;
  if (version !== undefined && version.resourceVersion > newest) throw tooLargeResourceVersion(version.resourceVersion, newest);
  const from = continued === '' ? undefined : decodeContinue(continued);
  const at = from === undefined ? (version?.isExact === true ? version.resourceVersion : undefined) : from.resourceVersion;
  return {
    range: rangeOf(call),
    filter: readFilter(call.resource, query),
    ...(limit > 0 ? { limit } : {}),
    ...(at === undefined || at < 0 ? {} : { at }),
    ...(from === undefined ? {} : { from }),
  };
}

/** Read from the store at once; a whole collection is never in memory. */
const PAGE = 500;

export function* readPages(core: ApiCore, order: ListOrder): ListPages {
  const { filter, limit = Number.POSITIVE_INFINITY } = order;
  let after = order.from?.after;
  let at = order.at;
  let left = limit;
  for (;;) {
    const page = readPage(core, order, { at, after, limit: filter.isAll ? Math.min(PAGE, left) : PAGE });
    at = page.resourceVersion;
    const { found, seen } = select(page.items, filter, left);
    left -= found.length;
    after = page.items[seen - 1]?.key ?? after;
    if (found.length > 0) yield found.map(({ json }) => json);
    const resourceVersion = String(at);
    const isEnd = seen === page.items.length && !page.more;
    if (isEnd || after === undefined) return { resourceVersion };
    if (left <= 0) {
      const next = encodeContinue({ resourceVersion: at, after });
      return { resourceVersion, continue: next, ...(filter.isAll ? { remainingItemCount: page.remaining } : {}) };
    }
  }
}

/** The first `left` that match, and how many had to be looked at. */
function select(
  items: readonly StoredObject[],
  filter: ObjectFilter,
  left: number,
): { readonly found: readonly StoredObject[]; readonly seen: number } {
  if (filter.isAll) return { found: items, seen: items.length };
  const found: StoredObject[] = [];
  for (const [index, item] of items.entries()) {
    if (filter.matches(parseStored(item.json))) found.push(item);
    if (found.length >= left) return { found, seen: index + 1 };
  }
  return { found, seen: items.length };
}

interface PageOrder {
  readonly at: number | undefined;
  readonly after: ContinueToken['after'] | undefined;
  readonly limit: number;
}

function readPage(core: ApiCore, { range, filter, from }: ListOrder, { at, after, limit }: PageOrder): ListPage {
  const named = filter.name === undefined || at !== undefined ? undefined : readNamed(core, range, filter.name);
  if (named !== undefined) return named;
  try {
    return core.store.list(range, { limit, ...(at === undefined ? {} : { at }), ...(after === undefined ? {} : { after }) });
  } catch (error) {
    if (!hasCode(error, 'storeExpired')) throw error;
    throw from === undefined ? expired('The resourceVersion for the provided list is too old.') : continueExpired(from);
  }
}

/** `metadata.name=x` of one namespace, or of what lies in none, is a look at one object. */
function readNamed(core: ApiCore, range: ObjectRange, name: string): ListPage | undefined {
  const isNamespaced = core.resources.stored(range.resource)?.namespaced === true;
  if (isNamespaced && range.namespace === undefined) return undefined;
  const stored: StoredObject | undefined = core.store.get({ ...range, namespace: range.namespace ?? '', name });
  return { items: stored === undefined ? [] : [stored], resourceVersion: core.store.resourceVersion, more: false, remaining: 0 };
}
