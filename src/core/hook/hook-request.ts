/** What the request of a hook has beyond that of a probe. */
import { type HeaderField, withoutHeader } from '../http/http-headers.ts';
import type { HttpRequest } from '../http/http-request.ts';

/** A plain-HTTP server answered on the HTTPS port: once more without TLS, and without what was meant for TLS only. */
export function plainHttpRequest({ url, headers, ...rest }: HttpRequest): HttpRequest {
  const { userinfo: _credentials, ...bare } = url;
  return { ...rest, url: { ...bare, scheme: 'http' }, headers: withoutHeader(headers, 'Authorization') };
}

/** By these a receiver tells one delivery from another, and a repetition from a new one. Sent where the Pod asks for them. */
export const deliveryHeaders = (of: {
  readonly delivery: string;
  readonly attempt: number;
  readonly retry: number;
}): readonly HeaderField[] => [
  { name: 'Hooklet-Delivery', value: of.delivery },
  { name: 'Hooklet-Attempt', value: String(of.attempt) },
  { name: 'Hooklet-Retry', value: String(of.retry) },
];
