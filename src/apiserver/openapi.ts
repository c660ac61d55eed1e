/**
 * The API's description of itself: `/openapi/v3` names a document for each group version, `/openapi/v2` has everything in
 * one (`kube-openapi/pkg/handler3`, `pkg/handler`). The documents are made with the sources and kept compressed; each is
 * read when it is asked for and sent as it lies there.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ApiResponse } from './api-request.ts';
import { OPENAPI_DOCUMENTS, type OpenApiAsset } from './gen/openapi-index.ts';
import { parseAccept } from './negotiate.ts';
import { noSuchPath, notAcceptable } from './status-error.ts';

export interface OpenApiRequest {
  /** Without the query: "/openapi/v3/api/v1". */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

const ROOT = '/openapi/';
const JSON_MEDIA = 'application/json';
const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** What a client may ask for, and the form of the document that it gets. Older clients spell protobuf with an `@`. */
const FORMS: Readonly<Record<string, 'json' | 'protobuf'>> = {
  [JSON_MEDIA]: 'json',
  'application/*': 'json',
  '*/*': 'json',
  [V2_PROTOBUF]: 'protobuf',
  [V2_PROTOBUF.replace('v2.v1', 'v2@v1')]: 'protobuf',
};

/** Answers GET of any path below `/openapi/`. Throws StatusErrors 404 and 406. */
export async function answerOpenApi({ path, query, headers }: OpenApiRequest): Promise<ApiResponse> {
  const name = path.startsWith(ROOT) ? path.slice(ROOT.length) : '';
  if (name === 'v3') return { status: 200, headers: { 'content-type': JSON_MEDIA }, body: encodeIndex() };
  const { file, hash, media } = chooseForm(name, headers.accept);
  const asked = query.get('hash');
  // Clients keep a document under the URL with its hash, so that URL must never show another one.
  if (asked !== null && asked !== '' && asked !== hash) {
    return { status: 301, headers: { location: urlOf(name, hash) }, body: new Uint8Array() };
  }
  const caching = asked === hash ? { 'cache-control': 'public, immutable, max-age=31536000' } : {};
  const common = { etag: `"${hash}"`, vary: 'Accept, Accept-Encoding', ...caching };
  if (matches(headers['if-none-match'], hash)) return { status: 304, headers: common, body: new Uint8Array() };
  return { status: 200, ...(await readDocument(file, headers['accept-encoding'], { ...common, 'content-type': media })) };
}

function chooseForm(name: string, accept: string | undefined): OpenApiAsset & { readonly media: string } {
  const document = Object.hasOwn(OPENAPI_DOCUMENTS, name) ? OPENAPI_DOCUMENTS[name] : undefined;
  if (document === undefined) throw noSuchPath();
  for (const { media } of parseAccept(accept)) {
    const form = Object.hasOwn(FORMS, media) ? FORMS[media] : undefined;
    const asset = form === undefined ? undefined : document[form];
    if (asset !== undefined) return { ...asset, media: form === 'json' ? JSON_MEDIA : V2_PROTOBUF };
  }
  throw notAcceptable(document.protobuf === undefined ? [JSON_MEDIA] : [JSON_MEDIA, V2_PROTOBUF]);
}

async function readDocument(
  file: string,
  acceptEncoding: string | readonly string[] | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Pick<ApiResponse, 'headers' | 'body'>> {
  const compressed = await readFile(new URL(`gen/openapi/${file}`, import.meta.url));
  if (takesGzip(String(acceptEncoding ?? ''))) return { headers: { ...headers, 'content-encoding': 'gzip' }, body: compressed };
  return { headers, body: await promisify(gunzip)(compressed) };
}

function encodeIndex(): Uint8Array {
  const entries = Object.entries(OPENAPI_DOCUMENTS).filter(([name]) => name.startsWith('v3/'));
  const paths = Object.fromEntries(
    entries.map(([name, { json }]) => [name.slice('v3/'.length), { serverRelativeURL: urlOf(name, json.hash) }]),
  );
  return new TextEncoder().encode(JSON.stringify({ paths }));
}

const urlOf = (name: string, hash: string): string => `${ROOT}${name}?hash=${hash}`;

const takesGzip = (acceptEncoding: string): boolean =>
  /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(acceptEncoding);

function matches(ifNoneMatch: string | undefined, hash: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(`"${hash}"`);
}
