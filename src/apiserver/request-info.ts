/**
 * What a request is about, read from its path and method (`apiserver/pkg/endpoints/request/requestinfo.go`). Authorization
 * and routing both decide by this one reading.
 */
import { badRequest, methodNotAllowed, noSuchPath } from './status-error.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export interface ResourceRequestInfo {
  readonly kind: 'resource';
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  /** Empty: all namespaces, or the resource has none. */
  readonly namespace: string;
  /** The plural. */
  readonly resource: string;
  /** Empty: a collection. */
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource, undecoded, with its leading slash: the path of a proxied request. */
  readonly rest: string;
}

export type RequestInfo = ResourceRequestInfo | { readonly kind: 'path'; readonly verb: string; readonly path: string };

export function readRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const segments = path.split('/').slice(1);
  const found = splitGroup(segments);
  if (found === undefined || found.rest.length === 0 || (found.rest.length === 1 && found.rest[0] === '')) {
    return { kind: 'path', verb: method.toLowerCase(), path };
  }
  const { group, version } = found;
  const isOldWatch = found.rest[0] === 'watch' && found.rest.length > 1;
  const place = readPlace(isOldWatch ? found.rest.slice(1) : found.rest);
  return { kind: 'resource', verb: verbOf(method, place.name, isOldWatch || asksToWatch(query)), group, version, ...place };
}

function splitGroup(segments: readonly string[]): { group: string; version: string; rest: readonly string[] } | undefined {
  const [root, first, second] = segments;
  if (root === 'api' && first !== undefined && first !== '') return { group: '', version: decode(first), rest: segments.slice(2) };
  if (root !== 'apis' || first === undefined || second === undefined || second === '') return undefined;
  return { group: decode(first), version: decode(second), rest: segments.slice(3) };
}

type Place = Pick<ResourceRequestInfo, 'namespace' | 'resource' | 'name' | 'subresource' | 'rest'>;

/** `namespaces/x` is the object, `namespaces/x/status` a part of it, `namespaces/x/pods` what lies in it. */
const NAMESPACE_PARTS: ReadonlySet<string> = new Set(['status', 'finalize']);

function readPlace(given: readonly string[]): Place {
  const [first, second, third] = given;
  const isInside = first === 'namespaces' && second !== undefined && third !== undefined && third !== '' && !NAMESPACE_PARTS.has(third);
  const [resource = '', name = '', subresource = '', ...rest] = isInside ? given.slice(2) : given;
  return {
    namespace: isInside ? decode(second) : '',
    resource: decode(resource),
    name: decode(name),
    subresource: decode(subresource),
    rest: rest.map((segment) => `/${segment}`).join(''),
  };
}

/** One component of a path: never "..", never with a slash of its own (`api/validation/path/name.go`). */
function decode(segment: string): string {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    throw badRequest('the path of the request is not valid percent-encoding');
  }
  if (text === '.' || text === '..' || /[/%\0]/.test(text)) throw noSuchPath();
  return text;
}

const asksToWatch = (query: URLSearchParams): boolean => query.has('watch') && isTrue(query.get('watch'));

/** A boolean of a query: everything but these is true (`apimachinery/pkg/conversion/queryparams`). */
export const isTrue = (value: string | null): boolean => value !== null && value.toLowerCase() !== 'false' && value !== '0';

function verbOf(method: string, name: string, isWatch: boolean): Verb {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isWatch) return 'watch';
      return name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      throw methodNotAllowed();
  }
}
