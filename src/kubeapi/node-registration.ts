/**
 * The Node object of this machine: made where it is missing, kept true, and told to be alive
 * (`pkg/kubelet/kubelet_node_status.go`).
 *
 * N1 Looked at every 10 s and whenever the health changed; written when something is another than the API shows, and every
 *    5 min. A Node that somebody deleted comes back.
 * N2 Labels, status and conditions of others, taints and `unschedulable` are left alone.
 */

import { type Fields, fieldsOf } from '../model/json-fields.ts';
import { type KubeApi, STRATEGIC_MERGE_PATCH } from '../ports/kube-api.ts';
import { answerError, bodyOf, isDone, isNotFound } from './kube-answer.ts';
import { type NodeDescription, type NodeHealth, nodeLabels, nodeObject, nodeStatusPatch } from './node-status.ts';
import { type ApiGround, RetryLoop, repeatEvery } from './retry-loop.ts';

export interface NodeRegistrationParts extends ApiGround {
  readonly api: KubeApi;
  readonly node: NodeDescription;
  /** Asked before each look at the Node object. */
  readonly health: () => NodeHealth | Promise<NodeHealth>;
}

/** `nodeStatusUpdateFrequency` */
const UPDATE_MS = 10_000;
const NODES = '/api/v1/nodes';

export class NodeRegistration {
  readonly #parts: NodeRegistrationParts;
  readonly #loop: RetryLoop;
  readonly #stopping = new AbortController();
  readonly #first = Promise.withResolvers<void>();

  constructor(parts: NodeRegistrationParts) {
    this.#parts = parts;
    this.#loop = new RetryLoop(parts, {
      what: `keeping the Node "${parts.node.name}" up to date`,
      attempt: (signal) => this.#update(signal),
    });
  }

  /** Resolves once the API has the Node. */
  get registered(): Promise<void> {
    return this.#first.promise;
  }

  start(): void {
    void repeatEvery(this.#parts.clock, UPDATE_MS, this.#stopping.signal, () => this.#loop.poke());
  }

  /** The health may have changed: it is told at once. */
  healthChanged(): void {
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop.stop();
  }

  async #update(signal: AbortSignal): Promise<void> {
    const { api, node, health, clock } = this.#parts;
    const what = `reading the Node "${node.name}"`;
    const state = await health();
    const found = await api.request({ method: 'GET', path: `${NODES}/${node.name}`, signal });
    if (isNotFound(found)) await this.#create(nodeObject(node, state, clock.now().wallMs), signal);
    else await this.#correct(bodyOf(what, found), state, signal);
    this.#first.resolve();
  }

  async #create(body: Fields, signal: AbortSignal): Promise<void> {
    const answer = await this.#parts.api.request({ method: 'POST', path: NODES, body, signal });
    // A conflict: made by an earlier try, or by somebody else. The next look finds it.
    if (!isDone(answer)) throw answerError(`registering the Node "${this.#parts.node.name}"`, answer);
  }

  async #correct(live: Fields, health: NodeHealth, signal: AbortSignal): Promise<void> {
    const { node, clock } = this.#parts;
    const labels = fieldsOf(live, 'metadata', 'labels');
    const wrong = Object.entries(nodeLabels(node)).filter(([name, value]) => labels[name] !== value);
    if (wrong.length > 0) await this.#patch('', { metadata: { labels: Object.fromEntries(wrong) } }, signal);
    const status = nodeStatusPatch(node, health, { nowMs: clock.now().wallMs, live: fieldsOf(live, 'status') });
    if (status !== undefined) await this.#patch('/status', { status }, signal);
  }

  async #patch(subresource: string, body: Fields, signal: AbortSignal): Promise<void> {
    const { api, node } = this.#parts;
    const path = `${NODES}/${node.name}${subresource}`;
    const answer = await api.request({ method: 'PATCH', path, body, contentType: STRATEGIC_MERGE_PATCH, signal });
    if (!isDone(answer)) throw answerError(`writing the Node "${node.name}"`, answer);
  }
}
