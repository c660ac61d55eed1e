import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureClass, isOwnTimeout, ownTimeout } from './failure-class.ts';

describe('failureClass()', () => {
  const CLASSES: readonly (readonly [reason: string, failure: string])[] = [
    ['Get "http://10.88.0.2:80/x": dial tcp 10.88.0.2:80: connect: connection refused', 'connect: connection refused'],
    ['Get "http://[fd00::1]:80/a\\"b": dial tcp [fd00::1]:80: connect: no route to host', 'connect: no route to host'],
    ['Get "http://h:80/": dial tcp: lookup h on 10.0.0.1:53: no such host', 'lookup h: no such host'],
    ['Get "http://h:80/": dial tcp: lookup h: i/o timeout', 'lookup h: i/o timeout'],
    ['Get "http://h:80/": read tcp 10.88.0.2:80: read: connection reset by peer', 'read: connection reset by peer'],
    ['Get "http://h:80/": EOF', 'EOF'],
    ['Get "https://h:80/": http: server gave HTTP response to HTTPS client', 'http: server gave HTTP response to HTTPS client'],
    ['strconv.Atoi: parsing "web": invalid syntax', 'strconv.Atoi: parsing "web": invalid syntax'],
    ['HTTP status 404, and its http-status is strict', 'HTTP status 404, and its http-status is strict'],
  ];
  for (const [reason, failure] of CLASSES) it(`is "${failure}"`, () => equal(failureClass(reason), failure));
});

describe('isOwnTimeout()', () => {
  it('knows the text of ownTimeout() from all others', () => {
    equal(isOwnTimeout(ownTimeout(1500)), true);
    equal(ownTimeout(1500), 'it did not end within its timeout of 1.5 s');
    for (const other of [undefined, 'timedOut', 'the grace period ended while no agent ran']) equal(isOwnTimeout(other), false);
  });
});
