import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cniConflist } from './cni-config.ts';

const paths = { bridgeName: 'hkl12345678', networkName: 'hooklet-12345678', cniLeaseDir: '/state/leases' };
const parse = (forwardingIsDropped: boolean) => JSON.parse(cniConflist({ paths, subnet: '10.200.7.0/24', forwardingIsDropped }));

describe('cniConflist()', () => {
  it('names the network of this hooklet and leases addresses in its state directory', () => {
    const { name, plugins } = parse(false);
    assert.equal(name, 'hooklet-12345678');
    assert.equal(plugins[0].bridge, 'hkl12345678');
    assert.deepEqual(plugins[0].ipam.ranges, [[{ subnet: '10.200.7.0/24' }]]);
    assert.equal(plugins[0].ipam.dataDir, '/state/leases');
  });

  it('lets Pods out through masquerading and in through host ports', () => {
    const { plugins } = parse(false);
    assert.equal(plugins[0].ipMasq, true);
    assert.deepEqual(plugins.at(-1), { type: 'portmap', capabilities: { portMappings: true } });
  });

  it('opens the firewall for Pods only where the host drops what it forwards', () => {
    const types = (dropped: boolean) => parse(dropped).plugins.map(({ type }: { type: string }) => type);
    assert.deepEqual(types(false), ['bridge', 'portmap']);
    assert.deepEqual(types(true), ['bridge', 'firewall', 'portmap']);
  });
});
