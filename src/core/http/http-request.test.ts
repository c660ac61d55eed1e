import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Container, HTTPGetAction } from '../../model/pod.ts';
import { canonicalName } from './http-headers.ts';
import {
  failedGet,
  HOOK_CLIENT,
  type HttpClientKind,
  type HttpRequest,
  httpGetRequest,
  PROBE_CLIENT,
  type Refused,
  type WireRequest,
  wireRequest,
} from './http-request.ts';

const container: Container = {
  name: 'main',
  image: 'i',
  imagePullPolicy: 'Never',
  ports: [
    { name: 'web', containerPort: 8080, protocol: 'TCP' },
    { name: 'odd', containerPort: 0, protocol: 'UDP' },
  ],
};
const action = (more: Partial<HTTPGetAction> = {}): HTTPGetAction => ({ path: '/', port: 80, scheme: 'HTTP', ...more });

const made = (more: Partial<HTTPGetAction>, client: HttpClientKind = HOOK_CLIENT, address = '10.88.0.2'): HttpRequest | Refused =>
  httpGetRequest(action(more), { container, address }, client);

function wire(more: Partial<HTTPGetAction> = {}, address?: string, client?: HttpClientKind): WireRequest {
  const request = made(more, client, address);
  const sent = 'error' in request ? request : wireRequest(request);
  if ('error' in sent) throw new Error(sent.error);
  return sent;
}

function errorOf(more: Partial<HTTPGetAction>): string | undefined {
  const request = made(more);
  const sent = 'error' in request ? request : wireRequest(request);
  return 'error' in sent ? sent.error : undefined;
}

const headers = (...pairs: readonly (readonly [string, string])[]) => ({ httpHeaders: pairs.map(([name, value]) => ({ name, value })) });
const lines = (more: Partial<HTTPGetAction> = {}): readonly string[] => wire(more).head.split('\r\n').slice(0, -2);

describe('wireRequest()', () => {
  it('is, byte for byte, what the kubelet sends', () => {
    equal(
      wire({ path: '/start?now=1', port: 'web', ...headers(['x-foo', 'b'], ['X-FOO', 'a'], ['authorization', 'Bearer t']) }).head,
      'GET /start?now=1 HTTP/1.1\r\nHost: 10.88.0.2:8080\r\nUser-Agent: kube-lifecycle/1.36\r\nAccept: */*\r\n' +
        'Authorization: Bearer t\r\nX-Foo: b\r\nX-Foo: a\r\nAccept-Encoding: gzip\r\n\r\n',
    );
  });

  const FIRST = ['GET / HTTP/1.1', 'Host: 10.88.0.2:80'];
  const AGENT = 'User-Agent: kube-lifecycle/1.36';
  const ACCEPT = 'Accept: */*';
  const GZIP = 'Accept-Encoding: gzip';
  const LINES: readonly (readonly [what: string, more: Partial<HTTPGetAction>, lines: readonly string[]])[] = [
    ['no header of its own', {}, [...FIRST, AGENT, ACCEPT, GZIP]],
    ['a User-Agent: only its first value', headers(['user-agent', 'a'], ['User-Agent', 'b']), [...FIRST, 'User-Agent: a', ACCEPT, GZIP]],
    ['an empty User-Agent: no line', headers(['User-Agent', '']), [...FIRST, ACCEPT, GZIP]],
    ['an Accept', headers(['accept', 'text/html']), [...FIRST, AGENT, 'Accept: text/html', GZIP]],
    ['an empty Accept: no line', headers(['Accept', ''], ['Accept', 'x']), [...FIRST, AGENT, GZIP]],
    ['a Host: not sent twice', headers(['host', 'a.example'], ['Host', 'b']), ['GET / HTTP/1.1', 'Host: a.example', AGENT, ACCEPT, GZIP]],
    ['a Host that no line may have', headers(['Host', 'a/b']), ['GET / HTTP/1.1', 'Host: ', AGENT, ACCEPT, GZIP]],
    ['an Accept-Encoding: gzip is not asked for', headers(['accept-encoding', 'br']), [...FIRST, AGENT, ACCEPT, 'Accept-Encoding: br']],
    ['a Range: gzip is not asked for', headers(['range', 'bytes=0-1']), [...FIRST, AGENT, ACCEPT, 'Range: bytes=0-1']],
    [
      'headers that only a body has: not sent',
      headers(['content-length', '5'], ['transfer-encoding', 'chunked'], ['trailer', 'x']),
      [...FIRST, AGENT, ACCEPT, GZIP],
    ],
    ['a Connection', headers(['connection', 'close']), [...FIRST, AGENT, ACCEPT, 'Connection: close', GZIP]],
    ['blanks around a value', headers(['a', ' \tb c\t ']), [...FIRST, AGENT, 'A: b c', ACCEPT, GZIP]],
    ['a name of digits: in its place', headers(['123', 'x'], ['-a--b-', 'y']), [...FIRST, AGENT, '-A--B-: y', '123: x', ACCEPT, GZIP]],
    ['a value of other letters: its UTF-8 bytes', headers(['a', 'é']), [...FIRST, AGENT, 'A: \xc3\xa9', ACCEPT, GZIP]],
  ];
  for (const [what, more, expected] of LINES) it(`has ${what}`, () => deepEqual(lines(more), expected));

  const PROBE = ['GET / HTTP/1.1', 'Host: 10.88.0.2:80', 'User-Agent: kube-probe/1.36', ACCEPT];
  const CLOSE = 'Connection: close';
  const OF_PROBES: readonly (readonly [what: string, more: Partial<HTTPGetAction>, lines: readonly string[]])[] = [
    ['no compression, and the end of the connection last', headers(['x-a', 'b']), [...PROBE, 'X-A: b', CLOSE]],
    ['the end of the connection once', headers(['connection', 'TE, close']), [...PROBE, 'Connection: TE, close']],
    [
      'the end of the connection after a wish to keep it',
      headers(['connection', 'keep-alive']),
      [...PROBE, 'Connection: keep-alive', CLOSE],
    ],
    [
      'no end where it is to become another connection',
      headers(['connection', 'Upgrade'], ['upgrade', 'h2c']),
      [...PROBE, 'Connection: Upgrade', 'Upgrade: h2c'],
    ],
    ['an Upgrade that no Connection names, and the end', headers(['upgrade', 'h2c']), [...PROBE, 'Upgrade: h2c', CLOSE]],
  ];
  for (const [what, more, expected] of OF_PROBES)
    it(`has, for a probe, ${what}`, () => deepEqual(wire(more, undefined, PROBE_CLIENT).head.split('\r\n').slice(0, -2), expected));

  const PATHS: readonly (readonly [path: string, uri: string])[] = [
    ['a', '/a'],
    ['/a?b c', '/a?b c'],
    ['a?é', '/a?\xc3\xa9'],
    ['/a#b?c', '/a'],
    ['//x/y', '/y'],
    ['//x', '/'],
    ['https://elsewhere:1/y?z', '/y?z'],
    ['/a%2', '/a%252'],
    ['/a%2?b#c', '/a%252%3Fb%23c'],
    ['/a\nb', '/a%0Ab'],
    ['1a:b', '/1a:b'],
    ['*', '/*'],
    ['///a', '///a'],
  ];
  for (const [path, uri] of PATHS)
    it(`asks for ${uri} with the path ${JSON.stringify(path)}`, () => equal(lines({ path })[0], `GET ${uri} HTTP/1.1`));

  it('turns userinfo in the path into basic auth, and goes where the hook says all the same', () => {
    const { hostname, port, head } = wire({ path: '//user:p%40ss@elsewhere/y' });
    deepEqual([hostname, port], ['10.88.0.2', 80]);
    ok(head.includes(`\r\nAuthorization: Basic ${Buffer.from('user:p@ss').toString('base64')}\r\n`));
    ok(wire({ path: '//user@x/y', ...headers(['Authorization', 'own']) }).head.includes('\r\nAuthorization: own\r\n'));
  });

  const TARGETS: readonly (readonly [what: string, more: Partial<HTTPGetAction>, hostname: string, port: number, host: string])[] = [
    ['its own host', { host: 'h.example', port: 443 }, 'h.example', 443, 'h.example:443'],
    ['an IPv6 host', { host: '::1' }, '::1', 80, '[::1]:80'],
    ['a host with a zone, which stays here', { host: 'fe80::1%eth0' }, 'fe80::1%eth0', 80, '[fe80::1]:80'],
    ['an empty host', { host: '' }, '10.88.0.2', 80, '10.88.0.2:80'],
    ['a host of other letters', { host: 'bücher.example' }, 'bücher.example', 80, 'xn--bcher-kva.example:80'],
    ['a custom Host header', { host: 'h', ...headers(['Host', 'other:1']) }, 'h', 80, 'other:1'],
  ];
  for (const [what, more, hostname, port, host] of TARGETS) {
    it(`goes to the right place with ${what}`, () => {
      const sent = wire(more);
      deepEqual([sent.hostname, sent.port, sent.head.split('\r\n')[1]], [hostname, port, `Host: ${host}`]);
    });
  }

  const REFUSED: readonly (readonly [what: string, more: Partial<HTTPGetAction>, error: string])[] = [
    ['a port that the container does not name', { port: 'http' }, 'strconv.Atoi: parsing "http": invalid syntax'],
    ['a named port out of range', { port: 'odd' }, 'invalid port number: 0'],
    ['a line end in a value', headers(['x-a', 'b\r\nInjected: c']), 'net/http: invalid header field value for "X-A"'],
    ['a line end in a Host', headers(['host', 'b\nInjected: c']), 'net/http: invalid header field value for "Host"'],
    ['a path that is a URL without a host', { path: 'mailto:x' }, 'http: no Host in request URL'],
    ['a host that holds a path', { host: 'a/b' }, 'parse "//a/b:80": invalid character in host name'],
    ['a host that holds userinfo', { host: 'a@b' }, 'parse "//a@b:80": invalid character in host name'],
    ['a host that holds a blank', { host: 'a b' }, 'parse "//a b:80": invalid character " " in host name'],
  ];
  for (const [what, more, error] of REFUSED) it(`does not send ${what}`, () => equal(errorOf(more), error));

  const name = fc.stringMatching(/^[-A-Za-z0-9]{1,12}$/);
  const value = fc.string({ unit: 'grapheme', maxLength: 20 });
  const given = fc.array(fc.record({ name, value }), { maxLength: 8 });

  it('puts headers in order, and lets none of them or of the path add a line', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), given, (path, httpHeaders) => {
        const request = made({ path, httpHeaders });
        ok(!('error' in request));
        const sent = wireRequest(request);
        const isUnsendable = httpHeaders.some((header) => /[\0-\x08\x0a-\x1f\x7f]/.test(header.value));
        if ('error' in sent) return ok(isUnsendable || request.url.opaque !== '');
        ok(sent.head.endsWith('\r\n\r\n'));
        const [first = '', host = '', ...rest] = sent.head.slice(0, -4).split('\r\n');
        ok(/^GET \/[^\r\n]* HTTP\/1\.1$/.test(first) && host.startsWith('Host: '));
        const names = rest.map((line) => line.split(':')[0] ?? '').filter((line) => line !== 'User-Agent');
        const sorted = names.at(-1) === 'Accept-Encoding' ? names.slice(0, -1) : names;
        deepEqual(sorted, [...sorted].sort());
        const own = httpHeaders
          .map((header) => canonicalName(header.name))
          .filter((one) => !/^(?:Host|User-Agent|Accept|Accept-Encoding|Content-Length|Transfer-Encoding|Trailer)$/.test(one));
        equal(sorted.filter((one) => own.includes(one)).length, own.length);
      }),
    ));
});

describe('canonicalName()', () => {
  it('is Go’s, and its own canonical form', () => {
    for (const [given, canonical] of [
      ['x-foo', 'X-Foo'],
      ['X-FOO-bar', 'X-Foo-Bar'],
      ['etag', 'Etag'],
      ['--a', '--A'],
      ['1a', '1a'],
    ] as const)
      equal(canonicalName(given), canonical);
    fc.assert(fc.property(fc.stringMatching(/^[-A-Za-z0-9]+$/), (text) => equal(canonicalName(canonicalName(text)), canonicalName(text))));
  });
});

describe('failedGet()', () => {
  it('names the URL without its password', () => {
    const request = made({ path: '//u:secret@x/é?q' });
    ok(!('error' in request));
    equal(failedGet(request, 'EOF'), 'Get "http://u:***@10.88.0.2:80/%C3%A9?q": EOF');
  });
});
