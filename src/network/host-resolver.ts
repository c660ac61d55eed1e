/**
 * Names to addresses by the node's own rules (hosts file, search domains), for hooks.
 *
 * D1 getaddrinfo() cannot be called off and holds one of libuv's threads as long as a name server stays silent. A name is
 *    therefore looked up once at a time, however many hooks wait for it; libuv itself gives such work half its threads.
 * D2 Nobody waits longer than `LOOK_UP_MS`, and an aborted wait ends at once; the look-up may go on without them.
 */
import { getServers } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** The system resolver asks each of two servers twice for 5 s. */
const LOOK_UP_MS = 20_000;

/** Rejects with the error of `node:dns`. */
export type LookUp = (name: string) => Promise<readonly string[]>;

const systemLookUp: LookUp = async (name) => (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

export class HostResolver {
  readonly #clock: Clock;
  readonly #lookUp: LookUp;
  readonly #underWay = new Map<string, Promise<readonly string[]>>();

  constructor(clock: Clock, lookUp: LookUp = systemLookUp) {
    this.#clock = clock;
    this.#lookUp = lookUp;
  }

  /** At least one address, or why there is none in the words of Go. Rejects only with the signal's reason. */
  async resolve(name: string, signal: AbortSignal): Promise<readonly string[] | { readonly error: string }> {
    const timer = new AbortController();
    const stop = (): void => timer.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const timedOut = this.#clock.waitUntil(addMs(this.#clock.now(), LOOK_UP_MS), timer.signal).then(() => 'i/o timeout' as const);
      timedOut.catch(() => undefined);
      const found = await Promise.race([this.#shared(name), timedOut]);
      return found === 'i/o timeout' ? { error: failure(name, found) } : found;
    } catch (error) {
      signal.throwIfAborted();
      return { error: failure(name, (error as NodeJS.ErrnoException).code === 'ENOTFOUND' ? 'no such host' : 'server misbehaving') };
    } finally {
      signal.removeEventListener('abort', stop);
      timer.abort('answered');
    }
  }

  #shared(name: string): Promise<readonly string[]> {
    const known = this.#underWay.get(name);
    if (known !== undefined) return known;
    const asked = this.#lookUp(name).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, asked);
    return asked;
  }
}

function failure(name: string, why: string): string {
  const server = getServers()[0];
  const asked = server === undefined ? '' : ` on ${/:\d+$/.test(server) && !/^[^[]*:.*:/.test(server) ? server : `${server.includes(':') ? `[${server}]` : server}:53`}`;
  return `lookup ${name}${asked}: ${why}`;
}
