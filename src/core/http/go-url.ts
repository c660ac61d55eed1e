/**
 * URLs as Go's `net/url` reads and writes them, because upstream's hook requests are made by it
 * (`pkg/probe/http/request.go` `formatURL`). A WHATWG URL differs where it shows on the wire: in what is escaped, in
 * backslashes, dot segments and empty parts. All texts here are byte texts; a fragment is dropped, it is never sent.
 */

export interface GoUrl {
  /** Lower case; empty in a reference without one. */
  readonly scheme: string;
  /** `foo:bar` without a slash: everything after the colon; such a URL has no host and no path. */
  readonly opaque: string;
  readonly userinfo?: { readonly name: string; readonly password?: string };
  /** With port and brackets, as given. */
  readonly host: string;
  /** Unescaped. */
  readonly path: string;
  /** As given, when the usual escaping of `path` would give something else. */
  readonly rawPath: string;
  /** Everything after the `?`; absent without one. */
  readonly query?: string;
}

export type ParsedUrl = GoUrl | { readonly error: string };

/** `url.Parse`. */
export function parseUrl(reference: string): ParsedUrl {
  const [text, fragment] = cut(reference, '#');
  try {
    unescaped(fragment ?? '');
    return parse(text);
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    return { error: error.message };
  }
}

/** A reference that Go would not read; caught above. */
class UrlError extends Error {}

function parse(text: string): GoUrl {
  if (/[\x00-\x1f\x7f]/.test(text)) throw new UrlError('net/url: invalid control character in URL');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1] ?? '';
  if (text.startsWith(':')) throw new UrlError('missing protocol scheme');
  const [rest, query] = cut(scheme === '' ? text : text.slice(scheme.length + 1), '?');
  const url = { scheme: scheme.toLowerCase(), opaque: '', host: '', path: '', rawPath: '', ...(query === undefined ? {} : { query }) };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...url, opaque: rest };
    if (rest.split('/', 1)[0]?.includes(':')) throw new UrlError('first path segment in URL cannot contain colon');
  }
  // Three slashes without a scheme begin a path.
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return { ...url, ...pathOf(rest) };
  const [authority] = cut(rest.slice(2), '/');
  return { ...url, ...authorityOf(authority), ...pathOf(rest.slice(2 + authority.length)) };
}

function cut(text: string, separator: string): readonly [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** `setPath`. */
export function pathOf(given: string): Pick<GoUrl, 'path' | 'rawPath'> {
  const path = unescaped(given);
  return { path, rawPath: escapePath(path) === given ? '' : given };
}

function unescaped(text: string): string {
  const broken = /%(?![0-9A-Fa-f]{2})/.exec(text);
  if (broken !== null) throw new UrlError(`invalid URL escape ${JSON.stringify(text.slice(broken.index, broken.index + 3))}`);
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function authorityOf(authority: string): Pick<GoUrl, 'host' | 'userinfo'> {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  checkHost(host);
  if (at < 0) return { host };
  const given = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(given)) throw new UrlError('net/url: invalid userinfo');
  const [name, password] = cut(given, ':');
  return { host, userinfo: { name: unescaped(name), ...(password === undefined ? {} : { password: unescaped(password) }) } };
}

/** What Go lets stand in a host; a zone, after `%25`, may hold more. */
function checkHost(host: string): void {
  const bracketed = /^\[[^\]]*\]/.exec(host)?.[0] ?? '';
  if (host.startsWith('[') && bracketed === '') throw new UrlError("missing ']' in host");
  const rest = host.slice(bracketed.length);
  const port = bracketed === '' ? /:[^:]*$/.exec(rest)?.[0] : rest;
  if (port !== undefined && !/^(?::\d*)?$/.test(port)) throw new UrlError(`invalid port ${JSON.stringify(port)} after host`);
  const wrong = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\x80-\xff]/.exec(host.replace(/%25[^\]]*/, ''));
  if (wrong !== null) throw new UrlError(`invalid character ${JSON.stringify(wrong[0])} in host name`);
}

/** `escape` for a path: what RFC 3986 calls unreserved, and the delimiters that Go leaves to a whole path. */
export const escapePath = (path: string): string => path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@]/g, percent);

const percent = (byte: string): string => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** `EscapedPath`: as it was given where that is valid, else escaped anew. */
export function escapedPath({ path, rawPath }: Pick<GoUrl, 'path' | 'rawPath'>): string {
  if (rawPath !== '' && /^[A-Za-z0-9\-_.~!$&'()*+,/;=:@[\]%]*$/.test(rawPath)) return rawPath;
  return path === '*' ? '*' : escapePath(path);
}

/** `RequestURI`: what stands in the request line. */
export function requestUri(url: GoUrl): string {
  const path = escapedPath(url);
  return (path === '' ? '/' : path) + (url.query === undefined ? '' : `?${url.query}`);
}

/** Without userinfo, as a Referer has it, or with the password hidden, as error texts do. */
export function urlText(url: GoUrl, userinfo: 'none' | 'redacted'): string {
  const { name, password } = url.userinfo ?? {};
  const shown = name === undefined || userinfo === 'none' ? '' : `${escapeUserinfo(name)}${password === undefined ? '' : ':***'}@`;
  const query = url.query === undefined ? '' : `?${url.query}`;
  if (url.opaque !== '') return `${url.scheme}:${url.opaque}${query}`;
  return `${url.scheme}://${shown}${url.host}${escapedPath(url)}${query}`;
}

const escapeUserinfo = (text: string): string => text.replace(/[^A-Za-z0-9\-_.~$&+,;=]/g, percent);

/** `ResolveReference`, for a base that has a host. */
export function resolveUrl(base: GoUrl, reference: GoUrl): GoUrl {
  const scheme = reference.scheme === '' ? base.scheme : reference.scheme;
  if (reference.opaque !== '') return { ...reference, scheme };
  const { userinfo: _own, ...rest } = reference;
  if (reference.scheme !== '' || reference.host !== '' || reference.userinfo !== undefined) {
    return { ...reference, scheme, ...pathOf(resolvePath('', escapedPath(reference))) };
  }
  const keepsQuery = reference.path === '' && reference.query === undefined && base.query !== undefined;
  return {
    ...rest,
    scheme,
    host: base.host,
    ...(base.userinfo === undefined ? {} : { userinfo: base.userinfo }),
    ...(keepsQuery ? { query: base.query } : {}),
    ...pathOf(resolvePath(escapedPath(base), escapedPath(reference))),
  };
}

/** RFC 3986, 5.2.4, on escaped paths. */
function resolvePath(base: string, reference: string): string {
  const full = reference === '' ? base : reference.startsWith('/') ? reference : base.slice(0, base.lastIndexOf('/') + 1) + reference;
  if (full === '') return '';
  const kept: string[] = [];
  const elements = full.replace(/^\//, '').split('/');
  for (const element of elements) {
    if (element === '..') kept.pop();
    else if (element !== '.') kept.push(element);
  }
  const last = elements.at(-1);
  const isFolder = (last === '.' || last === '..') && kept.length > 0;
  return `/${kept.join('/')}${isFolder ? '/' : ''}`;
}

/** `Hostname`: without port and brackets. */
export function hostnameOf({ host }: Pick<GoUrl, 'host'>): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed === null ? host.replace(/:\d*$/, '') : (bracketed[1] ?? '').replace('%25', '%');
}

/** The port to connect to; what a URL leaves open, its scheme says. */
export function portOf({ host, scheme }: Pick<GoUrl, 'host' | 'scheme'>): number {
  const given = /:(\d+)$/.exec(host)?.[1];
  return given === undefined ? (scheme === 'https' ? 443 : 80) : Number(given);
}
