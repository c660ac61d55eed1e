/** The documents that clients download: one a group version (OpenAPI v3), and one of everything (OpenAPI v2). */
import { groupVersionPath, SERVED } from './api-resources.ts';
import type { DeclaredType } from './declarations.ts';
import { type Operation, type Parameter, type Path, pathsOf } from './openapi-operations.ts';
import { type Json, type JsonObject, type OpenApiVersion, reachableSchemas, renderSchemas, schemaRef } from './openapi-schemas.ts';

const INFO = { title: 'hooklet', version: 'v1.36' };

const BEARER = {
  description: 'Bearer Token authentication',
  in: 'header',
  name: 'authorization',
  type: 'apiKey',
};

/** By `api/v1`, `apis/apps/v1`. */
export function renderV3(types: ReadonlyMap<string, DeclaredType>): ReadonlyMap<string, JsonObject> {
  const schemas = renderSchemas(types, 3);
  const documents = new Map<string, JsonObject>();
  for (const name of [...new Set(SERVED.map(groupVersionPath))].sort()) {
    const paths = SERVED.filter((resource) => groupVersionPath(resource) === name).flatMap(pathsOf);
    documents.set(name, renderV3Document(renderPaths(paths, 3), schemas));
  }
  return documents;
}

function renderV3Document(paths: JsonObject, schemas: ReadonlyMap<string, JsonObject>): JsonObject {
  return {
    openapi: '3.0.0',
    info: INFO,
    paths,
    components: { schemas: pick(schemas, reachableSchemas(paths, schemas)), securitySchemes: { BearerToken: BEARER } },
    security: [{ BearerToken: [] }],
  };
}

export function renderV2(types: ReadonlyMap<string, DeclaredType>): JsonObject {
  const schemas = renderSchemas(types, 2);
  const paths = renderPaths(SERVED.flatMap(pathsOf), 2);
  return {
    swagger: '2.0',
    info: INFO,
    paths,
    definitions: pick(schemas, reachableSchemas(paths, schemas)),
    securityDefinitions: { BearerToken: BEARER },
    security: [{ BearerToken: [] }],
  };
}

const pick = (schemas: ReadonlyMap<string, JsonObject>, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, schemas.get(name) as JsonObject]));

function renderPaths(paths: readonly Path[], version: OpenApiVersion): JsonObject {
  const sorted = paths.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return Object.fromEntries(sorted.map((path) => [path.path, renderPath(path, version)]));
}

function renderPath({ parameters, operations }: Path, version: OpenApiVersion): JsonObject {
  return {
    ...Object.fromEntries(operations.map((operation) => [operation.method, renderOperation(operation, version)])),
    ...(parameters.length > 0 && { parameters: parameters.map((one) => renderParameter(one, version)) }),
  };
}

function renderParameter(parameter: Parameter, version: OpenApiVersion): JsonObject {
  const { name, description, type } = parameter;
  const required = parameter.in === 'path' ? { required: true } : {};
  const shape: JsonObject = version === 3 ? { schema: { type } } : { type };
  return { name, in: parameter.in, description, ...required, ...shape };
}

function renderOperation(operation: Operation, version: OpenApiVersion): JsonObject {
  const { group, version: apiVersion, kind } = operation.gvk;
  const tag = `${group === '' ? 'core' : (group.split('.', 1)[0] as string)}_${apiVersion}`;
  return {
    description: operation.description,
    operationId: operation.id,
    tags: [tag],
    ...(version === 3 ? renderV3Parts(operation) : renderV2Parts(operation)),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { group, kind, version: apiVersion },
  };
}

const content = (media: readonly string[], schema: Json): JsonObject => Object.fromEntries(media.map((one) => [one, { schema }]));

function renderV3Parts({ query, body, answer }: Operation): JsonObject {
  return {
    ...(query.length > 0 && { parameters: query.map((one) => renderParameter(one, 3)) }),
    ...(body !== undefined && {
      requestBody: { ...(body.required && { required: true }), content: content(body.media, schemaRef(body.type, 3)) },
    }),
    responses: renderResponses(answer?.codes, answer === undefined ? {} : { content: content(answer.media, schemaRef(answer.type, 3)) }),
  };
}

function renderV2Parts({ query, body, answer }: Operation): JsonObject {
  const bodyParameter =
    body === undefined ? [] : [{ name: 'body', in: 'body', ...(body.required && { required: true }), schema: schemaRef(body.type, 2) }];
  return {
    consumes: body === undefined ? ['*/*'] : body.media,
    produces: answer === undefined ? ['*/*'] : answer.media,
    parameters: [...query.map((one) => renderParameter(one, 2)), ...bodyParameter],
    responses: renderResponses(answer?.codes, answer === undefined ? {} : { schema: schemaRef(answer.type, 2) }),
    schemes: ['https'],
  };
}

const MEANINGS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

function renderResponses(codes: readonly number[] | undefined, shape: JsonObject): JsonObject {
  const answers = (codes ?? [200]).map((code) => [String(code), { description: MEANINGS[code] as string, ...shape }] as const);
  return { ...Object.fromEntries(answers), 401: { description: 'Unauthorized' } };
}
