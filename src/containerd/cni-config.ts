import { join } from 'node:path';
import type { HostPaths } from '../ports/host-paths.ts';

export interface CniSettings {
  readonly paths: Pick<HostPaths, 'bridgeName' | 'networkName' | 'cniLeaseDir'>;
  /** CIDR of the Pods' addresses. */
  readonly subnet: string;
  /** The host drops what it forwards unless a rule accepts it (Docker sets this policy). */
  readonly forwardingIsDropped: boolean;
}

/**
 * The network of the Pods as a CNI configuration list. The bridge plugin makes the bridge and turns on
 * net.ipv4.ip_forward; a bridge made by hand changes its MAC address as Pods come and go, and Pods lose the host.
 * The name is unique for a state directory: libcni's cache is one for the whole machine and keyed by it.
 */
export function cniConflist({ paths, subnet, forwardingIsDropped }: CniSettings): string {
  const bridge = {
    type: 'bridge',
    bridge: paths.bridgeName,
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
    ipam: { type: 'host-local', dataDir: paths.cniLeaseDir, ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] },
  };
  const firewall = forwardingIsDropped ? [{ type: 'firewall', backend: 'iptables' }] : [];
  const portmap = { type: 'portmap', capabilities: { portMappings: true } };
  return `${JSON.stringify({ cniVersion: '0.4.0', name: paths.networkName, plugins: [bridge, ...firewall, portmap] }, undefined, 2)}\n`;
}

export const conflistFile = (cniConfigDir: string): string => join(cniConfigDir, '10-hooklet.conflist');
