/** The ConfigMaps and Secrets of one command (`hooklet run`): those of the same files, and no others ever. */
import type { ConfigObject } from '../model/config-objects.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { ConfigMapData, PodObjects, SecretData, ServiceAccountToken, TokenRequest } from '../ports/pod-objects.ts';

export class LocalPodObjects implements PodObjects {
  readonly #objects: ReadonlyMap<string, ConfigObject>;

  constructor(objects: readonly ConfigObject[]) {
    this.#objects = new Map(objects.map((object) => [keyOf(object.kind, object.namespace, object.name), object]));
  }

  async configMap(namespace: string, name: string): Promise<ConfigMapData | undefined> {
    return this.#objects.get(keyOf('ConfigMap', namespace, name));
  }

  async secret(namespace: string, name: string): Promise<SecretData | undefined> {
    return this.#objects.get(keyOf('Secret', namespace, name))?.bytes;
  }

  /** There is no API, and so there are no services. */
  async serviceEnv(): Promise<ReadonlyMap<string, string>> {
    return new Map();
  }

  async serviceAccountToken({ serviceAccount, namespace }: TokenRequest): Promise<ServiceAccountToken> {
    throw new HookletError(
      'hostLacks',
      `there is no token for the service account ${JSON.stringify(`${namespace}/${serviceAccount}`)}: hooklet run has no API that issues any; leave the serviceAccountToken source out`,
    );
  }

  onChange(): () => void {
    return () => {};
  }
}

const keyOf = (kind: ConfigObject['kind'], namespace: string, name: string): string => `${kind}/${namespace}/${name}`;
