/**
 * The header lines of a request in the order and form in which Go's client writes them (`net/http/request.go`
 * `write`, `net/http/header.go` `writeSubset`). Names are canonical, values are byte texts.
 */
import { trimBlanks } from './byte-text.ts';

export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** Written by Go elsewhere, or never for a request without a body. */
const NOT_REPEATED = new Set(['Host', 'User-Agent', 'Content-Length', 'Transfer-Encoding', 'Trailer']);

/** `textproto.CanonicalMIMEHeaderKey`, for the names that the API lets through. */
export const canonicalName = (name: string): string =>
  name.replace(/[^-]+/g, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());

export const firstValue = (headers: readonly HeaderField[], name: string): string | undefined =>
  headers.find((header) => header.name === name)?.value;

export const withoutHeader = (headers: readonly HeaderField[], name: string): readonly HeaderField[] =>
  headers.filter((header) => header.name !== name);

/** The first name whose value Go refuses to send: it has a control character other than a tab. */
export const unsendable = (headers: readonly HeaderField[]): string | undefined =>
  [...headers].sort(byName).find(({ value }) => /[\x00-\x08\x0a-\x1f\x7f]/.test(value))?.name;

/** From the line after the request line to the last header; `host` is the value of the Host line. */
export function headerLines(
  host: string,
  headers: readonly HeaderField[],
  { takesGzip, closes }: { readonly takesGzip: boolean; readonly closes: boolean },
): readonly string[] {
  const userAgent = trimBlanks(firstValue(headers, 'User-Agent') ?? '');
  const repeated = headers.filter(({ name }) => !NOT_REPEATED.has(name));
  const isAskedFor = (firstValue(headers, 'Accept-Encoding') ?? '') !== '' || (firstValue(headers, 'Range') ?? '') !== '';
  return [
    `Host: ${host}`,
    ...(userAgent === '' ? [] : [`User-Agent: ${userAgent}`]),
    ...[...repeated].sort(byName).map(({ name, value }) => `${name}: ${trimBlanks(value)}`),
    ...(!takesGzip || isAskedFor ? [] : ['Accept-Encoding: gzip']),
    ...(closes && !saysOfConnection(headers) ? ['Connection: close'] : []),
  ];
}

/** The headers end the connection themselves, or make it another protocol's (`net/http/transport.go` `roundTrip`). */
function saysOfConnection(headers: readonly HeaderField[]): boolean {
  const says = (token: string): boolean =>
    headers.some(
      ({ name, value }) =>
        name === 'Connection' &&
        value
          .toLowerCase()
          .split(',')
          .some((part) => trimBlanks(part) === token),
    );
  return says('close') || (says('upgrade') && (firstValue(headers, 'Upgrade') ?? '') !== '');
}

/** Stable: values of one name stay in the order of the spec. */
const byName = (a: HeaderField, b: HeaderField): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
