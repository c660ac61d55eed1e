/**
 * The static Pods of this node as objects that readers of the API see (`pkg/kubelet/pod/mirror_client.go`).
 *
 * M1 Level-triggered: what there is by a name is compared with the static Pod of that name; what is another's, or is being
 *    deleted, goes at once, and what is missing is made. So a mirror that somebody deletes comes back, and its Pod does not
 *    notice. Every attempt is repeated until it succeeds.
 * M2 A mirror stays as long as anything of its Pod is here, and goes with it. So does one whose Pod nobody knows.
 * M3 It shows the status of its Pod, whoever makes it anew. Only objects marked as mirrors are touched.
 */

import { type Fields, fieldsOf, textOf } from '../model/json-fields.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { PodStatus } from '../model/pod-status.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import type { PodReports } from '../ports/pod-reports.ts';
import type { PodSource } from '../ports/pod-source.ts';
import { answerError, bodyOf, isConflict, isDone, isNotFound } from './kube-answer.ts';
import { isMirrorPod, readStatus } from './read-api-pod.ts';
import { Reflector } from './reflector.ts';
import { type ApiGround, RetryLoop } from './retry-loop.ts';
import { StatusToApi } from './status-to-api.ts';

export interface MirrorPodsParts extends ApiGround {
  readonly api: KubeApi;
  readonly nodeName: string;
  /** The static Pods only. */
  readonly pods: Pick<PodSource, 'get' | 'list' | 'onChange'>;
}

interface Mirror {
  readonly uid: string;
  /** The uid of the static Pod that it shows. */
  readonly shows: string;
  readonly isGoing: boolean;
  readonly namespace: string;
  readonly name: string;
  readonly status: PodStatus;
}

/** `pkg/kubelet/types/pod_update.go`. Its value is the uid of the static Pod: `kubectl describe` finds the events by it. */
const MIRROR = 'kubernetes.io/config.mirror';

export class MirrorPods implements PodReports {
  readonly #parts: MirrorPodsParts;
  readonly #reflector: Reflector<Mirror>;
  readonly #statuses: StatusToApi;
  /** What the kubelet told last, by the static Pod's uid. */
  readonly #told = new Map<string, PodStatus>();
  readonly #shown = new Map<string, Mirror>();
  /** By "namespace/name", of those of which there is something on one side or the other. */
  readonly #loops = new Map<string, RetryLoop>();
  readonly #nameOf = new Map<string, string>();
  #isStarted = false;
  #stopListening: () => void = () => {};

  constructor(parts: MirrorPodsParts) {
    this.#parts = parts;
    this.#statuses = new StatusToApi(parts, (uid) => this.#shown.get(uid));
    const query = { fieldSelector: `spec.nodeName=${parts.nodeName}` };
    this.#reflector = new Reflector(parts, { path: '/api/v1/pods', query, keep: readMirror });
    this.#reflector.onChange((key, gone) => this.#seen(key, gone));
  }

  /** Resolves once every mirror of this node has been seen. */
  get synced(): Promise<void> {
    return this.#reflector.synced;
  }

  /** Before the kubelet starts: `statusOf` knows what an earlier agent told. */
  watch(): void {
    this.#statuses.start();
    this.#reflector.start();
  }

  /** From now on mirrors come and go with what the source says: it must know of what was left before. */
  start(): void {
    this.#isStarted = true;
    this.#stopListening = this.#parts.pods.onChange((uid) => this.#changed(uid));
    for (const { pod } of this.#parts.pods.list()) this.#changed(pod.metadata.uid);
    for (const { namespace, name } of this.#reflector.list()) this.#reconcile(`${namespace}/${name}`);
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#stopListening();
    await this.#reflector.stop();
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    await this.#statuses.stop();
  }

  /** Of a Pod that is not static nothing is kept. */
  status(uid: string, status: PodStatus): void {
    const pod = this.#parts.pods.get(uid)?.pod;
    if (pod === undefined) return;
    this.#told.set(uid, status);
    const mirror = this.#reflector.get(podKey(pod));
    if (mirror?.shows === uid) this.#statuses.status(mirror.uid, status);
  }

  /** As the API shows it. */
  statusOf(pod: Pod): PodStatus | undefined {
    const mirror = this.#reflector.get(podKey(pod));
    return mirror?.shows === pod.metadata.uid ? mirror.status : undefined;
  }

  /** The static Pod behind an object of the API; undefined: it is the mirror of none. */
  shownBy(mirrorUid: string): string | undefined {
    const mirror = this.#shown.get(mirrorUid);
    const pod = mirror === undefined ? undefined : this.#parts.pods.get(mirror.shows)?.pod;
    return pod !== undefined && podKey(pod) === keyOf(mirror as Mirror) ? pod.metadata.uid : undefined;
  }

  #seen(key: string, gone: Mirror | undefined): void {
    const mirror = gone ?? this.#reflector.get(key);
    if (mirror === undefined) return;
    if (gone === undefined) this.#shown.set(mirror.uid, mirror);
    else {
      this.#shown.delete(gone.uid);
      this.#statuses.forget(gone.uid);
    }
    const told = this.#told.get(mirror.shows);
    if (gone === undefined && told !== undefined) this.#statuses.status(mirror.uid, told);
    this.#reconcile(key);
  }

  #changed(uid: string): void {
    const pod = this.#parts.pods.get(uid)?.pod;
    const key = pod === undefined ? this.#nameOf.get(uid) : podKey(pod);
    if (pod === undefined) {
      this.#told.delete(uid);
      this.#nameOf.delete(uid);
    } else this.#nameOf.set(uid, podKey(pod));
    if (key !== undefined) this.#reconcile(key);
  }

  /** What is in line already costs nothing: no loop is kept for it. */
  #reconcile(key: string): void {
    if (!this.#isStarted) return;
    const known = this.#loops.get(key);
    const pod = this.#podNamed(key);
    const mirror = this.#reflector.get(key);
    const isInLine = pod === undefined ? mirror === undefined : isItsMirror(mirror, pod);
    if (isInLine && known === undefined) return;
    const loop =
      known ?? new RetryLoop(this.#parts, { what: `mirroring the static Pod ${key}`, attempt: (signal) => this.#attempt(key, signal) });
    this.#loops.set(key, loop);
    loop.poke();
  }

  #podNamed(key: string): Pod | undefined {
    return this.#parts.pods.list().find(({ pod }) => podKey(pod) === key)?.pod;
  }

  /** What it changes is seen by the watch, and looked at again. */
  async #attempt(key: string, signal: AbortSignal): Promise<void> {
    const pod = this.#podNamed(key);
    const mirror = this.#reflector.get(key);
    if (mirror !== undefined && (pod === undefined || !isItsMirror(mirror, pod))) return this.#delete(mirror, signal);
    if (mirror === undefined && pod !== undefined) return this.#create(pod, signal);
    if (mirror === undefined) this.#loops.delete(key);
  }

  async #delete({ namespace, name, uid }: Mirror, signal: AbortSignal): Promise<void> {
    const path = `${pathOf(namespace)}/${name}`;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
    const answer = await this.#parts.api.request({ method: 'DELETE', path, body, signal });
    if (!isDone(answer) && !isNotFound(answer) && !isConflict(answer))
      throw answerError(`deleting the mirror ${namespace}/${name}`, answer);
  }

  async #create(pod: Pod, signal: AbortSignal): Promise<void> {
    const { api } = this.#parts;
    const { namespace, name } = pod.metadata;
    const what = `creating the mirror ${namespace}/${name}`;
    const body = mirrorObject(pod, await this.#owner(what, signal));
    const answer = await api.request({ method: 'POST', path: pathOf(namespace), body, signal });
    if (isDone(answer)) return;
    if (isConflict(answer) && (await this.#isThere(pod, signal))) return;
    throw answerError(what, answer);
  }

  /** The watch may be behind an earlier try of ours. */
  async #isThere({ metadata }: Pod, signal: AbortSignal): Promise<boolean> {
    const found = await this.#parts.api.request({ method: 'GET', path: `${pathOf(metadata.namespace)}/${metadata.name}`, signal });
    return isDone(found) && textOf(found.body, 'metadata', 'annotations', MIRROR) === metadata.uid;
  }

  async #owner(what: string, signal: AbortSignal): Promise<Fields> {
    const { api, nodeName } = this.#parts;
    const node = bodyOf(
      `${what}: reading the Node "${nodeName}"`,
      await api.request({ method: 'GET', path: `/api/v1/nodes/${nodeName}`, signal }),
    );
    return { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: textOf(node, 'metadata', 'uid'), controller: true };
  }
}

const pathOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
const keyOf = ({ namespace, name }: Mirror): string => `${namespace}/${name}`;

const isItsMirror = (mirror: Mirror | undefined, pod: Pod): boolean =>
  mirror !== undefined && !mirror.isGoing && mirror.shows === pod.metadata.uid;

function readMirror(object: Fields): Mirror | undefined {
  if (!isMirrorPod(object)) return undefined;
  return {
    uid: textOf(object, 'metadata', 'uid'),
    shows: textOf(object, 'metadata', 'annotations', MIRROR),
    isGoing: textOf(object, 'metadata', 'deletionTimestamp') !== '',
    namespace: textOf(object, 'metadata', 'namespace'),
    name: textOf(object, 'metadata', 'name'),
    status: readStatus(object),
  };
}

function mirrorObject({ metadata, spec }: Pod, owner: Fields): Fields {
  const { name, namespace, uid, labels, annotations } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [MIRROR]: uid },
      ownerReferences: [owner],
    },
    spec: fieldsOf({ spec }, 'spec'),
  };
}
