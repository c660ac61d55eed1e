/** The declared types as the schemas of an OpenAPI document of version 2 or 3. */
import { SERVED } from './api-resources.ts';
import { type DeclaredField, type DeclaredType, isPlain } from './declarations.ts';
import { isAtomic, mergeFact } from './merge-facts.ts';
import { isRequired } from './render-table.ts';
import { publishedName, shortName } from './type-names.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;
export type OpenApiVersion = 2 | 3;

export const PATCH_TYPE = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';

const PLACES: Readonly<Record<OpenApiVersion, string>> = { 2: '#/definitions/', 3: '#/components/schemas/' };

export const schemaRef = (name: string, version: OpenApiVersion): JsonObject => ({ $ref: PLACES[version] + name });

const PLAIN: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
};

/** Types that are no structs. Version 2 has no way to say "one of". */
const SPECIAL: Readonly<Record<string, Readonly<Record<OpenApiVersion, JsonObject>>>> = {
  FieldsV1: { 2: { type: 'object' }, 3: { type: 'object' } },
  RawExtension: { 2: { type: 'object' }, 3: { type: 'object' } },
  IntOrString: {
    2: { type: 'string', format: 'int-or-string' },
    3: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  MicroTime: { 2: { type: 'string', format: 'date-time' }, 3: { type: 'string', format: 'date-time' } },
  Quantity: { 2: { type: 'string' }, 3: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
  Time: { 2: { type: 'string', format: 'date-time' }, 3: { type: 'string', format: 'date-time' } },
};

/** All schemas of one version of OpenAPI, by published name. */
export function renderSchemas(types: ReadonlyMap<string, DeclaredType>, version: OpenApiVersion): ReadonlyMap<string, JsonObject> {
  const typeMeta = typeMetaDescriptions(types);
  const schemas = new Map<string, JsonObject>();
  for (const type of types.values()) schemas.set(publishedName(type.fullName), renderSchema(type, typeMeta, version));
  const patch = 'Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.';
  schemas.set(PATCH_TYPE, { description: patch, type: 'object' });
  return schemas;
}

/** The declarations of kinds leave out what `apiVersion` and `kind` mean. */
function typeMetaDescriptions(types: ReadonlyMap<string, DeclaredType>): Readonly<Record<string, string>> {
  const status = [...types.values()].find(({ fullName }) => shortName(fullName) === 'Status');
  const named = (status?.fields ?? []).filter(({ name }) => name === 'apiVersion' || name === 'kind');
  return Object.fromEntries(named.map(({ name, description }) => [name, description]));
}

function renderSchema(type: DeclaredType, typeMeta: Readonly<Record<string, string>>, version: OpenApiVersion): JsonObject {
  const short = shortName(type.fullName);
  const description = type.description === '' ? {} : { description: type.description };
  const special = SPECIAL[short];
  if (special !== undefined) return { ...description, ...special[version] };
  const fields = type.fields ?? [];
  const required = fields.filter(isRequired).map(({ name }) => name);
  const kinds = groupVersionKinds(type, short);
  return {
    ...description,
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        renderField({ ...field, description: field.description || (typeMeta[field.name] ?? '') }, short, version),
      ]),
    ),
    ...(kinds.length > 0 && { 'x-kubernetes-group-version-kind': kinds }),
    ...(isAtomic(short) && { 'x-kubernetes-map-type': 'atomic' }),
  };
}

function groupVersionKinds(type: DeclaredType, short: string): readonly JsonObject[] {
  if (short === 'Status') return [{ group: '', kind: 'Status', version: 'v1' }];
  if (short === 'DeleteOptions') {
    const served = new Set(SERVED.map(({ group, version }) => `${group}/${version}`));
    return [...served].sort().map((one) => ({ group: one.split('/', 1)[0] as string, kind: short, version: one.replace(/^.*\//, '') }));
  }
  if (type.apiVersion === undefined || type.kind === undefined) return [];
  const [version = '', group = ''] = type.apiVersion.split('/').reverse();
  return [{ group, kind: type.kind, version }];
}

function renderField(field: DeclaredField, owner: string, version: OpenApiVersion): JsonObject {
  const fact = mergeFact(owner, field.name);
  const isList = field.prefix.startsWith('[]');
  const isTypeMeta = field.name === 'apiVersion' || field.name === 'kind';
  const around = {
    ...(field.description !== '' && { description: field.description }),
    ...(fact?.default !== undefined && { default: fact.default }),
    ...(fact?.listType !== undefined && { [isList ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type']: fact.listType }),
    ...(fact !== undefined && fact.mapKeys.length > 0 && { 'x-kubernetes-list-map-keys': fact.mapKeys }),
    ...(fact?.mergeKey !== undefined && { 'x-kubernetes-patch-merge-key': fact.mergeKey }),
    ...(fact !== undefined && fact.strategies.length > 0 && { 'x-kubernetes-patch-strategy': fact.strategies.join(',') }),
  };
  const values = field.values === undefined || isTypeMeta ? {} : { enum: field.values };
  const shape = renderShape(field.prefix, field.element, values, version);
  // Version 3 ignores what stands beside a reference.
  return version === 3 && '$ref' in shape ? { ...around, allOf: [shape] } : { ...around, ...shape };
}

function renderShape(prefix: string, element: string, values: JsonObject, version: OpenApiVersion): JsonObject {
  if (prefix.startsWith('[]')) return { type: 'array', items: renderShape(prefix.slice(2), element, values, version) };
  if (prefix.startsWith('{}')) return { type: 'object', additionalProperties: renderShape(prefix.slice(2), element, values, version) };
  return isPlain(element) ? { ...PLAIN[element], ...values } : schemaRef(publishedName(element), version);
}

/** The names that a schema or an operation refers to, and those that these refer to. */
export function reachableSchemas(from: Json, schemas: ReadonlyMap<string, JsonObject>): readonly string[] {
  const found = new Set<string>();
  const visit = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      const schema = schemas.get(name);
      if (schema === undefined) throw new Error(`No schema of ${name}`);
      visit(JSON.stringify(schema));
    }
  };
  visit(JSON.stringify(from));
  return [...found].sort();
}
