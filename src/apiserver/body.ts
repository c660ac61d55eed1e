/** The bytes of a request → the value they mean. What it may be is looked at later. */
import { parseYaml } from '../model/parse-yaml.ts';
import { isYamlMap, type YamlValue } from '../model/yaml-document.ts';
import type { ApiRequest } from './api-request.ts';
import { depthOf, MAX_JSON_DEPTH } from './patch/json-values.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf/decode-protobuf.ts';
import type { ApiSchema } from './schema/api-schema.ts';
import { badRequest, unsupportedMediaType } from './status-error.ts';

/** `apiserver/pkg/server/config.go` MaxRequestBodyBytes. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

export type BodyMedia = 'application/json' | 'application/yaml' | typeof PROTOBUF;

export interface Body {
  readonly media: BodyMedia;
  /** As it came; empty for what is no text. */
  readonly text: string;
  readonly value: unknown;
}

/** Without parameters, in lower case; empty when none was given. */
export const contentType = ({ headers }: ApiRequest): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

export function bodyMedia(type: string): BodyMedia {
  if (type === '' || type === 'application/json' || type === 'text/json' || type === '*/*') return 'application/json';
  if (type === 'application/yaml' || type === 'text/yaml' || type === 'application/x-yaml') return 'application/yaml';
  if (type === PROTOBUF) return type;
  throw unsupportedMediaType(['application/json', 'application/yaml']);
}

/** `undefined`: the body is empty. */
export async function readBody(request: ApiRequest, media: BodyMedia, schema: ApiSchema): Promise<Body | undefined> {
  const bytes = await request.readBody(MAX_BODY_BYTES);
  if (bytes.length === 0) return undefined;
  if (media === PROTOBUF) return { media, text: '', value: decodeProtobuf(bytes, schema) };
  const text = decodeText(bytes);
  const value = media === 'application/yaml' ? parseYamlBody(text) : parseJsonBody(text);
  if (depthOf(value) > MAX_JSON_DEPTH) throw badRequest(`the body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  return { media, text, value };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('the body of the request is not UTF-8 text');
  }
}

function parseJsonBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseYamlBody(text: string): unknown {
  const { documents, errors } = parseYaml(text);
  const [first] = errors;
  if (first !== undefined) throw badRequest(`error converting YAML to JSON: ${first.message}`);
  return documents[0] === undefined ? null : toJson(documents[0].value);
}

/** Depth was bounded while the text was parsed. */
function toJson(value: YamlValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(toJson);
  if (!isYamlMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJson(one)]));
}
