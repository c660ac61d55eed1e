/**
 * The Pods that the API gives to this node, and the end of what the node has done with them.
 *
 * P1 A Pod that the kubelet was told of stays until the kubelet says `removed`, though the API forgets it: it then goes on
 *    as one that is to end (`lifecycle.md` 8, 9.3).
 * P2 A uid is told once in its life. What was removed does not come back while the API still shows it, and what had ended
 *    before the kubelet knew it is not started.
 * P3 The object is deleted only after the last status was written, only if it is that very Pod, and for as long as it
 *    takes. One with finalizers stays, and nothing more is done about it.
 * P4 Until `synced` nothing is known: whoever asks what is wanted must wait for it.
 */

import type { Fields } from '../model/json-fields.ts';
import type { Pod } from '../model/pod.ts';
import type { Journal } from '../ports/journal.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import type { DesiredPod, PodSource } from '../ports/pod-source.ts';
import { answerError, isConflict, isDone, isNotFound } from './kube-answer.ts';
import { lastStatus } from './last-status.ts';
import { recordsOf } from './pod-records.ts';
import { type ApiPod, isMirrorPod, isTerminal, readApiPod } from './read-api-pod.ts';
import { Reflector } from './reflector.ts';
import { type ApiGround, RetryLoop } from './retry-loop.ts';
import { type ShownPod, StatusToApi } from './status-to-api.ts';

export interface PodsFromApiParts extends ApiGround {
  readonly api: KubeApi;
  readonly journal: Pick<Journal, 'openPods' | 'read'>;
  readonly nodeName: string;
  /** Of this node, for the last status of a Pod that an earlier agent ended. */
  readonly hostIPs: readonly string[];
}

/** As the kubelet writes container ids. */
const RUNTIME_NAME = 'containerd';

export class PodsFromApi implements PodSource {
  /** Where the kubelet tells what becomes of these Pods. */
  readonly reports: StatusToApi;
  readonly #parts: PodsFromApiParts;
  readonly #reflector: Reflector<ApiPod>;
  /** What the kubelet has. */
  readonly #given = new Map<string, DesiredPod>();
  /** As the API shows them now, by uid. */
  readonly #shown = new Map<string, ApiPod>();
  /** Nothing is left of them here, but the API shows them: once that is asked for, their objects are deleted. */
  readonly #done = new Map<string, RetryLoop | undefined>();
  readonly #listeners = new Set<(uid: string) => void>();
  /** Of those the journal says where they are: they go on from there, whatever their phase. */
  #open: ReadonlySet<string> = new Set();

  constructor(parts: PodsFromApiParts) {
    this.#parts = parts;
    this.reports = new StatusToApi(parts, (uid) => this.#find(uid));
    const keep = (object: Fields): ApiPod | undefined => this.#read(object);
    this.#reflector = new Reflector(parts, { path: '/api/v1/pods', query: { fieldSelector: `spec.nodeName=${parts.nodeName}` }, keep });
    this.#reflector.onChange((key, gone) => this.#changed(key, gone));
  }

  /** Resolves once every Pod of this node has been seen. */
  get synced(): Promise<void> {
    return this.#reflector.synced;
  }

  start(): void {
    this.#open = new Set(this.#parts.journal.openPods().map(({ uid }) => uid));
    this.reports.start();
    this.#reflector.start();
  }

  /** The agent leaves. */
  async stop(): Promise<void> {
    await this.#reflector.stop();
    await this.reports.stop();
    await Promise.all([...this.#done.values()].map((loop) => loop?.stop()));
  }

  get(uid: string): DesiredPod | undefined {
    return this.#given.get(uid);
  }

  list(): readonly DesiredPod[] {
    return [...this.#given.values()];
  }

  onChange(listener: (uid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nobody names this Pod any more, but there is something of it: it is to end. */
  end(pod: Pod, graceSeconds: number): void {
    const known = this.#given.get(pod.metadata.uid) ?? { pod };
    this.#given.set(pod.metadata.uid, shortened(known, graceSeconds));
    this.#tell(pod.metadata.uid);
  }

  removed(uid: string): void {
    if (!this.#given.delete(uid)) return;
    const shown = this.#shown.get(uid);
    if (shown === undefined) this.reports.forget(uid);
    else this.#finish(shown);
    this.#tell(uid);
  }

  /** As the API names the version of it that was seen last; for events. */
  resourceVersionOf(uid: string): string | undefined {
    return this.#shown.get(uid)?.resourceVersion;
  }

  #find(uid: string): ShownPod | undefined {
    const shown = this.#shown.get(uid);
    return shown === undefined
      ? undefined
      : { namespace: shown.pod.metadata.namespace, name: shown.pod.metadata.name, status: shown.status };
  }

  #read(object: Fields): ApiPod | undefined {
    if (isMirrorPod(object)) return undefined;
    const read = readApiPod(object);
    if (!('problem' in read)) return read;
    this.#parts.logger.warn('a Pod of the API cannot be read and is left alone', { problem: read.problem });
    return undefined;
  }

  #changed(key: string, gone: ApiPod | undefined): void {
    if (gone !== undefined) return this.#vanished(gone);
    const now = this.#reflector.get(key);
    if (now !== undefined) this.#appeared(now);
  }

  #appeared(now: ApiPod): void {
    const { uid } = now.pod.metadata;
    this.#shown.set(uid, now);
    const known = this.#given.get(uid);
    if (this.#done.has(uid) || (known === undefined && !this.#open.has(uid) && this.#hadEnded(now))) return this.#finish(now);
    const { pod, status, deletion } = now;
    const wanted: DesiredPod = { pod, status, ...(known?.deletion === undefined ? {} : { deletion: known.deletion }) };
    this.#given.set(uid, deletion === undefined ? wanted : shortened(wanted, deletion.graceSeconds));
    this.#tell(uid);
  }

  /** Before this agent knew of it. What the agent before it may not have told any more is told now. */
  #hadEnded({ pod: { metadata }, status }: ApiPod): boolean {
    const { clock, journal, hostIPs } = this.#parts;
    const ground = { nowMs: clock.now().wallMs, hostIPs, runtimeName: RUNTIME_NAME, previous: status };
    const last = lastStatus(recordsOf(journal, metadata.uid), ground);
    if (last !== undefined) this.reports.status(metadata.uid, last);
    return last !== undefined || isTerminal(status);
  }

  #vanished({ pod, status, deletion }: ApiPod): void {
    const { uid } = pod.metadata;
    this.#shown.delete(uid);
    this.reports.forget(uid);
    void this.#done.get(uid)?.stop();
    this.#done.delete(uid);
    const known = this.#given.get(uid);
    if (known === undefined) return;
    const graceSeconds = deletion?.graceSeconds ?? pod.spec.terminationGracePeriodSeconds;
    this.#given.set(uid, shortened({ ...known, pod, status }, graceSeconds));
    this.#tell(uid);
  }

  /** Nothing of it is left here. It stays in the API, to be looked at, until somebody wants it gone. */
  #finish({ pod: { metadata }, deletion }: ApiPod): void {
    const { uid, namespace, name } = metadata;
    if (this.#done.get(uid) !== undefined) return;
    const loop = deletion === undefined ? undefined : this.#deletion(uid, `/api/v1/namespaces/${namespace}/pods/${name}`);
    this.#done.set(uid, loop);
    loop?.poke();
  }

  #deletion(uid: string, path: string): RetryLoop {
    const what = `deleting ${path}`;
    const attempt = async (signal: AbortSignal): Promise<void> => {
      await this.reports.flushed(uid);
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
      const answer = await this.#parts.api.request({ method: 'DELETE', path, body, signal });
      if (!isDone(answer) && !isNotFound(answer) && !isConflict(answer)) throw answerError(what, answer);
      this.reports.forget(uid);
    };
    return new RetryLoop(this.#parts, { what, attempt });
  }

  #tell(uid: string): void {
    for (const listener of [...this.#listeners]) listener(uid);
  }
}

/** A grace only ever gets shorter. */
function shortened(desired: DesiredPod, graceSeconds: number): DesiredPod {
  return { ...desired, deletion: { graceSeconds: Math.min(graceSeconds, desired.deletion?.graceSeconds ?? graceSeconds) } };
}
