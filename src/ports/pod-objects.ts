/** A ConfigMap: text and bytes never share a key. */
export interface ConfigMapData {
  readonly texts: ReadonlyMap<string, string>;
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

export type SecretData = ReadonlyMap<string, Uint8Array>;

/** A token for a Pod's service account, bound to that Pod (`TokenRequest`). */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Empty: the API server itself. */
  readonly audience: string;
  /** How long it is asked to live; the issuer may decide on another time. */
  readonly expirationSeconds: number;
  readonly pod: { readonly name: string; readonly uid: string };
}

export interface ServiceAccountToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

export interface ObjectName {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
}

/**
 * The objects that containers are configured from. For `hooklet run`: `kubelet/local-pod-objects.ts`; fake:
 * `fakes/memory-pod-objects.ts`. Asked again for every container and at every change, so an answer is never older than
 * what a listener was told of; whoever asks keeps nothing.
 */
export interface PodObjects {
  /** Undefined: there is none of that name. Rejects when that cannot be told now. */
  configMap(namespace: string, name: string): Promise<ConfigMapData | undefined>;
  secret(namespace: string, name: string): Promise<SecretData | undefined>;
  /**
   * What services tell containers by variables (`KUBERNETES_SERVICE_HOST` …): the API's own always, with `links` those of
   * the namespace too. Empty where there are no services.
   */
  serviceEnv(namespace: string, links: boolean): Promise<ReadonlyMap<string, string>>;
  /** Rejects with what stands in the way, in words for the Pod's owner. */
  serviceAccountToken(request: TokenRequest): Promise<ServiceAccountToken>;
  /** Tells which object came, changed or went; returns the way to stop. */
  onChange(listener: (object: ObjectName) => void): () => void;
}
