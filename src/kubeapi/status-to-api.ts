/**
 * The status of Pods → the API (`pkg/kubelet/status/status_manager.go`).
 *
 * S1 Of each Pod only the newest status is kept and written; an older one never after a newer one.
 * S2 It is written at once, and tried again for ever. What the API shows already is not written.
 * S3 Only a Pod of the same uid is written to, and nothing of it but what the node is to write.
 * S4 What somebody else changed of it is put right within 10 s.
 */

import { type Fields, fieldsOf, textOf } from '../model/json-fields.ts';
import type { PodStatus } from '../model/pod-status.ts';
import { type KubeApi, STRATEGIC_MERGE_PATCH } from '../ports/kube-api.ts';
import type { PodReports } from '../ports/pod-reports.ts';
import { answerError, bodyOf, isDone, isNotFound } from './kube-answer.ts';
import { type ApiGround, RetryLoop, repeatEvery } from './retry-loop.ts';
import { statusPatch } from './status-patch.ts';

/** What the API shows of a Pod, as far as it has been seen here. */
export interface ShownPod {
  readonly namespace: string;
  readonly name: string;
  readonly status: PodStatus;
}

/** Undefined: the API has no such Pod any more. */
export type FindShownPod = (uid: string) => ShownPod | undefined;

interface Entry {
  wanted: PodStatus;
  readonly loop: RetryLoop;
}

/** `status_manager.go` syncPeriod. */
const RECONCILE_MS = 10_000;

export class StatusToApi implements PodReports {
  readonly #ground: ApiGround & { readonly api: KubeApi };
  readonly #find: FindShownPod;
  readonly #entries = new Map<string, Entry>();
  readonly #stopping = new AbortController();

  constructor(ground: ApiGround & { readonly api: KubeApi }, find: FindShownPod) {
    this.#ground = ground;
    this.#find = find;
  }

  start(): void {
    void repeatEvery(this.#ground.clock, RECONCILE_MS, this.#stopping.signal, () => this.#reconcile());
  }

  /** What was not written yet is given up: the next agent tells it anew. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#entries.values()].map(({ loop }) => loop.stop()));
  }

  status(uid: string, status: PodStatus): void {
    const entry = this.#entries.get(uid);
    if (entry === undefined) this.#add(uid, status);
    else {
      entry.wanted = status;
      entry.loop.poke();
    }
  }

  /** Resolves once the newest status is written, or nobody is there to read it any more. */
  async flushed(uid: string): Promise<void> {
    await this.#entries.get(uid)?.loop.idle();
  }

  /** The Pod is done with. */
  forget(uid: string): void {
    void this.#entries.get(uid)?.loop.stop();
    this.#entries.delete(uid);
  }

  #add(uid: string, wanted: PodStatus): void {
    const shown = this.#find(uid);
    if (shown === undefined || this.#stopping.signal.aborted) return;
    const loop = new RetryLoop(this.#ground, {
      what: `writing the status of ${shown.namespace}/${shown.name}`,
      attempt: (signal) => this.#write(uid, entry, signal),
    });
    const entry: Entry = { wanted, loop };
    this.#entries.set(uid, entry);
    loop.poke();
  }

  /** S4: what was seen may lag behind what was written; the write itself looks again. */
  #reconcile(): void {
    for (const [uid, { wanted, loop }] of this.#entries) {
      const shown = this.#find(uid);
      if (shown === undefined) this.forget(uid);
      else if (loop.isIdle && statusPatch(shown.status as unknown as Fields, wanted) !== undefined) loop.poke();
    }
  }

  async #write(uid: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const shown = this.#find(uid);
    if (shown === undefined) return;
    const { api } = this.#ground;
    const path = `/api/v1/namespaces/${shown.namespace}/pods/${shown.name}`;
    const what = `writing the status of ${shown.namespace}/${shown.name}`;
    const found = await api.request({ method: 'GET', path, signal });
    if (isNotFound(found)) return;
    const live = bodyOf(what, found);
    if (textOf(live, 'metadata', 'uid') !== uid) return;
    const patch = statusPatch(fieldsOf(live, 'status'), entry.wanted);
    if (patch === undefined) return;
    const body = { metadata: { uid }, status: patch };
    const answer = await api.request({ method: 'PATCH', path: `${path}/status`, body, contentType: STRATEGIC_MERGE_PATCH, signal });
    // A conflict is looked into by the next attempt: another of its name may have come between the two.
    if (!isDone(answer) && !isNotFound(answer)) throw answerError(what, answer);
  }
}
