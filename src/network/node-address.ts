import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';

/**
 * The address that this machine uses towards the world: the source address of its default route. Connecting a UDP socket
 * asks the kernel for it and sends nothing. Without such a route: the first address of an interface, else loopback.
 */
export async function nodeAddress(): Promise<string> {
  return (await towards('udp4', '192.0.2.1')) ?? (await towards('udp6', '2001:db8::1')) ?? firstOwn() ?? '127.0.0.1';
}

function towards(type: 'udp4' | 'udp6', documentation: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    const end = (address?: string): void => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => end());
    // Port 9 discards; addresses of documentation are nobody's.
    socket.connect(9, documentation, () => end(socket.address().address));
  });
}

function firstOwn(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}
