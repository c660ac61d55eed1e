/**
 * Names to addresses by the node's own files and name servers, as Go's resolver does it ("files dns": `/etc/hosts`, then
 * the servers, search domains and `ndots` of `/etc/resolv.conf`).
 *
 * Not by getaddrinfo(): it cannot be called off, and holds one of libuv's threads until a silent name server is given up;
 * the program does not even get to its end before that (measured: 10 s after `process.exit()`).
 */
import { getServers } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** As the system's resolver: how long one server is waited for, and how often each is asked. */
const SERVER = { timeout: 5000, tries: 2 };

/** Resolves with at least one address. Rejects with an error that has a code of `node:dns`, or with the signal's reason. */
export type LookUp = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

export interface NameFiles {
  readonly hosts: string;
  readonly resolv: string;
}

const SYSTEM: NameFiles = { hosts: '/etc/hosts', resolv: '/etc/resolv.conf' };

/** `servers`: instead of those of the system. */
export function nodeNames(files: NameFiles = SYSTEM, servers: readonly string[] = getServers()): LookUp {
  return async (name, signal) => {
    const [hosts, resolv] = await Promise.all([textOf(files.hosts), textOf(files.resolv)]);
    signal.throwIfAborted();
    const known = addressesIn(hosts, name);
    return known.length > 0 ? known : askServers(candidates(name, resolv), servers, signal);
  };
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** What `/etc/hosts` says; a machine knows itself also without it (RFC 6761, 6.3). */
export function addressesIn(hosts: string, name: string): readonly string[] {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  const found = hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    return isIP(address) !== 0 && names.includes(wanted) ? [address] : [];
  });
  if (found.length > 0 || !/(?:^|\.)localhost$/.test(wanted)) return found;
  return ['127.0.0.1', '::1'];
}

/** The names to ask for, in order (`resolv.conf(5)`). */
export function candidates(name: string, resolv: string): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const lines = resolv.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/),
  );
  // The last one stands; `domain` is a list of one.
  const search = lines.findLast(([keyword]) => keyword === 'search' || keyword === 'domain')?.slice(1) ?? [];
  const options = lines.filter(([keyword]) => keyword === 'options').flat();
  const ndots = Number(/^ndots:(\d+)$/.exec(options.findLast((option) => option.startsWith('ndots:')) ?? '')?.[1] ?? 1);
  const searched = search.filter((domain) => domain !== '.').map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  return name.split('.').length > ndots ? [name, ...searched] : [...searched, name];
}

async function askServers(names: readonly string[], servers: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const resolver = new Resolver(SERVER);
  resolver.setServers(servers);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    let failure: unknown;
    for (const name of names) {
      // IPv4 first: a machine without a way into IPv6 is the more common one.
      const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      signal.throwIfAborted();
      const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (addresses.length > 0) return addresses;
      failure ??= answers.find((answer) => answer.status === 'rejected' && !isNoSuchName(answer.reason));
    }
    throw (failure as PromiseRejectedResult | undefined)?.reason ?? Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

const isNoSuchName = ({ code }: NodeJS.ErrnoException): boolean => code === 'ENOTFOUND' || code === 'ENODATA';
