/**
 * Which ports of this host somebody else has. A port that a Pod forwards has no socket, it is a rule of iptables; and a
 * new rule would silently take the port away from a program that listens on it, so both are looked at.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { conflict, type HostPort } from '../model/host-ports.ts';
import type { Programs } from '../ports/programs.ts';

export interface TakenHostPort {
  readonly wanted: HostPort;
  readonly by: string;
}

export async function takenHostPorts(
  wanted: readonly HostPort[],
  programs: Programs,
  ownNetwork: string,
): Promise<readonly TakenHostPort[]> {
  // Nothing is known where the rules cannot be read; that iptables is missing is told by the host checks.
  const forwarded = forwardedPorts(await programs.run('iptables-save', ['-t', 'nat']).catch(() => ''), ownNetwork);
  const taken = wanted.map(async (port) => {
    const rule = forwarded.find((other) => conflict(port, other));
    if (rule !== undefined) return { wanted: port, by: `a Pod of network "${rule.pod}"` };
    const refusal = await bindError(port);
    return refusal === undefined ? undefined : { wanted: port, by: refusal };
  });
  return (await Promise.all(taken)).filter((one) => one !== undefined);
}

/** The rules of the portmap plugin (`plugins/meta/portmap/portmap.go`); as `pod` the network they are made for. */
export function forwardedPorts(saved: string, ownNetwork: string): readonly HostPort[] {
  const rule = /^-A CNI-HOSTPORT-DNAT -p (?<protocol>tcp|udp|sctp) .*name: \\"(?<network>[^"\\]+)\\".* --dports? (?<ports>[\d,]+)/gm;
  return [...saved.matchAll(rule)].flatMap(({ groups: { protocol = '', network = '', ports = '' } = {} }) =>
    network === ownNetwork
      ? []
      : ports.split(',').map((port) => ({
          pod: network,
          protocol: protocol.toUpperCase() as HostPort['protocol'],
          port: Number(port),
          address: '', // the sandbox's own chain would tell; nearly always it is all of them
        })),
  );
}

/** Why the port cannot be had; anything but "taken" and "no such address" is the business of others. */
async function bindError({ protocol, port, address }: HostPort): Promise<string | undefined> {
  if (protocol === 'SCTP') return undefined; // Node has no such sockets
  try {
    await (protocol === 'TCP' ? tryTcp(port, address) : tryUdp(port, address));
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return 'a program that listens on it';
    return code === 'EADDRNOTAVAIL' ? `nobody: this host has no address ${address}` : undefined;
  }
}

async function tryTcp(port: number, address: string): Promise<void> {
  const server = createServer();
  server.listen({ port, host: address === '' ? '0.0.0.0' : address, exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

async function tryUdp(port: number, address: string): Promise<void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind({ port, exclusive: true, ...(address === '' ? {} : { address }) });
  await once(socket, 'listening');
  socket.close();
}
