import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../ports/hooklet-error.ts';
import { checkSubnet, chooseSubnet, formatCidr, type Ipv4Range, overlaps, parseCidr, routedRanges } from './choose-subnet.ts';

const ranges = fc
  .record({ address: fc.integer({ min: 0, max: 2 ** 32 - 1 }), prefix: fc.integer({ min: 1, max: 32 }) })
  .map(({ address, prefix }): Ipv4Range => ({ first: Math.floor(address / 2 ** (32 - prefix)) * 2 ** (32 - prefix), prefix }));
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((number) => number.toString(16).padStart(8, '0'));

const lastOf = ({ first, prefix }: Ipv4Range): number => first + 2 ** (32 - prefix) - 1;

const routes = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
hkl12345678\t0007C80A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;

describe('routedRanges()', () => {
  it('reads what the kernel writes, without the default route and the excepted interface', () => {
    assert.deepEqual(routedRanges(routes, 'hkl12345678').map(formatCidr), ['192.0.2.0/24', '172.17.0.0/16']);
    assert.deepEqual(routedRanges(routes, 'none').map(formatCidr), ['192.0.2.0/24', '172.17.0.0/16', '10.200.7.0/24']);
  });

  it('finds nothing in an empty table', () => assert.deepEqual(routedRanges('', ''), []));
});

describe('chooseSubnet()', () => {
  it('overlaps nothing that is taken, whatever is', () => {
    fc.assert(
      fc.property(
        fc.array(
          ranges.filter(({ prefix }) => prefix >= 10),
          { maxLength: 40 },
        ),
        seeds,
        (taken, seed) => {
          const chosen = parseCidr(chooseSubnet(taken, seed));
          assert.equal(chosen.prefix, 24);
          assert.ok(taken.every((range) => !overlaps(range, chosen)));
        },
      ),
    );
  });

  it('guesses differently for different hooklets', () => {
    assert.equal(chooseSubnet([], '00000007'), '10.200.7.0/24');
    assert.equal(chooseSubnet([], 'ffffff08'), '10.200.8.0/24');
  });

  it('goes on to the next pool when a route covers one', () => {
    assert.equal(chooseSubnet([parseCidr('10.0.0.0/8')], '00000001'), '172.30.1.0/24');
  });

  it('says what to do when routes cover every pool', () => {
    assert.throws(
      () => chooseSubnet([{ first: 0, prefix: 0 }], '00000000'),
      (error) => hasCode(error, 'hostLacks') && error.message.includes('--subnet'),
    );
  });
});

describe('checkSubnet()', () => {
  it('clears the host bits', () => assert.equal(checkSubnet('10.9.8.7/22', []), '10.9.8.0/22'));

  for (const wrong of [
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.256/24',
    '10.0.0/24',
    'fd00::/64',
    '10.0.0.0/30',
    '0.0.0.0/0',
    ' 10.0.0.0/24',
  ]) {
    it(`refuses "${wrong}" as bad input`, () => {
      assert.throws(
        () => checkSubnet(wrong, []),
        (error) => hasCode(error, 'badInput') && error.message.includes(`"${wrong}"`),
      );
    });
  }

  it('names the route that is in the way', () => {
    assert.throws(
      () => checkSubnet('172.17.3.0/24', routedRanges(routes, '')),
      (error) => hasCode(error, 'hostLacks') && error.message.includes('172.17.0.0/16'),
    );
  });
});

describe('overlaps()', () => {
  it('is true for ranges that share an address, and only for them', () => {
    fc.assert(fc.property(ranges, ranges, (a, b) => assert.equal(overlaps(a, b), a.first <= lastOf(b) && b.first <= lastOf(a))));
  });
});

describe('parseCidr()', () => {
  it('reads what formatCidr() writes', () => {
    fc.assert(fc.property(ranges, (range) => assert.deepEqual(parseCidr(formatCidr(range)), range)));
  });
});
