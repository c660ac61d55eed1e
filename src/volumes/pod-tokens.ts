/**
 * Tokens of service accounts in volumes. Asked for once, kept in memory and asked for again when four fifths of their life
 * are over, or a day (`pkg/kubelet/token/token_manager.go`): a restarted agent asks anew.
 */
import type { Pod, VolumeProjection } from '../model/pod.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { PodObjects, ServiceAccountToken, TokenRequest } from '../ports/pod-objects.ts';

type Source = NonNullable<VolumeProjection['serviceAccountToken']>;

const DEFAULT_SECONDS = 3600;
const MAX_AGE_MS = 24 * 3_600_000;
const DEFAULT_SERVICE_ACCOUNT = 'default';

interface KeptToken extends ServiceAccountToken {
  readonly refreshAtMs: number;
}

export class PodTokens {
  readonly #objects: Pick<PodObjects, 'serviceAccountToken'>;
  readonly #nowMs: () => number;
  /** By uid of the Pod, then by volume and path. */
  readonly #kept = new Map<string, Map<string, KeptToken>>();

  /** `nowMs`: milliseconds since the epoch. */
  constructor(objects: Pick<PodObjects, 'serviceAccountToken'>, nowMs: () => number) {
    this.#objects = objects;
    this.#nowMs = nowMs;
  }

  /** Rejects when there is none. While one that is due for a new one is still good, it is given on. */
  async get(pod: Pod, volume: string, source: Source): Promise<string> {
    const { uid, namespace, name } = pod.metadata;
    const kept = this.#kept.get(uid)?.get(`${volume}/${source.path}`);
    if (kept !== undefined && this.#nowMs() < kept.refreshAtMs) return kept.token;
    const request: TokenRequest = {
      namespace,
      serviceAccount: pod.spec.serviceAccountName ?? DEFAULT_SERVICE_ACCOUNT,
      audience: source.audience ?? '',
      expirationSeconds: source.expirationSeconds ?? DEFAULT_SECONDS,
      pod: { name, uid },
    };
    try {
      const issued = await this.#objects.serviceAccountToken(request);
      this.#keep(uid, `${volume}/${source.path}`, issued);
      return issued.token;
    } catch (error) {
      if (kept !== undefined && this.#nowMs() < kept.expiresAtMs) return kept.token;
      throw new Error(`failed to fetch token: ${messageOf(error)}`, { cause: error });
    }
  }

  forget(uid: string): void {
    this.#kept.delete(uid);
  }

  #keep(uid: string, key: string, issued: ServiceAccountToken): void {
    const nowMs = this.#nowMs();
    const refreshAtMs = nowMs + Math.min((issued.expiresAtMs - nowMs) * 0.8, MAX_AGE_MS);
    const ofPod = this.#kept.get(uid) ?? new Map<string, KeptToken>();
    this.#kept.set(uid, ofPod.set(key, { ...issued, refreshAtMs }));
  }
}
