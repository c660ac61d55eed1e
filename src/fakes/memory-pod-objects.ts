import { HookletError } from '../ports/hooklet-error.ts';
import type { ConfigMapData, ObjectName, PodObjects, SecretData, ServiceAccountToken, TokenRequest } from '../ports/pod-objects.ts';

/** Objects that a test sets. Tokens are what `issue` makes of a request; without it there are none. */
export class MemoryPodObjects implements PodObjects {
  /** What every container is told of services. */
  readonly services = new Map<string, string>();
  readonly tokenRequests: TokenRequest[] = [];
  issue: ((request: TokenRequest) => ServiceAccountToken) | undefined;
  readonly #configMaps = new Map<string, ConfigMapData>();
  readonly #secrets = new Map<string, SecretData>();
  readonly #listeners = new Set<(object: ObjectName) => void>();

  setConfigMap(namespace: string, name: string, data: ConfigMapData | undefined): void {
    this.#set(this.#configMaps, { kind: 'ConfigMap', namespace, name }, data);
  }

  setSecret(namespace: string, name: string, data: SecretData | undefined): void {
    this.#set(this.#secrets, { kind: 'Secret', namespace, name }, data);
  }

  async configMap(namespace: string, name: string): Promise<ConfigMapData | undefined> {
    return this.#configMaps.get(`${namespace}/${name}`);
  }

  async secret(namespace: string, name: string): Promise<SecretData | undefined> {
    return this.#secrets.get(`${namespace}/${name}`);
  }

  async serviceEnv(): Promise<ReadonlyMap<string, string>> {
    return this.services;
  }

  async serviceAccountToken(request: TokenRequest): Promise<ServiceAccountToken> {
    this.tokenRequests.push(request);
    if (this.issue === undefined) throw new HookletError('hostLacks', `nobody issues tokens for "${request.serviceAccount}"`);
    return this.issue(request);
  }

  onChange(listener: (object: ObjectName) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set<T>(objects: Map<string, T>, name: ObjectName, data: T | undefined): void {
    const key = `${name.namespace}/${name.name}`;
    if (data === undefined) objects.delete(key);
    else objects.set(key, data);
    for (const listener of this.#listeners) listener(name);
  }
}
