/**
 * The scheduler of the embedded API: there is one node, so all it decides is whether a Pod may run there.
 *
 * B1 Level-triggered: when something that a verdict depends on has changed, all Pods that wait are judged anew, the most
 *    urgent first, one after the other: each sees those that were bound before it.
 * B2 A Pod that does not fit is told why, by a condition and by an event, as often as the reason changes and every 5 min.
 * B3 Pods of other schedulers, and those with scheduling gates, are left alone.
 */

import { answerError, isConflict, isDone, isNotFound } from '../kubeapi/kube-answer.ts';
import { Reflector } from '../kubeapi/reflector.ts';
import { type ApiGround, RetryLoop, repeatEvery } from '../kubeapi/retry-loop.ts';
import type { ApiNode, ApiPod } from '../model/api-objects.ts';
import { apiTime } from '../model/api-time.ts';
import { type Fields, fieldsOf } from '../model/json-fields.ts';
import { type KubeAnswer, type KubeApi, STRATEGIC_MERGE_PATCH } from '../ports/kube-api.ts';
import { misfit, type NodeView } from './fits.ts';
import type { Labels } from './label-selector.ts';
import { misfitMessage, NO_NODE } from './misfit-message.ts';
import { RETELL_MS, SchedulingEvents } from './scheduling-events.ts';
import { byUrgency, digestOfNode, digestOfPod, isBoundTo, isGated, isWaiting, keepPod } from './waiting-pod.ts';

export interface OneNodeBinderParts extends ApiGround {
  readonly api: KubeApi;
  readonly nodeName: string;
}

interface Told {
  readonly reason: 'Unschedulable' | 'SchedulingGated';
  readonly message: string;
}

const GATED: Told = { reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' };

export class OneNodeBinder {
  readonly #parts: OneNodeBinderParts;
  readonly #pods: Reflector<ApiPod>;
  readonly #nodes: Reflector<ApiNode>;
  readonly #namespaces: Reflector<Labels>;
  readonly #events: SchedulingEvents;
  readonly #loop: RetryLoop;
  readonly #stopping = new AbortController();
  /** By uid: bound, as the API acknowledged, while the watch does not show it yet. */
  readonly #assumed = new Map<string, ApiPod>();
  /** Uids that it was tried to bind, whatever came of it. */
  readonly #tried = new Set<string>();
  /** Of the Pods that wait, by uid: what was told, and when. */
  readonly #told = new Map<string, { readonly message: string; readonly atMs: number }>();
  /** By key of the Pod, and of the node. */
  readonly #digests = new Map<string, string>();

  constructor(parts: OneNodeBinderParts) {
    this.#parts = parts;
    const ofNode = { fieldSelector: `metadata.name=${parts.nodeName}` };
    this.#pods = new Reflector(parts, { path: '/api/v1/pods', keep: keepPod });
    this.#nodes = new Reflector(parts, { path: '/api/v1/nodes', query: ofNode, keep: (object) => object as unknown as ApiNode });
    this.#namespaces = new Reflector(parts, {
      path: '/api/v1/namespaces',
      keep: (object) => fieldsOf(object, 'metadata', 'labels') as Labels,
    });
    this.#events = new SchedulingEvents(parts);
    this.#loop = new RetryLoop(parts, { what: 'binding Pods', attempt: (signal) => this.#round(signal) });
    this.#pods.onChange((key) => this.#changed(key, this.#pods.get(key), digestOfPod));
    this.#nodes.onChange((key) => this.#changed(key, this.#nodes.get(key), digestOfNode));
    this.#namespaces.onChange((key) => this.#changed(`namespace${key}`, this.#namespaces.get(key), JSON.stringify));
  }

  start(): void {
    for (const reflector of [this.#pods, this.#nodes, this.#namespaces]) {
      reflector.start();
      void reflector.synced.then(() => this.#loop.poke());
    }
    void repeatEvery(this.#parts.clock, RETELL_MS, this.#stopping.signal, () => this.#loop.poke());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#pods, this.#nodes, this.#namespaces, this.#loop, this.#events].map((part) => part.stop()));
  }

  /** B1. */
  #changed<T>(key: string, now: T | undefined, digestOf: (one: T) => string): void {
    const digest = now === undefined ? undefined : digestOf(now);
    if (digest !== undefined && digest === this.#digests.get(key)) return;
    if (digest === undefined) this.#digests.delete(key);
    else this.#digests.set(key, digest);
    this.#loop.poke();
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (![this.#pods, this.#nodes, this.#namespaces].every(({ hasSynced }) => hasSynced)) return;
    this.#settle();
    let failure: unknown;
    for (const pod of this.#pods.list().filter(isWaiting).sort(byUrgency)) {
      if (signal.aborted) return;
      if (this.#assumed.has(pod.metadata?.uid ?? '')) continue;
      try {
        await this.#judge(pod, signal);
      } catch (error) {
        // What goes wrong with one Pod is no reason to let the others wait.
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** What came of the Pods that were judged before: told from what the watch shows, as an answer may be lost. */
  #settle(): void {
    const all = new Map(this.#pods.list().map((pod) => [pod.metadata?.uid ?? '', pod] as const));
    const waits = (uid: string): boolean => {
      const pod = all.get(uid);
      return pod !== undefined && isWaiting(pod);
    };
    for (const uid of [...this.#assumed.keys()].filter((one) => !waits(one))) this.#assumed.delete(uid);
    for (const uid of [...this.#told.keys()].filter((one) => !waits(one))) this.#told.delete(uid);
    for (const uid of [...this.#tried].filter((one) => !waits(one))) {
      this.#tried.delete(uid);
      const pod = all.get(uid);
      if (pod?.spec?.nodeName === this.#parts.nodeName) this.#tellScheduled(pod);
    }
  }

  #tellScheduled(pod: ApiPod): void {
    const { namespace = '', name = '' } = pod.metadata ?? {};
    const message = `Successfully assigned ${namespace}/${name} to ${this.#parts.nodeName}`;
    this.#events.tell({ pod, type: 'Normal', reason: 'Scheduled', message });
  }

  async #judge(pod: ApiPod, signal: AbortSignal): Promise<void> {
    if (isGated(pod)) return this.#tell(pod, GATED, signal);
    const view = this.#view();
    const found = view === undefined ? undefined : misfit(pod, view);
    if (view !== undefined && found === undefined) return this.#bind(pod, signal);
    const message = view === undefined || found === undefined ? NO_NODE : misfitMessage(pod, view, found);
    await this.#tell(pod, { reason: 'Unschedulable', message }, signal);
    this.#tellFailed(pod, message);
  }

  #tellFailed(pod: ApiPod, message: string): void {
    const uid = pod.metadata?.uid ?? '';
    const atMs = this.#parts.clock.now().wallMs;
    const before = this.#told.get(uid);
    if (before?.message === message && atMs - before.atMs < RETELL_MS) return;
    this.#told.set(uid, { message, atMs });
    this.#events.tell({ pod, type: 'Warning', reason: 'FailedScheduling', message });
  }

  #view(): NodeView | undefined {
    const { nodeName } = this.#parts;
    const [node] = this.#nodes.list();
    if (node === undefined) return undefined;
    const seen = this.#pods.list().filter((pod) => isBoundTo(pod, nodeName));
    const known = new Set(seen.map(({ metadata }) => metadata?.uid));
    const bound = [...seen, ...[...this.#assumed.values()].filter(({ metadata }) => !known.has(metadata?.uid))];
    return { node, bound, namespaceLabels: (namespace) => this.#namespaces.get(`/${namespace}`) ?? {} };
  }

  async #bind(pod: ApiPod, signal: AbortSignal): Promise<void> {
    const { nodeName } = this.#parts;
    const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
    const body = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
    };
    this.#tried.add(uid);
    const answer = await this.#request('POST', `${pathOf(pod)}/binding`, body, signal);
    // It went, or was bound or gated meanwhile: the watch will show.
    if (isNotFound(answer) || isConflict(answer)) return;
    if (!isDone(answer)) throw answerError(`binding ${namespace}/${name}`, answer);
    this.#assumed.set(uid, pod);
    // The watch may have shown it before the answer came.
    this.#loop.poke();
  }

  /** The condition `PodScheduled`, unless it says so already. */
  async #tell(pod: ApiPod, { reason, message }: Told, signal: AbortSignal): Promise<void> {
    const [known] = pod.status?.conditions ?? [];
    const { uid, generation } = pod.metadata ?? {};
    if (known?.status === 'False' && known.reason === reason && known.message === message) return;
    const since = known?.status === 'False' ? known.lastTransitionTime : undefined;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastProbeTime: null,
      lastTransitionTime: since ?? apiTime(this.#parts.clock.now().wallMs),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
    const body = { metadata: { uid }, status: { conditions: [condition] } };
    const answer = await this.#request('PATCH', `${pathOf(pod)}/status`, body, signal);
    if (!isDone(answer) && !isNotFound(answer) && !isConflict(answer)) throw answerError('telling why a Pod is not bound', answer);
  }

  #request(method: 'POST' | 'PATCH', path: string, body: Fields, signal: AbortSignal): Promise<KubeAnswer> {
    const contentType = method === 'PATCH' ? STRATEGIC_MERGE_PATCH : 'application/json';
    return this.#parts.api.request({ method, path, body, contentType, signal });
  }
}

const pathOf = ({ metadata }: ApiPod): string => `/api/v1/namespaces/${metadata?.namespace ?? ''}/pods/${metadata?.name ?? ''}`;
