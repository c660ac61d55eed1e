/**
 * A collection of the API as it is, kept up to date: listed once, then watched.
 *
 * F1 Level-triggered: listeners are told *which* object changed and read it again. Only of one that went they get the
 *    last known state, because it cannot be read any more.
 * F2 Nothing is lost over a broken watch: it goes on from the last resourceVersion that was seen; when the server does not
 *    reach back so far, all is listed again and compared. An object that was replaced by another of its name meanwhile is
 *    told as gone first.
 * F3 Memory holds what `keep` makes of the objects there are, and one page of a list; nothing else.
 * F4 While the API does not answer, what was seen last stays, and it is tried again for ever, with capped delays.
 */
import { addMs, msBetween } from '../core/instant.ts';
import { type Fields, isFields, listOf, numberOf, textOf } from '../model/json-fields.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { KubeApi, WatchEvent } from '../ports/kube-api.ts';
import { bodyOf } from './kube-answer.ts';
import { type ApiGround, type DelayLimits, isToldOf, retryDelayMs } from './retry-loop.ts';

export interface ReflectorOrder<T> {
  /** "/api/v1/pods" */
  readonly path: string;
  /** `fieldSelector`, `labelSelector`. */
  readonly query?: Readonly<Record<string, string>>;
  /** What is remembered of an object; undefined: it is as if it were not there. */
  readonly keep: (object: Fields) => T | undefined;
}

/** `key` is "namespace/name", or "/name" of what lies in no namespace. `gone`: the last state of an object that is no more. */
export type ReflectorListener<T> = (key: string, gone?: T) => void;

interface Kept<T> {
  readonly value: T;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** `staging/src/k8s.io/client-go/tools/pager/pager.go` */
const PAGE = 500;
/** A server ends watches by itself; asking for it bounds how long a dead connection can go unnoticed (`reflector.go`). */
const WATCH_SECONDS = { min: 300, max: 600 };
/** So much later than asked we end it ourselves. */
const OVERDUE_MS = 30_000;
/** A watch that ends sooner than this, without a word, has failed. */
const SHORT_WATCH_MS = 1_000;
const DELAYS: DelayLimits = { firstMs: 200, lastMs: 30_000 };

/** How a round ended: `expired` needs a new list. */
type Outcome = 'lived' | 'failed' | 'expired';

export class Reflector<T> {
  readonly #ground: ApiGround & { readonly api: KubeApi };
  readonly #order: ReflectorOrder<T>;
  readonly #kept = new Map<string, Kept<T>>();
  readonly #listeners = new Set<ReflectorListener<T>>();
  readonly #stopping = new AbortController();
  readonly #firstList = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #hasSynced = false;
  /** Where the next watch begins; undefined: a list is needed first. */
  #resourceVersion: string | undefined;
  /** What went wrong last, for the log. */
  #why = '';

  constructor(ground: ApiGround & { readonly api: KubeApi }, order: ReflectorOrder<T>) {
    this.#ground = ground;
    this.#order = order;
  }

  /** Resolves once everything there was has been seen; never if it is stopped before. */
  get synced(): Promise<void> {
    return this.#firstList.promise;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  start(): void {
    this.#running ??= this.#run(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the reflector was stopped'));
    await this.#running;
  }

  get(key: string): T | undefined {
    return this.#kept.get(key)?.value;
  }

  list(): readonly T[] {
    return [...this.#kept.values()].map(({ value }) => value);
  }

  onChange(listener: ReflectorListener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const outcome = await this.#round(signal);
      failures = outcome === 'lived' ? 0 : failures + 1;
      // One new list costs the server little, and whoever waits for it waits for nothing.
      const mayGoOn = outcome === 'lived' || (outcome === 'expired' && failures === 1);
      if (!mayGoOn && !signal.aborted) await this.#pause(failures, signal);
    }
  }

  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.#ground;
    const delayMs = Math.round(retryDelayMs(failures, DELAYS, random));
    if (isToldOf(failures)) logger.warn(`watching ${this.#order.path} failed and is tried again`, { why: this.#why, failures, delayMs });
    await clock.waitUntil(addMs(clock.now(), delayMs), signal).catch(() => undefined);
  }

  async #round(signal: AbortSignal): Promise<Outcome> {
    try {
      this.#resourceVersion ??= await this.#list(signal);
      return await this.#watch(this.#resourceVersion, signal);
    } catch (error) {
      this.#why = messageOf(error);
      return 'failed';
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { path, query } = this.#order;
    const seen = new Set<string>();
    let resourceVersion = '';
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page: Readonly<Record<string, string>> = { ...query, limit: String(PAGE), ...(next === '' ? {} : { continue: next }) };
      const body = bodyOf(`listing ${path}`, await this.#ground.api.request({ method: 'GET', path, query: page, signal }));
      for (const item of listOf(body, 'items')) if (isFields(item)) seen.add(this.#put(item));
      // All pages show the state at the moment of the first.
      resourceVersion ||= textOf(body, 'metadata', 'resourceVersion');
      next = textOf(body, 'metadata', 'continue') || undefined;
    }
    for (const key of [...this.#kept.keys()]) if (!seen.has(key)) this.#remove(key);
    this.#hasSynced = true;
    this.#firstList.resolve();
    return resourceVersion;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<Outcome> {
    const { api, clock, random = Math.random } = this.#ground;
    const seconds = Math.round(WATCH_SECONDS.min + random() * (WATCH_SECONDS.max - WATCH_SECONDS.min));
    const query = { ...this.#order.query, resourceVersion, timeoutSeconds: String(seconds), allowWatchBookmarks: 'true' };
    const begun = clock.now();
    const own = new AbortController();
    const both = AbortSignal.any([own.signal, signal]);
    const overdue = clock.waitUntil(addMs(begun, seconds * 1000 + OVERDUE_MS), both).then(
      () => own.abort(new Error('the watch is overdue')),
      () => undefined,
    );
    let hasLived = false;
    try {
      for await (const event of api.watch(this.#order.path, query, both)) {
        if (signal.aborted) break;
        if (event.type === 'ERROR') return this.#refused(event);
        hasLived = true;
        this.#take(event);
      }
      this.#why = 'the watch ended as soon as it began';
      return hasLived || msBetween(begun, clock.now()) >= SHORT_WATCH_MS ? 'lived' : 'failed';
    } finally {
      own.abort();
      await overdue;
    }
  }

  /** Whatever is wrong with the watch, a list shows how things are; only a server that is busy is asked for the same again. */
  #refused({ object }: WatchEvent): Outcome {
    const code = numberOf(object, 'code') ?? 0;
    this.#why = `it was refused with ${code}: ${textOf(object, 'message')}`;
    if (code === 429 || code === 503) return 'failed';
    this.#resourceVersion = undefined;
    return code === 410 ? 'expired' : 'failed';
  }

  #take({ type, object }: WatchEvent): void {
    if (!isFields(object)) return;
    if (type === 'DELETED') this.#remove(keyOf(object), object);
    else if (type !== 'BOOKMARK') this.#put(object);
    this.#resourceVersion = textOf(object, 'metadata', 'resourceVersion') || this.#resourceVersion;
  }

  #put(object: Fields): string {
    const key = keyOf(object);
    const kept = this.#kept.get(key);
    const uid = textOf(object, 'metadata', 'uid');
    const resourceVersion = textOf(object, 'metadata', 'resourceVersion');
    if (kept?.uid === uid && kept.resourceVersion === resourceVersion) return key;
    if (kept !== undefined && kept.uid !== uid) this.#remove(key);
    const value = this.#order.keep(object);
    if (value === undefined) this.#remove(key);
    else {
      this.#kept.set(key, { value, uid, resourceVersion });
      this.#tell(key);
    }
    return key;
  }

  /** `last` is the state in which the server saw it go. */
  #remove(key: string, last?: Fields): void {
    const kept = this.#kept.get(key);
    if (kept === undefined || (last !== undefined && textOf(last, 'metadata', 'uid') !== kept.uid)) return;
    this.#kept.delete(key);
    this.#tell(key, (last === undefined ? undefined : this.#order.keep(last)) ?? kept.value);
  }

  #tell(key: string, gone?: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(key, gone);
      } catch (error) {
        this.#ground.logger.warn('a listener to the API failed', { path: this.#order.path, key, error: messageOf(error) });
      }
    }
  }
}

export const keyOf = (object: Fields): string => `${textOf(object, 'metadata', 'namespace')}/${textOf(object, 'metadata', 'name')}`;
