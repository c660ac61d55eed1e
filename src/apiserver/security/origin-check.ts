import type { IncomingHttpHeaders } from 'node:http';
import { StatusError } from '../status-error.ts';

/**
 * No web page uses this API: the page of hooklet has a port of its own. A browser says who made a request, in `Origin`
 * (forms, `fetch`, WebSockets) or `Sec-Fetch-Site` (images, links): what comes from another site is refused, whatever
 * certificate the browser may have for us. Programs send neither; some WebSocket clients send our own origin.
 */
export function checkOrigin(headers: IncomingHttpHeaders): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign = origin !== undefined && origin.toLowerCase() !== `https://${(headers.host ?? '').toLowerCase()}`;
  if (!isForeign && (site === undefined || site === 'same-origin' || site === 'none')) return;
  const from = isForeign ? JSON.stringify(origin) : `a page of another site (${JSON.stringify(site)})`;
  throw new StatusError(403, 'Forbidden', `requests of web pages are not answered: this one is from ${from}`);
}
