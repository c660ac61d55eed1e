import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayConnect } from './host-policy.ts';

describe('mayConnect()', () => {
  const DENIED = [
    '169.254.0.0',
    '169.254.169.254',
    '169.254.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fd00:ec2::254',
    'fd00:0ec2:0:0:0:0:0:0254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ];
  const ALLOWED = [
    '127.0.0.1',
    '10.88.0.2',
    '169.253.255.255',
    '169.255.0.0',
    '::1',
    'fec0::1',
    'fd00::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
  ];

  for (const address of DENIED)
    it(`deny-link-local keeps hooks from ${address}`, () => equal(mayConnect(address, 'deny-link-local', undefined), false));
  for (const address of ALLOWED)
    it(`deny-link-local lets hooks go to ${address}`, () => equal(mayConnect(address, 'deny-link-local', undefined), true));
  for (const address of DENIED) it(`any lets hooks go to ${address}`, () => equal(mayConnect(address, 'any', undefined), true));

  it('pod lets hooks go to the Pod, however its address is spelt', () => {
    equal(mayConnect('10.88.0.2', 'pod', '10.88.0.2'), true);
    equal(mayConnect('::ffff:10.88.0.2', 'pod', '10.88.0.2'), true);
    equal(mayConnect('10.88.0.3', 'pod', '10.88.0.2'), false);
    equal(mayConnect('10.88.0.2', 'pod', undefined), false);
  });
});
