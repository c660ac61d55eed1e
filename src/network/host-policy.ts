/** Which addresses hooks may connect to. Judged on the resolved address: a name says nothing about where it leads. */
import { BlockList, isIPv6 } from 'node:net';
import type { HookHosts } from '../ports/http-client.ts';

/** Each of these answers for the cloud that a machine runs in, without asking who asks. */
const METADATA = {
  ipv4: ['100.100.100.200', '168.63.129.16', '192.0.0.192'],
  ipv6: ['fd00:ec2::254', 'fd20:ce::254'],
} as const;

/** IPv6 forms that carry an IPv4 address, and where in the 16 bytes: NAT64, 6to4, IPv4-compatible. */
const CARRIERS = [
  { prefix: [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], at: 12 },
  { prefix: [0x20, 0x02], at: 2 },
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], at: 12 },
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], at: 12 },
];

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
for (const address of METADATA.ipv4) linkLocal.addAddress(address, 'ipv4');
for (const address of METADATA.ipv6) linkLocal.addAddress(address, 'ipv6');

export function mayConnect(address: string, policy: HookHosts, podAddress: string | undefined): boolean {
  if (policy === 'any') return true;
  const bare = address.replace(/%.*$/, '');
  if (policy === 'pod') return podAddress !== undefined && (bare === podAddress || carriedIPv4(bare) === podAddress);
  const carried = carriedIPv4(bare);
  return !linkLocal.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4') && (carried === undefined || !linkLocal.check(carried, 'ipv4'));
}

function carriedIPv4(address: string): string | undefined {
  if (!isIPv6(address)) return undefined;
  const bytes = ipv6Bytes(address);
  const carrier = CARRIERS.find(({ prefix }) => prefix.every((byte, index) => bytes[index] === byte));
  return carrier === undefined ? undefined : bytes.slice(carrier.at, carrier.at + 4).join('.');
}

/** Of a valid address without a zone. */
function ipv6Bytes(address: string): readonly number[] {
  // A URL spells an address in hexadecimal groups only.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = '', after] = groups.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}
