/** What a response means for the request that got it (`net/http/client.go`; `pkg/probe/http/http.go` `RedirectChecker`). */
import { hostnameOf, parseUrl, resolveUrl, urlText } from './go-url.ts';
import { firstValue, withoutHeader } from './http-headers.ts';
import type { HttpRequest, Refused } from './http-request.ts';
import { headerOf, type ResponseHead } from './http-response.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REQUESTS = 10;

export type AfterResponse =
  | { readonly kind: 'final' }
  | { readonly kind: 'follow'; readonly request: HttpRequest }
  | ({ readonly kind: 'failed' } & Refused);

/** `sent`: every request so far, the first one first. */
export function afterResponse(head: ResponseHead, sent: readonly [HttpRequest, ...HttpRequest[]]): AfterResponse {
  const location = headerOf(head, 'location') ?? '';
  if (!REDIRECTS.has(head.status) || location === '') return { kind: 'final' };
  const next = followed(location, sent);
  if (next === undefined) return { kind: 'failed', error: 'failed to parse Location header' };
  // Another host answers for itself: this response stands, whatever its status.
  if (hostnameOf(next.url) !== hostnameOf(sent[0].url)) return { kind: 'final' };
  return sent.length >= MAX_REQUESTS
    ? { kind: 'failed', error: `stopped after ${MAX_REQUESTS} redirects` }
    : { kind: 'follow', request: next };
}

/** Every header again, and where it comes from. */
function followed(location: string, sent: readonly [HttpRequest, ...HttpRequest[]]): HttpRequest | undefined {
  const last = sent.at(-1) ?? sent[0];
  const reference = parseUrl(location);
  if ('error' in reference) return undefined;
  const url = resolveUrl(last.url, reference);
  const { headers, client } = sent[0];
  // No page of HTTPS is named to a plain one; a Referer of the hook's own stays.
  const tells = !(last.url.scheme === 'https' && url.scheme === 'http');
  const referer = firstValue(headers, 'Referer') ?? '';
  const value = referer === '' ? urlText(last.url, 'none') : referer;
  // A Host line of the hook's own goes on only where the redirect stays with the host that was asked.
  const keepsHost = reference.scheme === '' && last.hostLine !== undefined && last.hostLine !== last.url.host;
  return {
    url,
    client,
    headers: tells ? [...withoutHeader(headers, 'Referer'), { name: 'Referer', value }] : headers,
    ...(keepsHost ? { hostLine: last.hostLine } : {}),
  };
}
