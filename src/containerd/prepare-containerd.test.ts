import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode } from '../ports/hooklet-error.ts';
import { pickSubnet } from './prepare-containerd.ts';

const paths = { bridgeName: 'hkl00000007', instanceId: '00000007' };
const header = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const route = (name: string, hex: string) => `${name}\t${hex}\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`;
const ownRoute = route('hkl00000007', '0009C80A'); // 10.200.9.0/24
const pick = (routes: string, asked?: string, stored?: string) => pickSubnet(paths, header + routes, { asked, stored });

describe('pickSubnet()', () => {
  it('chooses a free one at first', () => assert.equal(pick(''), '10.200.7.0/24'));

  it('keeps the stored one, which its own bridge does not take', () =>
    assert.equal(pick(ownRoute, undefined, '10.200.9.0/24'), '10.200.9.0/24'));

  it('chooses anew when another interface has taken the stored one', () => {
    assert.equal(pick(route('eth1', '0009C80A'), undefined, '10.200.9.0/24'), '10.200.7.0/24');
  });

  it('takes the one that was asked for', () => assert.equal(pick('', '10.1.2.0/24', '10.200.9.0/24'), '10.1.2.0/24'));

  it('refuses another one than the bridge that is up has', () => {
    assert.throws(
      () => pick(ownRoute, '10.1.2.0/24', '10.200.9.0/24'),
      (error) => hasCode(error, 'hostLacks') && error.message.includes('hkl00000007'),
    );
    assert.equal(pick(ownRoute, '10.200.9.0/24', '10.200.9.0/24'), '10.200.9.0/24');
  });
});
