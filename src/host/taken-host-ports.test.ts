import { deepEqual, equal, match } from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import type { HostPort } from '../model/host-ports.ts';
import type { Programs } from '../ports/programs.ts';
import { forwardedPorts, takenHostPorts } from './taken-host-ports.ts';

const SAVED = [
  '*nat',
  ':CNI-HOSTPORT-DNAT - [0:0]',
  String.raw`-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"hooklet-aaaaaaaa\" id: \"s1\"" -m multiport --dports 18080,18081 -j CNI-DN-1`,
  String.raw`-A CNI-HOSTPORT-DNAT -p udp -m comment --comment "dnat name: \"podman\" id: \"s2\"" -m multiport --dports 53 -j CNI-DN-2`,
  'COMMIT',
].join('\n');

const port = (number: number, protocol: HostPort['protocol'] = 'TCP', address = ''): HostPort => ({
  pod: 'default/a',
  protocol,
  port: number,
  address,
});
const saying = (saved: string): Programs => ({ searchPath: '', find: () => undefined, run: async () => saved });

describe('forwardedPorts()', () => {
  it('reads the rules of every network but its own', () => {
    deepEqual(forwardedPorts(SAVED, 'hooklet-aaaaaaaa'), [{ pod: 'podman', protocol: 'UDP', port: 53, address: '' }]);
    deepEqual(
      forwardedPorts(SAVED, 'hooklet-bbbbbbbb').map((one) => one.port),
      [18080, 18081, 53],
    );
  });
});

describe('takenHostPorts()', () => {
  it('finds a port that another network forwards', async () => {
    const [taken, ...more] = await takenHostPorts([port(18081)], saying(SAVED), 'hooklet-bbbbbbbb');
    match(taken?.by ?? '', /network "hooklet-aaaaaaaa"/);
    deepEqual(more, []);
  });

  it('finds a port that a program listens on, and only while it does', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tcp = (server.address() as AddressInfo).port;
    equal((await takenHostPorts([port(tcp)], saying(''), 'n')).length, 1);
    equal((await takenHostPorts([port(tcp, 'TCP', '127.0.0.1')], saying(''), 'n')).length, 1);
    server.close();
    await once(server, 'close');
    deepEqual(await takenHostPorts([port(tcp)], saying(''), 'n'), []);

    const socket = createSocket('udp4').bind(0);
    await once(socket, 'listening');
    equal((await takenHostPorts([port(socket.address().port, 'UDP')], saying(''), 'n')).length, 1);
    socket.close();
  });

  it('finds an address that this host does not have', async () => {
    const [taken] = await takenHostPorts([port(18082, 'TCP', '203.0.113.7')], saying(''), 'n');
    match(taken?.by ?? '', /no address 203\.0\.113\.7/);
  });

  it('knows nothing of rules that it cannot read', async () => {
    const unable: Programs = { ...saying(''), run: () => Promise.reject(new Error('no iptables')) };
    equal((await takenHostPorts([port(0)], unable, 'n')).length, 0);
  });
});
