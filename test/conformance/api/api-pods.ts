/** A node of `hooklet up` for tests through its API: Pods are made, asked for and deleted there, and watched. */
import { equal } from 'node:assert/strict';
import type { HttpsKubeApi } from '../../../src/kubeapi/https-kube-api.ts';
import type { ApiEvent } from '../../../src/model/api-objects.ts';
import { type KubeAnswer, STRATEGIC_MERGE_PATCH } from '../../../src/ports/kube-api.ts';
import { PodWatch, type WatchedPod } from '../../e2e/pod-watch.ts';
import { UpNode } from '../../e2e/up-node.ts';

const PODS = '/api/v1/namespaces/default/pods';
const EVENTS = '/api/v1/namespaces/default/events';

export class ApiPods {
  readonly node: UpNode;
  readonly api: HttpsKubeApi;
  readonly watch: PodWatch;

  private constructor(node: UpNode, api: HttpsKubeApi) {
    this.node = node;
    this.api = api;
    this.watch = new PodWatch(api, 'default');
  }

  static async open(): Promise<ApiPods> {
    const node = await UpNode.open();
    return new ApiPods(node, await node.api());
  }

  /** The Pod of this JSON. */
  async create(json: string): Promise<WatchedPod> {
    return this.#done(201, await this.api.request({ method: 'POST', path: PODS, body: JSON.parse(json) }));
  }

  async ready(json: string): Promise<WatchedPod> {
    const { metadata } = await this.create(json);
    return this.watch.untilReady(metadata.name);
  }

  async get(name: string): Promise<WatchedPod> {
    return this.#done(200, await this.api.request({ method: 'GET', path: `${PODS}/${name}` }));
  }

  /** `path`: '/status' for what belongs there. */
  async patch(name: string, body: object, path = ''): Promise<WatchedPod> {
    const request = { method: 'PATCH', path: `${PODS}/${name}${path}`, body, contentType: STRATEGIC_MERGE_PATCH } as const;
    return this.#done(200, await this.api.request(request));
  }

  async delete(name: string, body: object = {}): Promise<WatchedPod> {
    return this.#done(200, await this.api.request({ method: 'DELETE', path: `${PODS}/${name}`, body }));
  }

  async deleteAll(labelSelector: string): Promise<void> {
    const { status, body } = await this.api.request({ method: 'DELETE', path: PODS, query: { labelSelector } });
    equal(status, 200, JSON.stringify(body));
  }

  async names(labelSelector: string): Promise<readonly string[]> {
    const { body } = await this.api.request({ method: 'GET', path: PODS, query: { labelSelector } });
    return (body as { readonly items: readonly WatchedPod[] }).items.map(({ metadata }) => metadata.name);
  }

  async events(fieldSelector: string): Promise<readonly ApiEvent[]> {
    const { body } = await this.api.request({ method: 'GET', path: EVENTS, query: { fieldSelector } });
    return (body as { readonly items: readonly ApiEvent[] }).items;
  }

  async untilEvent(fieldSelector: string): Promise<ApiEvent> {
    const late = AbortSignal.timeout(60_000);
    for (;;) {
      const [first] = await this.events(fieldSelector);
      if (first !== undefined) return first;
      if (late.aborted) throw new Error(`no event ${fieldSelector} came`);
      await this.watch.next();
    }
  }

  async close(): Promise<void> {
    await this.watch.close();
    this.api.close();
    await this.node.close();
  }

  #done(wanted: number, { status, body }: KubeAnswer): WatchedPod {
    equal(status, wanted, JSON.stringify(body));
    return body as WatchedPod;
  }
}
