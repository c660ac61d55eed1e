/**
 * One watch from its first frame to its end: the objects there are (if asked for), then the changes since, then what
 * happens.
 *
 * S1 No gap and no double: the log is read until it is empty, and joining the hub happens in that same turn.
 * S2 The client pulls: while it is slow, the log is read no further. What happens meanwhile waits in a bounded queue.
 * S3 It ends with `signal`, with its time, or with its queue; nothing is left behind then.
 */
import { addMs } from '../../core/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import { hasCode } from '../../ports/hooklet-error.ts';
import type { ObjectRange, ObjectStore, StoredObject } from '../../ports/object-store.ts';
import { expired, type Status, StatusError } from '../status-error.ts';
import { FrameQueue } from './frame-queue.ts';
import { type SharedChange, shareChange, type WatchHub } from './watch-hub.ts';

export interface WatchForm {
  /** What this watcher sees of a change; `undefined`: nothing. */
  change(change: SharedChange): Uint8Array | undefined;
  /** An object that was there at the start, as ADDED; `undefined`: not selected. */
  initial(object: StoredObject): Uint8Array | undefined;
  bookmark(resourceVersion: number, endsInitial: boolean): Uint8Array;
  error(status: Status): Uint8Array;
}

export interface WatchOrder {
  readonly range: ObjectRange;
  /** Changes after this one; `undefined`: first the objects that are there now. */
  readonly since: number | undefined;
  readonly bookmarks: boolean;
  /** A bookmark that says "these were all" follows the objects. */
  readonly marksInitialEnd: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The client fell too far behind: nothing more comes, and what it has not read yet need not be waited for. */
  readonly onOverflow: () => void;
}

export interface WatchGround {
  readonly store: ObjectStore;
  readonly hub: WatchHub;
  readonly clock: Clock;
}

const PAGE = 500;
/** `storage/cacher/cacher.go` defaultBookmarkFrequency. */
const BOOKMARK_MS = 60_000;

export async function* watchFrames(ground: WatchGround, order: WatchOrder, form: WatchForm): AsyncGenerator<Uint8Array> {
  const { store, hub } = ground;
  let leave: (() => void) | undefined;
  const queue = new FrameQueue(() => {
    leave?.();
    order.onOverflow();
  });
  const ended = endAfter(ground.clock, order);
  const progress = { seen: order.since ?? store.resourceVersion };
  const close = (): void => queue.close();
  ended.signal.addEventListener('abort', close, { once: true });
  try {
    if (order.since === undefined) yield* initialFrames(store, order, form, progress.seen);
    for (let changes = read(store, order.range, progress.seen); changes.length > 0; changes = read(store, order.range, progress.seen)) {
      if (ended.signal.aborted) return;
      yield* toFrames(changes.map((change) => form.change(shareChange(change))));
      progress.seen = changes.at(-1)?.object.resourceVersion ?? progress.seen;
    }
    leave = hub.join({ ...order.range, hear: (change) => tell(change, form, queue) }, progress.seen);
    if (order.bookmarks) tellBookmarks(ground, form, queue, ended.signal);
    for (let frame = await queue.take(); frame !== undefined; frame = await queue.take()) yield frame;
  } catch (error) {
    yield form.error(statusOf(error));
  } finally {
    leave?.();
    ended.stop();
  }
}

function tell(change: SharedChange, form: WatchForm, queue: FrameQueue): void {
  const frame = form.change(change);
  if (frame !== undefined) queue.push(frame);
}

const read = (store: ObjectStore, range: ObjectRange, since: number) => store.changesSince(range, since, PAGE);

function* toFrames(frames: readonly (Uint8Array | undefined)[]): Generator<Uint8Array> {
  const seen = frames.filter((frame) => frame !== undefined);
  if (seen.length > 0) yield Buffer.concat(seen);
}

function* initialFrames(store: ObjectStore, order: WatchOrder, form: WatchForm, at: number): Generator<Uint8Array> {
  let after: StoredObject['key'] | undefined;
  for (let more = true; more; ) {
    const page = store.list(order.range, { limit: PAGE, at, ...(after === undefined ? {} : { after }) });
    yield* toFrames(page.items.map((object) => form.initial(object)));
    after = page.items.at(-1)?.key;
    more = page.more && after !== undefined;
  }
  if (order.marksInitialEnd) yield form.bookmark(at, true);
}

function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  if (hasCode(error, 'storeExpired')) return expired('The resourceVersion for the provided watch is too old.').status;
  throw error;
}

/** Aborted when the client goes or its time is over; `stop` leaves no timer behind. */
function endAfter(clock: Clock, { timeoutMs, signal }: WatchOrder): { readonly signal: AbortSignal; stop(): void } {
  const own = new AbortController();
  const both = AbortSignal.any([own.signal, signal]);
  const stop = (): void => own.abort();
  clock.waitUntil(addMs(clock.now(), timeoutMs), both).then(stop, () => {});
  return { signal: both, stop };
}

/** So that a client of a quiet resource knows how far it has seen, and need not list when it comes back. */
function tellBookmarks({ clock, store }: WatchGround, form: WatchForm, queue: FrameQueue, signal: AbortSignal): void {
  const next = (): void => {
    clock.waitUntil(addMs(clock.now(), BOOKMARK_MS), signal).then(
      () => {
        // All changes up to here were told before: the hub is told in the turn in which the number grows.
        queue.push(form.bookmark(store.resourceVersion, false));
        next();
      },
      () => {},
    );
  };
  next();
}
