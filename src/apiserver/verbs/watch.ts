/** GET with `watch=true` (`apiserver/pkg/endpoints/handlers/watch.go`, `storage/cacher`). */

import { forbidden as forbiddenText } from '../../model/field-error.ts';
import type { ApiCore } from '../api-core.ts';
import type { ApiResponse } from '../api-request.ts';
import type { ObjectFilter } from '../object-filter.ts';
import { watchForm } from '../present/watch-form.ts';
import { isTrue } from '../request-info.ts';
import { numberOf } from '../request-options.ts';
import { readFilter } from '../selection.ts';
import { invalidObject, notAcceptable, tooLargeResourceVersion } from '../status-error.ts';
import { watchFrames } from '../watch/watch-stream.ts';
import { type Call, viewOf } from './call.ts';
import { rangeOf } from './list.ts';
import { readResourceVersion } from './resource-version.ts';

/** Without a wish of the client a watch ends after 30 to 60 minutes, spread so that they do not come back all at once. */
const MIN_TIMEOUT_MS = 1_800_000;
/** What a client may ask for at most: a day. */
const MAX_TIMEOUT_SECONDS = 86_400;

export function watch(core: ApiCore, call: Call): ApiResponse {
  const { query, signal } = call.request;
  const view = viewOf(call);
  if (view.accepted.media !== 'application/json') throw notAcceptable(['application/json']);
  const since = readResourceVersion(query.get('resourceVersion'));
  const newest = core.store.resourceVersion;
  if (since !== undefined && since > newest) throw tooLargeResourceVersion(since, newest);
  const sendsInitial = readSendInitialEvents(query);
  const seconds = numberOf(query, 'timeoutSeconds') ?? 0;
  const lost = new AbortController();
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  const order = {
    range: rangeOf(call),
    // "Any" and "the newest" begin with what there is, unless the client says that it knows already.
    since: sendsInitial === undefined ? since || undefined : sendsInitial ? undefined : since || newest,
    bookmarks,
    marksInitialEnd: sendsInitial === true && bookmarks,
    timeoutMs: seconds > 0 ? Math.min(seconds, MAX_TIMEOUT_SECONDS) * 1000 : MIN_TIMEOUT_MS * (1 + Math.random()),
    signal,
    onOverflow: () => lost.abort(),
  };
  const clockView = (): typeof view => ({ ...view, nowMs: core.clock.now().wallMs });
  const form = watchForm(clockView, nameFilter(readFilter(call.resource, query), call.info.name));
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: watchFrames(core, order, form),
    live: true,
    lost: lost.signal,
  };
}

/** `…/pods/web?watch=true` is a watch of that one. */
const nameFilter = (filter: ObjectFilter, name: string): ObjectFilter =>
  name === '' ? filter : { isAll: false, name, matches: (object) => object.metadata.name === name && filter.matches(object) };

function readSendInitialEvents(query: URLSearchParams): boolean | undefined {
  const match = query.get('resourceVersionMatch') ?? '';
  const given = query.get('sendInitialEvents');
  const refuse = (path: string, message: string): never => {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [{ path: [path], message: forbiddenText(message) }]);
  };
  if (given === null || given === '') {
    return match === ''
      ? undefined
      : refuse('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
  if (match !== 'NotOlderThan') {
    return refuse('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  return isTrue(given);
}
