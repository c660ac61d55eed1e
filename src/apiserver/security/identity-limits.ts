/**
 * What one identity may have going on at once, and how fast: whoever floods meets their own limit before those of the whole
 * server (`InflightLimit`), where they would shut out everybody. Those who may do everything have no limit of their own: they
 * need no flood to do harm, and are who must get through to end one.
 */
import type { Clock } from '../../ports/clock.ts';
import type { UserInfo } from '../access.ts';
import { type RequestKind, requestKind } from '../inflight-limit.ts';
import { RecentMap } from './recent-map.ts';
import { ADMINS, UNAUTHENTICATED } from './roles.ts';
import { TokenBucket } from './token-bucket.ts';

export interface IdentityBounds {
  readonly perSecond: number;
  readonly burst: number;
  /** At once. */
  readonly atOnce: Readonly<Record<RequestKind, number>>;
  /** At once of all identities together that have bounds: the rest of the server's own limit is for those that have none. */
  readonly together: Readonly<Record<RequestKind, number>>;
}

export const IDENTITY_BOUNDS: IdentityBounds = {
  perSecond: 100,
  burst: 200,
  atOnce: { read: 50, write: 25, long: 100 },
  together: { read: 300, write: 150, long: 750 },
};

const REMEMBERED = 1024;

/** What a limit needs to know of a request. */
export interface MeasuredRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly remoteAddress?: string | undefined;
  /** Aborted when the request is over. */
  readonly signal: AbortSignal;
}

type Counts = Record<RequestKind, number>;
const noCounts = (): Counts => ({ read: 0, write: 0, long: 0 });

export class IdentityLimits {
  readonly #clock: Clock;
  readonly #bounds: IdentityBounds;
  readonly #rates = new RecentMap<string, TokenBucket>(REMEMBERED);
  /** Only of those who have something going on. */
  readonly #atOnce = new Map<string, Counts>();
  readonly #together = noCounts();

  constructor(clock: Clock, bounds: IdentityBounds = IDENTITY_BOUNDS) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** How many have something going on. */
  get busy(): number {
    return this.#atOnce.size;
  }

  /** False: too much, to be answered with 429. Else it counts until `signal` is aborted. */
  enter(user: UserInfo, request: MeasuredRequest): boolean {
    if (user.groups.includes(ADMINS)) return true;
    // Strangers are one identity a place, so that none of them uses up the health checks of all.
    const who = user.groups.includes(UNAUTHENTICATED) ? `${user.username} ${request.remoteAddress ?? ''}` : user.username;
    if (!this.#bucketOf(who).take(this.#clock.now().monotonicMs)) return false;
    return this.#count(who, requestKind(request), request.signal);
  }

  #count(who: string, kind: RequestKind, signal: AbortSignal): boolean {
    const own = this.#atOnce.get(who) ?? noCounts();
    if (own[kind] >= this.#bounds.atOnce[kind] || this.#together[kind] >= this.#bounds.together[kind]) return false;
    if (signal.aborted) return true;
    own[kind] += 1;
    this.#together[kind] += 1;
    this.#atOnce.set(who, own);
    const leave = (): void => {
      own[kind] -= 1;
      this.#together[kind] -= 1;
      if (own.read + own.write + own.long === 0) this.#atOnce.delete(who);
    };
    signal.addEventListener('abort', leave, { once: true });
    return true;
  }

  #bucketOf(who: string): TokenBucket {
    const known = this.#rates.get(who);
    if (known !== undefined) return known;
    const bucket = new TokenBucket(this.#bounds, this.#clock.now().monotonicMs);
    this.#rates.set(who, bucket);
    return bucket;
  }
}
