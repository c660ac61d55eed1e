import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listenOption } from './up.ts';

describe('listenOption()', () => {
  const good: readonly (readonly [string, string, number])[] = [
    ['127.0.0.1:6443', '127.0.0.1', 6443],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['[::1]:6443', '::1', 6443],
    ['node-1.example.org:65535', 'node-1.example.org', 65_535],
    [':6443', '0.0.0.0', 6443],
  ];
  for (const [text, host, port] of good) it(`takes ${text}`, () => assert.deepEqual(listenOption(text), { host, port }));

  for (const text of [
    '',
    '6443',
    'localhost',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '::1:6443',
    '[::1]',
    'a b:1',
    'a/b:1',
    'a:1:2',
  ])
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => listenOption(text), { code: 'commander.invalidArgument' }));
});
