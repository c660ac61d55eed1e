import type { ContainerPort, PodManifest } from './pod.ts';

/** A port of the host that a Pod has for itself. */
export interface HostPort {
  /** "namespace/name" */
  readonly pod: string;
  readonly protocol: ContainerPort['protocol'];
  readonly port: number;
  /** Empty: all addresses of the host. */
  readonly address: string;
}

export function hostPortsOf({ metadata, spec }: Pick<PodManifest, 'metadata' | 'spec'>): readonly HostPort[] {
  const pod = `${metadata.namespace}/${metadata.name}`;
  return spec.containers
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ protocol, hostPort = 0, hostIP = '' }) =>
      hostPort === 0 ? [] : [{ pod, protocol, port: hostPort, address: ANY.has(hostIP) ? '' : hostIP }],
    );
}

const ANY: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);

/** The scheduler's rule (`kube-scheduler/framework/types.go`, HostPortInfo.CheckConflict). */
export const conflict = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.address === b.address || a.address === '' || b.address === '');

/** `127.0.0.1:8080/TCP`, or `8080/TCP` of all addresses. */
export const formatHostPort = ({ address, port, protocol }: HostPort): string =>
  `${address === '' ? '' : `${address.includes(':') ? `[${address}]` : address}:`}${port}/${protocol}`;
