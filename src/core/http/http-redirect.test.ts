import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HTTPGetAction } from '../../model/pod.ts';
import { afterResponse } from './http-redirect.ts';
import { HOOK_CLIENT, type HttpRequest, httpGetRequest, wireRequest } from './http-request.ts';

function request(more: Partial<HTTPGetAction> = {}): HttpRequest {
  const action = { path: '/a/b?c', port: 80, scheme: 'HTTP' as const, host: 'h', ...more };
  const made = httpGetRequest(action, { container: { name: 'main', image: 'i', imagePullPolicy: 'Never' }, address: '' }, HOOK_CLIENT);
  if ('error' in made) throw new Error(made.error);
  return made;
}

const answer = (status: number, location?: string) => ({
  status,
  headers: location === undefined ? [] : [{ name: 'location', value: location }],
});

function followed(location: string, from: readonly [HttpRequest, ...HttpRequest[]] = [request()], status = 302): HttpRequest {
  const next = afterResponse(answer(status, location), from);
  if (next.kind !== 'follow') throw new Error(next.kind);
  return next.request;
}

function head(of: HttpRequest): readonly string[] {
  const wire = wireRequest(of);
  if ('error' in wire) throw new Error(wire.error);
  return wire.head.split('\r\n').slice(0, -2);
}

describe('afterResponse()', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`follows ${status} on the same host with every header again and the Referer`, () => {
      const first = request({
        httpHeaders: [
          { name: 'x-a', value: 'b' },
          { name: 'authorization', value: 'c' },
        ],
      });
      deepEqual(head(followed('/next', [first], status)), [
        'GET /next HTTP/1.1',
        'Host: h:80',
        'User-Agent: kube-lifecycle/1.36',
        'Accept: */*',
        'Authorization: c',
        'Referer: http://h:80/a/b?c',
        'X-A: b',
        'Accept-Encoding: gzip',
      ]);
    });
  }

  for (const status of [200, 300, 304, 305, 404, 500])
    it(`takes ${status} for the end`, () => equal(afterResponse(answer(status, '/next'), [request()]).kind, 'final'));

  it('takes a redirect that says no place for the end', () => equal(afterResponse(answer(302), [request()]).kind, 'final'));

  it('follows to another port and scheme of the same host, and names no HTTPS page to a plain one', () => {
    const secure = followed('https://h:8443/x');
    deepEqual([secure.url.scheme, secure.url.host], ['https', 'h:8443']);
    const plain = followed('http://h/y', [request({ scheme: 'HTTPS' })]);
    ok(!head(plain).some((line) => line.startsWith('Referer')));
    equal(head(plain)[1], 'Host: h');
  });

  for (const location of ['http://other/x', '//other/x', 'http://h.other/x', 'http://H/x', 'http://[::1]/x']) {
    it(`stops at ${location}: that host answers for itself`, () => equal(afterResponse(answer(302, location), [request()]).kind, 'final'));
  }

  it('compares with the host that was asked first', () => {
    const first = request();
    equal(afterResponse(answer(302, '/x'), [first, followed('/1', [first])]).kind, 'follow');
  });

  it('gives up before the eleventh request', () => {
    const all = (count: number): [HttpRequest, ...HttpRequest[]] => [request(), ...Array.from({ length: count - 1 }, () => request())];
    equal(afterResponse(answer(302, '/x'), all(9)).kind, 'follow');
    deepEqual(afterResponse(answer(302, '/x'), all(10)), { kind: 'failed', error: 'stopped after 10 redirects' });
  });

  it('does not quote a place that it cannot read', () =>
    deepEqual(afterResponse(answer(302, '/secret%zz'), [request()]), { kind: 'failed', error: 'failed to parse Location header' }));

  it('keeps a Host line of the hook on a relative redirect only, and a Referer of its own always', () => {
    const own = request({
      httpHeaders: [
        { name: 'Host', value: 'virtual' },
        { name: 'Referer', value: 'mine' },
      ],
    });
    equal(head(followed('/x', [own]))[1], 'Host: virtual');
    equal(head(followed('http://h/x', [own]))[1], 'Host: h');
    ok(head(followed('/x', [own])).includes('Referer: mine'));
  });

  it('does not tell the password of one page to the next', () => {
    const first = request({ path: '//u:secret@x/a' });
    ok(head(followed('/x', [first])).includes('Referer: http://h:80/a'));
  });
});
