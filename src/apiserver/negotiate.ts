/**
 * Which form of the answer the client takes: the media type and what kubectl asks for beside it (`;as=Table`). The first
 * clause of the Accept header that can be served wins (`endpoints/handlers/negotiation/negotiate.go`).
 */
import { notAcceptable } from './status-error.ts';

export type Media = 'application/json' | 'application/yaml';

export interface AcceptClause {
  readonly media: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What the objects of an answer become. */
export type Representation = 'object' | 'table' | 'partial' | 'partialList';

export interface Accepted {
  readonly media: Media;
  readonly as: Representation;
  /** "v1" or "v1beta1", of meta.k8s.io; of no meaning for whole objects. */
  readonly metaVersion: string;
}

const OFFERED: readonly string[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

const MAX_ACCEPT = 4096;

export function parseAccept(header: string | undefined): readonly AcceptClause[] {
  const clauses = (header ?? '').slice(0, MAX_ACCEPT).split(',').map(parseClause);
  const given = clauses.filter(({ media }) => media !== '');
  if (given.length === 0) return [{ media: '*/*', params: {} }];
  // The sort is stable: equal weights keep the client's order.
  return given.toSorted((a, b) => weight(b) - weight(a));
}

function parseClause(text: string): AcceptClause {
  const [media = '', ...params] = text.split(';').map((part) => part.trim());
  const pairs = params.map((param) => {
    const [name = '', value = ''] = param.split('=', 2);
    return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')] as const;
  });
  return { media: media.toLowerCase(), params: Object.fromEntries(pairs.filter(([name]) => name !== '__proto__')) };
}

function weight({ params }: AcceptClause): number {
  const q = Number(params['q'] ?? 1);
  return Number.isFinite(q) ? q : 1;
}

export function negotiate(header: string | undefined): Accepted {
  for (const clause of parseAccept(header)) {
    const media = mediaOf(clause.media);
    const as = media === undefined ? undefined : representationOf(clause);
    if (media !== undefined && as !== undefined) return { media, as, metaVersion: clause.params['v'] ?? 'v1' };
  }
  throw notAcceptable(OFFERED.slice(0, 2));
}

export function mediaOf(media: string): Media | undefined {
  if (media === '*/*' || media === 'application/*' || media === 'application/json' || media === 'text/json') return 'application/json';
  return media === 'application/yaml' || media === 'text/yaml' ? 'application/yaml' : undefined;
}

/** `undefined`: something that is not known, so the next clause is tried. */
function representationOf({ params }: AcceptClause): Representation | undefined {
  const { as, g: group, v: version } = params;
  if (as === undefined) return group === undefined ? 'object' : undefined;
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as === 'Table') return 'table';
  if (as === 'PartialObjectMetadata') return 'partial';
  return as === 'PartialObjectMetadataList' ? 'partialList' : undefined;
}
