/**
 * What upstream's controllers do for namespaces: one that was deleted is emptied and then goes; one that lives has its
 * ServiceAccount `default` and its ConfigMap `kube-root-ca.crt`, also after somebody deleted them or the CA changed.
 *
 * N1 Level-triggered: a namespace is looked at when it, or what was in it, changed. What is found decides, so that a
 *    restart in the middle just looks again.
 * N2 One namespace at a time, and a failure is tried again, later each time.
 */
import { addMs } from '../../core/instant.ts';
import { fieldsOf, listOf } from '../../model/json-fields.ts';
import { messageOf } from '../../ports/hooklet-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ObjectChange, ObjectKey } from '../../ports/object-store.ts';
import type { ApiCore } from '../api-core.ts';
import { type ApiObject, parseStored, sameJson, withFields } from '../api-object.ts';
import type { ResourceDescription } from '../resources/resource.ts';
import { StatusError } from '../status-error.ts';
import { SYSTEM } from '../verbs/call-server.ts';
import { changeObject } from '../verbs/change-object.ts';
import { createObject } from '../verbs/create-object.ts';
import { deleteObject } from '../verbs/delete-object.ts';
import { findObject, writeContext } from '../verbs/write-context.ts';

const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
const MANAGER = 'hooklet';
const PAGE = 100;

export class NamespaceKeeper {
  readonly #core: ApiCore;
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  readonly #due = new Set<string>();
  readonly #failures = new Map<string, number>();
  #working: Promise<void> | undefined;
  #forget: () => void = () => {};

  constructor(core: ApiCore, logger: Logger) {
    this.#core = core;
    this.#logger = logger;
  }

  start(): void {
    this.#forget = this.#core.store.onChange((change) => this.#hear(change));
    for (const { key } of this.#core.store.list({ resource: 'namespaces' }).items) this.#look(key.name);
  }

  /** What it is at is finished. */
  async stop(): Promise<void> {
    this.#forget();
    this.#stopped.abort();
    await this.#working;
  }

  #hear({ kind, object: { key } }: ObjectChange): void {
    if (key.resource === 'namespaces') {
      if (kind === 'modified') this.#look(key.name);
      else if (kind === 'deleted') this.#failures.delete(key.name);
    } else if (kind === 'deleted' && key.namespace !== '') this.#look(key.namespace);
  }

  #look(namespace: string): void {
    if (this.#stopped.signal.aborted) return;
    this.#due.add(namespace);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    // Later than what told us: a listener of the store must not write in its own turn.
    await Promise.resolve();
    for (const namespace of this.#due) {
      if (this.#stopped.signal.aborted) break;
      this.#due.delete(namespace);
      try {
        await this.#keep(namespace);
        this.#failures.delete(namespace);
      } catch (error) {
        this.#retry(namespace, error);
      }
    }
    this.#working = undefined;
  }

  #retry(namespace: string, error: unknown): void {
    const failures = (this.#failures.get(namespace) ?? 0) + 1;
    this.#failures.set(namespace, failures);
    this.#logger.warn('a namespace could not be kept up, trying again', { namespace, failures, error: messageOf(error) });
    const { clock } = this.#core;
    const delayMs = Math.min(RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS);
    clock.waitUntil(addMs(clock.now(), delayMs), this.#stopped.signal).then(
      () => this.#look(namespace),
      () => {},
    );
  }

  async #keep(namespace: string): Promise<void> {
    const found = findObject(this.#core, 'namespaces', '', namespace);
    if (found === undefined) return;
    if (found.metadata.deletionTimestamp === undefined) await this.#keepCompanions(found);
    else if (await this.#empty(namespace)) await this.#release(found);
  }

  async #keepCompanions(namespace: ApiObject): Promise<void> {
    const { strategy } = this.#resource('namespaces');
    for (const { resource, object } of strategy.alsoCreate?.(namespace, writeContext(this.#core, SYSTEM)) ?? []) {
      const place = object.metadata.namespace ?? '';
      const order = { resource: this.#resource(resource), namespace: place, user: SYSTEM, dryRun: false, manager: MANAGER };
      const found = findObject(this.#core, resource, place, object.metadata.name);
      if (found === undefined) {
        await allowing(['AlreadyExists', 'NotFound', 'Forbidden'], () => createObject(this.#core, { ...order, object }));
      } else if (!sameJson(found['data'], object['data'])) {
        // Another CA since the last start, or somebody's hand.
        const change = (live: ApiObject): ApiObject => withFields(live, { data: object['data'] }) as ApiObject;
        const { name } = object.metadata;
        await allowing(['NotFound'], () => changeObject(this.#core, { ...order, name, subresource: '', change }));
      }
    }
  }

  /** Asks all that is in it to go; true when nothing is left. */
  async #empty(namespace: string): Promise<boolean> {
    const { store, resources } = this.#core;
    for (const storage of resources.storages) await this.#emptyOf(storage, namespace);
    return resources.storages.every((storage) => store.count({ resource: storage, namespace }) === 0);
  }

  async #emptyOf(storage: string, namespace: string): Promise<void> {
    const { store } = this.#core;
    let after: ObjectKey | undefined;
    for (let more = true; more; ) {
      const page = store.list({ resource: storage, namespace }, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      // Together: the store makes one transaction of them.
      await Promise.all(page.items.map(({ json }) => this.#deleteOne(storage, namespace, parseStored(json))));
      after = page.items.at(-1)?.key;
      more = page.more && after !== undefined;
    }
  }

  async #deleteOne(storage: string, namespace: string, { metadata }: ApiObject): Promise<void> {
    if (metadata.deletionTimestamp !== undefined) return;
    const order = { resource: this.#resource(storage), namespace, name: metadata.name, options: {}, user: SYSTEM, dryRun: false };
    await allowing(['NotFound'], () => deleteObject(this.#core, order));
  }

  async #release({ metadata: { name } }: ApiObject): Promise<void> {
    const change = (live: ApiObject): ApiObject => {
      const finalizers = listOf(live['spec'], 'finalizers').filter((one) => one !== 'kubernetes');
      return { ...live, spec: { ...fieldsOf(live, 'spec'), finalizers } };
    };
    const order = { resource: this.#resource('namespaces'), namespace: '', name, subresource: 'finalize', user: SYSTEM, dryRun: false };
    await allowing(['NotFound'], () => changeObject(this.#core, { ...order, manager: MANAGER, change }));
  }

  #resource(storage: string): ResourceDescription {
    const resource = this.#core.resources.stored(storage);
    if (resource === undefined) throw new Error(`No resource keeps its objects as "${storage}"`);
    return resource;
  }
}

/** Somebody else was faster: what was wanted is so. */
async function allowing(reasons: readonly string[], act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StatusError) || !reasons.includes(error.status.reason ?? '')) throw error;
  }
}
