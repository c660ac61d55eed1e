import { getServers } from 'node:dns';
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { type LookUp, nodeNames } from './node-names.ts';

/** The system's resolver asks each of two servers twice for 5 s. */
const LOOK_UP_MS = 20_000;

/** Names to addresses for hooks: nobody waits longer than `LOOK_UP_MS`, and an aborted wait ends at once. */
export class HostResolver {
  readonly #clock: Clock;
  readonly #lookUp: LookUp;

  constructor(clock: Clock, lookUp: LookUp = nodeNames()) {
    this.#clock = clock;
    this.#lookUp = lookUp;
  }

  /** At least one address, or why there is none in the words of Go. Rejects only with the signal's reason. */
  async resolve(name: string, signal: AbortSignal): Promise<readonly string[] | { readonly error: string }> {
    const timeout = new AbortController();
    const over = new AbortController();
    const timed = this.#clock.waitUntil(addMs(this.#clock.now(), LOOK_UP_MS), AbortSignal.any([signal, over.signal])).then(
      () => timeout.abort('i/o timeout'),
      () => undefined,
    );
    try {
      return await this.#lookUp(name, AbortSignal.any([signal, timeout.signal]));
    } catch (error) {
      signal.throwIfAborted();
      return { error: `lookup ${name}${askedServer()}: ${failure(error, timeout.signal)}` };
    } finally {
      over.abort('answered');
      await timed;
    }
  }
}

function failure(error: unknown, timeout: AbortSignal): string {
  const { code } = error as NodeJS.ErrnoException;
  if (timeout.aborted || code === 'ETIMEOUT') return 'i/o timeout';
  return code === 'ENOTFOUND' ? 'no such host' : 'server misbehaving';
}

/** The one that is asked first, with its port, as Go has it. */
function askedServer(): string {
  const [server] = getServers();
  if (server === undefined) return '';
  const isBareIPv6 = server.includes(':') && !server.includes('[') && !server.includes('.');
  if (isBareIPv6) return ` on [${server}]:53`;
  return ` on ${/:\d+$/.test(server) ? server : `${server}:53`}`;
}
