import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseResolvConf } from './resolv-conf.ts';

const NONE = { servers: [], searches: [], options: [] };

describe('parseResolvConf()', () => {
  const CASES: readonly (readonly [what: string, text: string, spec: Partial<typeof NONE> | object])[] = [
    ['nothing', '', {}],
    ['name servers, which add up', 'nameserver 10.0.0.1\nnameserver   2001:db8::1  \n', { servers: ['10.0.0.1', '2001:db8::1'] }],
    ['the last line of searches', 'search a b\nsearch c. d.e. .\n', { searches: ['c', 'd.e', '.'] }],
    ['an empty last line of searches', 'search a\nsearch\n', {}],
    ['the last line of options', 'options ndots:5\noptions edns0 rotate\n', { options: ['edns0', 'rotate'] }],
    ['tabs and blanks before and between', '\t nameserver\t10.0.0.1 # us\n', { servers: ['10.0.0.1'] }],
    ['lines that end with a carriage return', 'nameserver 10.0.0.1\r\nsearch a\r\n', { servers: ['10.0.0.1'], searches: ['a'] }],
    ['comments and what is unknown: nothing', '# nameserver 1.1.1.1\n; nameserver 2.2.2.2\nnameservers 3.3.3.3\nsortlist x\n', {}],
    ['a name server without an address: nothing', 'nameserver\nnameserver 10.0.0.1\n', { servers: ['10.0.0.1'] }],
  ];
  for (const [what, text, spec] of CASES) it(`reads ${what}`, () => assert.deepEqual(parseResolvConf(text), { ...NONE, ...spec }));

  it('reads any text without failing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseResolvConf(text).servers)));
  });
});
