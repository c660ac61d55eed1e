import { HookletError } from '../ports/hooklet-error.ts';

/** A range of IPv4 addresses: the first, and how many leading bits are fixed. */
export interface Ipv4Range {
  readonly first: number;
  readonly prefix: number;
}

/** Private ranges that Docker, Podman, and the usual cluster networks do not begin in, each cut into /24. */
const pools = ['10.200.0.0/16', '172.30.0.0/16', '192.168.128.0/17', '198.18.0.0/15'];
const podPrefix = 24;

/**
 * A /24 that overlaps none of `taken`. `seed` (the instance id) moves the first guess, so that two hooklets which
 * start at the same moment, before either has a route, rarely guess the same.
 */
export function chooseSubnet(taken: readonly Ipv4Range[], seed: string): string {
  for (const pool of pools) {
    const { first, prefix } = parseCidr(pool);
    const count = 2 ** (podPrefix - prefix);
    const start = Number.parseInt(seed, 16) % count;
    for (let step = 0; step < count; step += 1) {
      const range = { first: first + ((start + step) % count) * 2 ** (32 - podPrefix), prefix: podPrefix };
      if (!taken.some((other) => overlaps(range, other))) return formatCidr(range);
    }
  }
  throw new HookletError(
    'hostLacks',
    'Cannot choose a subnet for Pods: routes of this host cover every private range; name a free one with --subnet',
  );
}

/** Checks a `--subnet`; returns it with its host bits cleared. */
export function checkSubnet(cidr: string, taken: readonly Ipv4Range[]): string {
  const range = parseCidr(cidr);
  if (range.prefix < 8 || range.prefix > 29) {
    throw new HookletError('badInput', `Subnet "${cidr}" has a prefix of ${range.prefix} bits, it must have 8 to 29`);
  }
  const other = taken.find((each) => overlaps(range, each));
  if (other !== undefined) {
    throw new HookletError(
      'hostLacks',
      `Subnet "${cidr}" overlaps the route to ${formatCidr(other)} of this host; name a free one with --subnet`,
    );
  }
  return formatCidr(range);
}

export function overlaps(a: Ipv4Range, b: Ipv4Range): boolean {
  const shared = 2 ** (32 - Math.min(a.prefix, b.prefix));
  return Math.floor(a.first / shared) === Math.floor(b.first / shared);
}

export function parseCidr(cidr: string): Ipv4Range {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const numbers = match?.slice(1).map(Number) ?? [];
  const [a, b, c, d, prefix] = numbers;
  if (
    a === undefined ||
    b === undefined ||
    c === undefined ||
    d === undefined ||
    prefix === undefined ||
    Math.max(a, b, c, d) > 255 ||
    prefix > 32
  ) {
    throw new HookletError('badInput', `Subnet "${cidr}" is not of the form 10.200.7.0/24`);
  }
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: Math.floor(address / size) * size, prefix };
}

export function formatCidr({ first, prefix }: Ipv4Range): string {
  const bytes = [24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256);
  return `${bytes.join('.')}/${prefix}`;
}

/**
 * The ranges that /proc/net/route sends somewhere, but for the default route and those of the interface `except`.
 * Addresses are there as the kernel holds them: hexadecimal, the last byte first (x86-64 and arm64 are little-endian).
 */
export function routedRanges(procNetRoute: string, except: string): readonly Ipv4Range[] {
  const ranges: Ipv4Range[] = [];
  for (const line of procNetRoute.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [name, destination, mask] = [fields[0], fields[1], fields[7]];
    if (name === undefined || destination === undefined || mask === undefined || name === except) continue;
    const prefix = bitCount(Number.parseInt(mask, 16));
    if (prefix > 0) ranges.push({ first: swapBytes(Number.parseInt(destination, 16)), prefix });
  }
  return ranges;
}

const swapBytes = (value: number): number => [0, 8, 16, 24].reduce((sum, bits) => sum * 256 + (Math.floor(value / 2 ** bits) % 256), 0);

const bitCount = (value: number): number => [...value.toString(2)].filter((bit) => bit === '1').length;
