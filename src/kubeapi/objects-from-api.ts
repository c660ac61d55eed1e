/**
 * What containers are configured from, from the API.
 *
 * O1 An object that a Pod of this node names is watched, alone, as long as a Pod names it: a node may see no others
 *    (`plugin/pkg/auth/authorizer/node`). What the watch shows is what is given, also while the API does not answer.
 * O2 Anything else, and what the watch has not shown yet, is asked for when it is wanted, and not kept.
 * O3 So an answer is never older than what a listener was told of.
 * O4 All services are watched: few name what they use.
 */

import { type Fields, fieldsOf, textOf } from '../model/json-fields.ts';
import { dnsLabel, dnsSubdomain } from '../model/name-rules.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import type { ConfigMapData, ObjectName, PodObjects, SecretData, ServiceAccountToken, TokenRequest } from '../ports/pod-objects.ts';
import type { PodSource } from '../ports/pod-source.ts';
import { answerError, bodyOf, isDone, isNotFound } from './kube-answer.ts';
import { objectKey, objectReferences } from './object-references.ts';
import { Reflector } from './reflector.ts';
import type { ApiGround } from './retry-loop.ts';
import { readService, type ServiceFacts, serviceEnv } from './service-env.ts';

export interface ObjectsFromApiParts extends ApiGround {
  readonly api: KubeApi;
  readonly pods: Pick<PodSource, 'list' | 'onChange'>;
}

const UNREAD_SERVICES = 'services have not yet been read at least once, cannot construct envvars';
const PLURALS = { ConfigMap: 'configmaps', Secret: 'secrets' } as const;

export class ObjectsFromApi implements PodObjects {
  readonly #parts: ObjectsFromApiParts;
  readonly #watched = new Map<string, Reflector<Fields>>();
  readonly #listeners = new Set<(object: ObjectName) => void>();
  readonly #services: Reflector<ServiceFacts>;
  #stopListening: () => void = () => {};

  constructor(parts: ObjectsFromApiParts) {
    this.#parts = parts;
    this.#services = new Reflector(parts, { path: '/api/v1/services', keep: readService });
  }

  start(): void {
    this.#services.start();
    this.#stopListening = this.#parts.pods.onChange(() => this.#follow());
    this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await Promise.all([this.#services, ...this.#watched.values()].map((reflector) => reflector.stop()));
    this.#watched.clear();
  }

  async configMap(namespace: string, name: string): Promise<ConfigMapData | undefined> {
    const object = await this.#find({ kind: 'ConfigMap', namespace, name });
    return object === undefined ? undefined : { texts: textsIn(object), bytes: bytesIn(object, 'binaryData') };
  }

  async secret(namespace: string, name: string): Promise<SecretData | undefined> {
    const object = await this.#find({ kind: 'Secret', namespace, name });
    return object === undefined ? undefined : bytesIn(object, 'data');
  }

  async serviceEnv(namespace: string, links: boolean): Promise<ReadonlyMap<string, string>> {
    // `pkg/kubelet/kubelet_pods.go` getServiceEnvVarMap: rather not started than started without.
    if (!this.#services.hasSynced) throw new HookletError('apiUnavailable', UNREAD_SERVICES, { retry: 'later' });
    return serviceEnv(this.#services.list(), namespace, links);
  }

  async serviceAccountToken(request: TokenRequest): Promise<ServiceAccountToken> {
    const { namespace, serviceAccount, audience, expirationSeconds, pod } = request;
    if (!isName(namespace, serviceAccount))
      throw new HookletError('badInput', `"${namespace}/${serviceAccount}" is no name of a service account`);
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: pod.name, uid: pod.uid };
    const body = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: serviceAccount, namespace },
      spec: { audiences: audience === '' ? [] : [audience], expirationSeconds, boundObjectRef },
    };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
    const what = `the request for a token of "${namespace}/${serviceAccount}"`;
    const answer = bodyOf(what, await this.#parts.api.request({ method: 'POST', path, body }));
    const token = textOf(answer, 'status', 'token');
    const expiresAtMs = Date.parse(textOf(answer, 'status', 'expirationTimestamp'));
    if (token === '' || Number.isNaN(expiresAtMs))
      throw new HookletError('apiRefused', `${what} was answered without a token`, { retry: 'later' });
    return { token, expiresAtMs };
  }

  onChange(listener: (object: ObjectName) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** O1. */
  #follow(): void {
    const wanted = new Map(
      this.#parts.pods
        .list()
        .flatMap(({ pod }) => objectReferences(pod))
        .filter(({ namespace, name }) => isName(namespace, name))
        .map((object) => [objectKey(object), object] as const),
    );
    for (const [key, reflector] of [...this.#watched]) {
      if (wanted.has(key)) continue;
      this.#watched.delete(key);
      void reflector.stop();
    }
    for (const [key, object] of wanted) if (!this.#watched.has(key)) this.#watched.set(key, this.#watch(object));
  }

  #watch(object: ObjectName): Reflector<Fields> {
    const query = { fieldSelector: `metadata.name=${object.name}` };
    const reflector = new Reflector<Fields>(this.#parts, { path: pathOf(object), query, keep: dataOf });
    reflector.onChange(() => {
      for (const listener of [...this.#listeners]) listener(object);
    });
    reflector.start();
    return reflector;
  }

  async #find(object: ObjectName): Promise<Fields | undefined> {
    const { namespace, name } = object;
    // What is no name is that of nothing, and must not become a path.
    if (!isName(namespace, name)) return undefined;
    const watched = this.#watched.get(objectKey(object));
    if (watched?.hasSynced === true) return watched.get(`${namespace}/${name}`);
    const answer = await this.#parts.api.request({ method: 'GET', path: `${pathOf(object)}/${name}` });
    if (isNotFound(answer)) return undefined;
    if (!isDone(answer)) throw answerError(`reading the ${object.kind} "${namespace}/${name}"`, answer);
    return dataOf(fieldsOf({ body: answer.body }, 'body'));
  }
}

const isName = (namespace: string, name: string): boolean => dnsLabel(namespace) === undefined && dnsSubdomain(name) === undefined;

const pathOf = ({ kind, namespace }: ObjectName): string => `/api/v1/namespaces/${namespace}/${PLURALS[kind]}`;

/** Kept as it came: bytes are decoded for whoever asks. */
const dataOf = (object: Fields): Fields => ({ data: fieldsOf(object, 'data'), binaryData: fieldsOf(object, 'binaryData') });

function textsIn(object: Fields): ReadonlyMap<string, string> {
  const entries = Object.entries(fieldsOf(object, 'data'));
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function bytesIn(object: Fields, field: 'data' | 'binaryData'): ReadonlyMap<string, Uint8Array> {
  const entries = Object.entries(fieldsOf(object, field));
  return new Map(
    entries.map(([key, text]) => [key, Uint8Array.from(Buffer.from(typeof text === 'string' ? text : '', 'base64'))] as const),
  );
}
