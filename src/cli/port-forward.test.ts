import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { portArgument } from './port-forward.ts';

describe('portArgument()', () => {
  for (const [text, local, remote] of [
    ['8080:80', 8080, 80],
    ['80', 80, 80],
    [':80', 0, 80],
    ['0:80', 0, 80],
  ] as const) {
    it(`reads ${text}`, () => assert.deepEqual(portArgument(text, undefined), [{ local, remote }]));
  }

  it('gathers several', () => assert.equal(portArgument('2', portArgument('1', undefined)).length, 2));

  for (const text of ['', 'http', '0', '80:0', '65536', '1:65536', '65536:1', '1:2:3', '-1']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => portArgument(text, undefined), { code: 'commander.invalidArgument' }));
  }
});
