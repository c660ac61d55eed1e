/**
 * Which Host headers are taken. A web page that a victim's browser loads can rebind its own name to this address and would
 * then speak with us as itself: only names that are ours are answered (peers.md 6, CVE-2020-8562).
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { StatusError } from './status-error.ts';

export function hostCheck(hosts: readonly string[], cert: string): (host: string | undefined) => void {
  const names = new Set([...hosts, ...certificateNames(cert), 'localhost'].map((name) => name.toLowerCase()));
  return (host) => {
    const name = hostName(host ?? '');
    // An address cannot be rebound: a page's origin would be the address itself.
    if (isIP(name) !== 0 || names.has(name)) return;
    throw new StatusError(
      421,
      'BadRequest',
      `this server is not ${JSON.stringify(name)}: call it by an address or by a name of its certificate`,
    );
  };
}

/** Without the port and, for IPv6, without brackets. */
function hostName(host: string): string {
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(host)?.[1];
  return (bracketed ?? host.replace(/:\d*$/, '')).toLowerCase();
}

function certificateNames(cert: string): readonly string[] {
  const { subjectAltName = '' } = new X509Certificate(cert);
  return [...subjectAltName.matchAll(/DNS:([^,\s"]+)/g)].map((match) => match[1] as string);
}
