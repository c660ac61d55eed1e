import { addressBytes } from '../../core/x509/address-bytes.ts';

export interface ServingPlace {
  /** Of this machine. */
  readonly hostname: string;
  /** What the server listens on: "127.0.0.1", "0.0.0.0", "::1", a name. */
  readonly listen: string;
  /** Addresses of this machine's interfaces: used where it listens on all of them. */
  readonly addresses: readonly string[];
}

/** Every name and address that a client may call the API by: of the serving certificate, and of the Host check. */
export function servingNames({ hostname, listen, addresses }: ServingPlace): readonly string[] {
  const places = isEverywhere(listen) ? addresses : [listen];
  const names = [...LOOPBACK, ...IN_CLUSTER, hostname, ...places];
  return [...new Set(names.map((name) => name.toLowerCase()))].filter(isServable);
}

/** `0.0.0.0` and `::`. */
const isEverywhere = (listen: string): boolean => addressBytes(listen)?.every((byte) => byte === 0) ?? false;

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
/** As Pods call the API of their cluster. */
const IN_CLUSTER = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];

/** What no certificate can name (an IPv6 zone, a label too long) is left out: it would spoil all the others. */
const isServable = (name: string): boolean =>
  addressBytes(name) !== undefined ||
  (name.length <= 253 && name.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)));

/** Where clients on this machine find a server that listens there. */
export function serverUrl(listen: string, port: number): string {
  const host = isEverywhere(listen) ? '127.0.0.1' : listen;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
