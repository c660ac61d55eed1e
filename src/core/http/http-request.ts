/**
 * The request of an httpGet hook or probe, byte for byte as the kubelet sends it (`lifecycle.md` 3.4 and 11; upstream
 * `pkg/probe/http/request.go` `NewRequestForHTTPGetAction`, written by Go's `net/http`).
 */
import type { Container, HTTPGetAction } from '../../model/pod.ts';
import { bytesOf, textOf } from './byte-text.ts';
import { escapedPath, type GoUrl, hostnameOf, parseUrl, pathOf, portOf, requestUri, urlText } from './go-url.ts';
import { canonicalName, firstValue, type HeaderField, headerLines, unsendable, withoutHeader } from './http-headers.ts';

/** One request, before it becomes bytes: what a redirect starts from. */
export interface HttpRequest {
  /** Its scheme is `http` or `https`; its host has a port. */
  readonly url: GoUrl;
  /** A Host line of its own; it does not change where the request goes. */
  readonly hostLine?: string;
  /** With canonical names. */
  readonly headers: readonly HeaderField[];
  readonly client: HttpClientKind;
}

/** Upstream has a client for hooks and one for probes; what they write differs. */
export interface HttpClientKind {
  readonly userAgent: string;
  /** Asks for compression unless the headers say what they take. */
  readonly takesGzip: boolean;
  /** Asks the server to close the connection. */
  readonly closes: boolean;
}

/** Where a request goes and what is sent there. */
export interface WireRequest {
  readonly scheme: 'http' | 'https';
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Request line and headers with the empty line; each character is one byte. */
  readonly head: string;
}

export interface Refused {
  /** In the words of Go. */
  readonly error: string;
}

/** `pkg/kubelet/kubelet.go` `insecureContainerLifecycleHTTPClient`; with the version of Kubernetes whose behaviour this is. */
export const HOOK_CLIENT: HttpClientKind = { userAgent: 'kube-lifecycle/1.36', takesGzip: true, closes: false };

/** `pkg/probe/http/http.go` `NewWithTLSConfig`: no compression, no connection is used twice. */
export const PROBE_CLIENT: HttpClientKind = { userAgent: 'kube-probe/1.36', takesGzip: false, closes: true };

/** Of which container, and the Pod's address, for an action that names no host. */
export interface HttpGetOwner {
  readonly container: Container;
  readonly address: string;
}

export function httpGetRequest(action: HTTPGetAction, { container, address }: HttpGetOwner, client: HttpClientKind): HttpRequest | Refused {
  const port = containerPort(action.port, container);
  if (typeof port === 'object') return port;
  const host = hostAndPort(action.host === undefined || action.host === '' ? address : action.host, port);
  const parsed = parseUrl(host);
  // What would end the host early (`/`, `?`, `#`, `@`) is refused, not sent somewhere else.
  const wrong = 'error' in parsed ? parsed.error : parsed.host === host.slice(2) ? undefined : 'invalid character in host name';
  if (wrong !== undefined || 'error' in parsed) return { error: `parse ${JSON.stringify(textOf(host))}: ${wrong}` };
  const url = { ...pathUrl(bytesOf(action.path)), scheme: action.scheme.toLowerCase(), host: parsed.host };
  const headers = requestHeaders(action.httpHeaders ?? [], client);
  const hostLine = firstValue(headers, 'Host') ?? '';
  return { url, headers, client, ...(hostLine === '' ? {} : { hostLine }) };
}

/** A URL of the host alone. */
const hostAndPort = (host: string, port: number): string =>
  `//${bytesOf(host.includes(':') ? `[${host.replace('%', '%25')}]` : host)}:${port}`;

/** `pkg/probe/util.go` `ResolveContainerPort`. */
export function containerPort(port: number | string, { ports }: Container): number | Refused {
  const named = typeof port === 'string' ? ports?.find(({ name }) => name === port)?.containerPort : port;
  const number = named ?? (/^[-+]?\d+$/.test(String(port)) ? Number(port) : undefined);
  if (number === undefined) return { error: `strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax` };
  return number > 0 && number < 65536 ? number : { error: `invalid port number: ${number}` };
}

/** `formatURL`: scheme and host of the path are not wanted, its userinfo survives; what cannot be parsed is a literal path. */
function pathUrl(path: string): GoUrl {
  const parsed = parseUrl(path);
  const url = 'error' in parsed ? { scheme: '', opaque: '', host: '', path, rawPath: '' } : parsed;
  const escaped = escapedPath(url);
  return { ...url, ...pathOf(escaped === '' || escaped.startsWith('/') ? escaped : `/${escaped}`) };
}

function requestHeaders(given: NonNullable<HTTPGetAction['httpHeaders']>, { userAgent }: HttpClientKind): readonly HeaderField[] {
  const headers = given.map(({ name, value }) => ({ name: canonicalName(name), value: bytesOf(value) }));
  const has = (name: string): boolean => headers.some((header) => header.name === name);
  const agent = has('User-Agent') ? [] : [{ name: 'User-Agent', value: userAgent }];
  if (!has('Accept')) return [...headers, ...agent, { name: 'Accept', value: '*/*' }];
  return firstValue(headers, 'Accept') === '' ? [...withoutHeader(headers, 'Accept'), ...agent] : [...headers, ...agent];
}

/** The bytes, or why Go's client would not send them. */
export function wireRequest({ url, hostLine, headers, client }: HttpRequest): WireRequest | Refused {
  const { scheme } = url;
  if (scheme !== 'http' && scheme !== 'https') return { error: `unsupported protocol scheme ${JSON.stringify(scheme)}` };
  if (url.opaque !== '' || url.host === '') return { error: 'http: no Host in request URL' };
  if (portOf(url) > 65535) return { error: `dial tcp: address ${portOf(url)}: invalid port` };
  const unsent = unsendable(headers);
  if (unsent !== undefined) return { error: `net/http: invalid header field value for ${JSON.stringify(unsent)}` };
  const fields = headerLines(hostValue(hostLine ?? url.host), withCredentials(url, headers), client);
  const lines = [`GET ${requestUri(url)} HTTP/1.1`, ...fields];
  return { scheme, hostname: textOf(hostnameOf(url)), port: portOf(url), head: `${lines.join('\r\n')}\r\n\r\n` };
}

/** Userinfo of the URL becomes basic auth, unless the headers have their own. */
function withCredentials({ userinfo }: GoUrl, headers: readonly HeaderField[]): readonly HeaderField[] {
  if (userinfo === undefined || (firstValue(headers, 'Authorization') ?? '') !== '') return headers;
  const { name, password = '' } = userinfo;
  const value = `Basic ${Buffer.from(`${name}:${password}`, 'latin1').toString('base64')}`;
  return [...withoutHeader(headers, 'Authorization'), { name: 'Authorization', value }];
}

/** A name of other letters goes in its ASCII form; a zone is nobody else's business; what no Host line may have empties it. */
function hostValue(host: string): string {
  const ascii = /[\x80-\xff]/.test(host) ? asciiHost(textOf(host)) : host;
  const isValid = /^[A-Za-z0-9!$%&()*+,\-.:;='[\]_~]*$/.test(ascii);
  return isValid ? ascii.replace(/^\[([^\]%]*)%[^\]]*\]/, '[$1]') : '';
}

function asciiHost(host: string): string {
  const port = /:\d+$/.exec(host)?.[0] ?? '';
  const name = host.slice(0, host.length - port.length);
  return URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname + port : '';
}

/** As error texts name it: `Get "http://10.88.0.2:80/x": …`. */
export const failedGet = ({ url }: HttpRequest, error: string): string =>
  `Get ${JSON.stringify(textOf(urlText(url, 'redacted')))}: ${error}`;
