/**
 * The sign of life of this node: a Lease that is renewed every 10 s and good for 40 s
 * (`staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go`, `pkg/kubelet/kubelet.go`).
 */

import { type Fields, fieldsOf, textOf } from '../model/json-fields.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import { answerError, bodyOf, isDone, isNotFound } from './kube-answer.ts';
import { type ApiGround, RetryLoop, repeatEvery } from './retry-loop.ts';

export interface NodeLeaseParts extends ApiGround {
  readonly api: KubeApi;
  readonly nodeName: string;
}

const DURATION_SECONDS = 40;
const RENEW_MS = 10_000;
/** What fails is soon tried again: the lease must not run out for it. */
const DELAYS = { firstMs: 100, lastMs: 7_000 };
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

export class NodeLease {
  readonly #parts: NodeLeaseParts;
  readonly #loop: RetryLoop;
  readonly #stopping = new AbortController();
  /** As the API answered last; undefined: look first. */
  #known: Fields | undefined;

  constructor(parts: NodeLeaseParts) {
    this.#parts = parts;
    this.#loop = new RetryLoop(parts, {
      what: `renewing the lease of the node "${parts.nodeName}"`,
      attempt: (signal) => this.#renew(signal),
      delays: DELAYS,
    });
  }

  start(): void {
    void repeatEvery(this.#parts.clock, RENEW_MS, this.#stopping.signal, () => this.#loop.poke());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop.stop();
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { api, nodeName } = this.#parts;
    const path = `${LEASES}/${nodeName}`;
    const what = `renewing the lease of the node "${nodeName}"`;
    if (this.#known === undefined) {
      const found = await api.request({ method: 'GET', path, signal });
      if (!isNotFound(found)) this.#known = bodyOf(what, found);
    }
    const body = await this.#lease(signal);
    const answer = await api.request(
      this.#known === undefined ? { method: 'POST', path: LEASES, body, signal } : { method: 'PUT', path, body, signal },
    );
    // Somebody else wrote, deleted or made it: look again.
    this.#known = isDone(answer) ? bodyOf(what, answer) : undefined;
    if (!isDone(answer)) throw answerError(what, answer);
  }

  async #lease(signal: AbortSignal): Promise<Fields> {
    const { nodeName, clock } = this.#parts;
    const metadata = fieldsOf(this.#known, 'metadata');
    const spec = fieldsOf(this.#known, 'spec');
    const ownerReferences = metadata['ownerReferences'] ?? (await this.#owners(signal));
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: nodeName,
        namespace: 'kube-node-lease',
        ...metadata,
        ...(ownerReferences === undefined ? {} : { ownerReferences }),
      },
      spec: {
        ...spec,
        holderIdentity: nodeName,
        leaseDurationSeconds: DURATION_SECONDS,
        renewTime: microTime(clock.now().wallMs),
      },
    };
  }

  /** It goes with its Node; until there is one, it goes without. */
  async #owners(signal: AbortSignal): Promise<readonly Fields[] | undefined> {
    const { api, nodeName } = this.#parts;
    const found = await api.request({ method: 'GET', path: `/api/v1/nodes/${nodeName}`, signal });
    const uid = isDone(found) ? textOf(found.body, 'metadata', 'uid') : '';
    return uid === '' ? undefined : [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }];
  }
}

/** `metav1.MicroTime`. */
const microTime = (wallMs: number): string => `${new Date(wallMs).toISOString().slice(0, 23)}000Z`;
