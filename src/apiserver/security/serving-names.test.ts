import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serverUrl, servingNames } from './serving-names.ts';

const ALWAYS = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const names = (listen: string, hostname = 'worker-1', addresses: readonly string[] = []): readonly string[] =>
  servingNames({ hostname, listen, addresses }).filter((name) => !ALWAYS.includes(name));

describe('servingNames()', () => {
  it('are those of loopback, of the cluster, of the machine, and what is listened on', () => {
    assert.deepEqual(servingNames({ hostname: 'Worker-1', listen: '127.0.0.1', addresses: ['10.0.0.5'] }), [...ALWAYS, 'worker-1']);
    assert.deepEqual(names('10.0.0.5'), ['worker-1', '10.0.0.5']);
    assert.deepEqual(names('api.example'), ['worker-1', 'api.example']);
  });

  it('are the addresses of all interfaces where all are listened on, never 0.0.0.0 itself', () => {
    assert.deepEqual(names('0.0.0.0', 'w', ['10.0.0.5', 'fe80::1']), ['w', '10.0.0.5', 'fe80::1']);
    assert.deepEqual(names('::', 'w', ['10.0.0.5']), ['w', '10.0.0.5']);
  });

  it('leave out what no certificate can name', () => {
    assert.deepEqual(names('127.0.0.1', 'my_host'), []);
    assert.deepEqual(names('127.0.0.1', 'ä'), []);
    assert.deepEqual(names('127.0.0.1', `${'a'.repeat(64)}.b`), []);
    assert.deepEqual(names('fe80::1%eth0'), ['worker-1']);
  });
});

describe('serverUrl()', () => {
  it('is where a client on this machine finds the server', () => {
    assert.equal(serverUrl('127.0.0.1', 6443), 'https://127.0.0.1:6443');
    assert.equal(serverUrl('0.0.0.0', 6443), 'https://127.0.0.1:6443');
    assert.equal(serverUrl('::', 1), 'https://127.0.0.1:1');
    assert.equal(serverUrl('::1', 6443), 'https://[::1]:6443');
    assert.equal(serverUrl('10.0.0.5', 6443), 'https://10.0.0.5:6443');
  });
});
