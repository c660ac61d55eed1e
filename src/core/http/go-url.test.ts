import { equal, notEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytesOf } from './byte-text.ts';
import { type GoUrl, hostnameOf, parseUrl, portOf, requestUri, resolveUrl, urlText } from './go-url.ts';

function read(text: string): GoUrl {
  const url = parseUrl(bytesOf(text));
  if ('error' in url) throw new Error(`${text}: ${url.error}`);
  return url;
}

describe('parseUrl()', () => {
  const REFUSED = [
    '/a%2',
    '/a%zz',
    ':a',
    'a b:c',
    '1a:b',
    '/a\nb',
    '/a\x7f',
    'http://[::1/x',
    'http://h:x/',
    '//h:1:2x/',
    '/a#%zz',
    '//a b/c',
    '//a\\b@h/c',
  ];
  for (const text of REFUSED) it(`refuses ${JSON.stringify(text)}`, () => ok('error' in parseUrl(text)));

  const READ: readonly (readonly [text: string, uri: string, host: string])[] = [
    ['/a/b?c=d&e', '/a/b?c=d&e', ''],
    ['/a?', '/a?', ''],
    ['/a??', '/a??', ''],
    ['/a#b', '/a', ''],
    ['/a b', '/a%20b', ''],
    ['/é', '/%C3%A9', ''],
    ['/%c3%a9', '/%c3%a9', ''],
    ['/a%2Fb', '/a%2Fb', ''],
    ["/!$&'()*+,;=:@[]-._~", "/!$&'()*+,;=:@[]-._~", ''],
    ['/"<>^`{|}\\', '/%22%3C%3E%5E%60%7B%7C%7D%5C', ''],
    ['/a"[', '/a%22%5B', ''],
    ['//h/x', '/x', 'h'],
    ['//h', '/', 'h'],
    ['///x', '///x', ''],
    ['http:///x', '/x', ''],
    ['HTTP://u:p@h:8080/x?y', '/x?y', 'h:8080'],
    ['?q', '/?q', ''],
  ];
  for (const [text, uri, host] of READ) {
    it(`reads ${text} as ${uri} of "${host}"`, () => {
      equal(requestUri(read(text)), uri);
      equal(read(text).host, host);
    });
  }

  it('gives one request line for any text, that reads the same again', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const url = parseUrl(bytesOf(`/${text}`));
        if ('error' in url || url.host !== '') return;
        const uri = requestUri(url);
        ok(uri.startsWith('/') && !/[\r\n\0]/.test(uri));
        // Two slashes at the beginning would be an authority, where a scheme stands before them as on the wire.
        const again = parseUrl(`http://h${uri}`);
        ok(!('error' in again));
        equal(requestUri(again), uri);
      }),
    ));
});

describe('urlText()', () => {
  const url = { ...read('http://user:secret@h:80/a?b'), host: 'h:80' };
  it('hides the password, and all of the userinfo where nobody needs it', () => {
    equal(urlText(url, 'redacted'), 'http://user:***@h:80/a?b');
    equal(urlText(url, 'none'), 'http://h:80/a?b');
  });
});

describe('resolveUrl()', () => {
  // RFC 3986, 5.4, and what it leaves open.
  const base = read('http://a:1/b/c/d;p?q');
  const RESOLVED: readonly (readonly [reference: string, url: string])[] = [
    ['g', 'http://a:1/b/c/g'],
    ['./g', 'http://a:1/b/c/g'],
    ['g/', 'http://a:1/b/c/g/'],
    ['/g', 'http://a:1/g'],
    ['//g', 'http://g'],
    ['?y', 'http://a:1/b/c/d;p?y'],
    ['g?y', 'http://a:1/b/c/g?y'],
    ['', 'http://a:1/b/c/d;p?q'],
    ['.', 'http://a:1/b/c/'],
    ['..', 'http://a:1/b/'],
    ['../g', 'http://a:1/b/g'],
    ['../..', 'http://a:1/'],
    ['../../../g', 'http://a:1/g'],
    ['/./g', 'http://a:1/g'],
    ['/a/../../g', 'http://a:1/g'],
    ['g/../h', 'http://a:1/b/c/h'],
    ['g//h', 'http://a:1/b/c/g//h'],
    ['https://a/x', 'https://a/x'],
    ['/a%2Fb%20c', 'http://a:1/a%2Fb%20c'],
  ];
  for (const [reference, url] of RESOLVED)
    it(`takes ${reference} to ${url}`, () => equal(urlText(resolveUrl(base, read(reference)), 'none'), url));

  it('keeps the userinfo of the base with a relative reference only', () => {
    const known = read('http://u@h/x');
    equal(resolveUrl(known, read('/y')).userinfo?.name, 'u');
    equal(resolveUrl(known, read('http://h/y')).userinfo, undefined);
  });
});

describe('hostnameOf() and portOf()', () => {
  const HOSTS: readonly (readonly [url: string, hostname: string, port: number])[] = [
    ['http://h', 'h', 80],
    ['https://h', 'h', 443],
    ['https://h:80', 'h', 80],
    ['http://[::1]:8080/', '::1', 8080],
    ['http://[::1]', '::1', 80],
    ['http://[fe80::1%25eth0]:1', 'fe80::1%eth0', 1],
  ];
  for (const [url, hostname, port] of HOSTS) {
    it(`find ${hostname} and ${port} in ${url}`, () => {
      equal(hostnameOf(read(url)), hostname);
      equal(portOf(read(url)), port);
    });
  }

  it('tell hosts apart by case, as upstream does', () => notEqual(hostnameOf(read('http://H')), hostnameOf(read('http://h'))));
});
