/** The value of a body → an object of the kind that the path names, with its fields checked against the schema. */

import { type Fields, isFields } from '../model/json-fields.ts';
import type { ApiObject } from './api-object.ts';
import type { Body } from './body.ts';
import { groupVersion } from './present/present-list.ts';
import type { FieldValidation } from './request-options.ts';
import type { GroupVersionKind } from './resources/resource.ts';
import type { ApiSchema } from './schema/api-schema.ts';
import { type GivenFields, validateFields } from './schema/validate-fields.ts';
import { badRequest } from './status-error.ts';

export interface Expectation {
  readonly expected: GroupVersionKind & {
    /** A row of the schema. */
    readonly typeName: string;
  };
  readonly validation: FieldValidation;
}

export interface Decoded {
  readonly object: ApiObject;
  /** What the client should hear of, beside the answer. */
  readonly warnings: readonly string[];
}

export function decodeObject(schema: ApiSchema, body: Body | undefined, expectation: Expectation): Decoded {
  if (body === undefined) throw badRequest(`the body of the request is empty: a ${expectation.expected.kind} is expected`);
  const { value, text, media } = body;
  return decodeValue(schema, media === 'application/json' ? { value, text } : { value }, expectation);
}

export function decodeValue(schema: ApiSchema, given: GivenFields, { expected, validation }: Expectation): Decoded {
  if (!isFields(given.value)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): it is no JSON object`);
  }
  requireType(given.value, expected);
  const { value, warnings } = validateFields(given, expected, validation, schema);
  const metadata = isFields(value['metadata']) ? value['metadata'] : {};
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : '';
  const object = { ...value, apiVersion: groupVersion(expected), kind: expected.kind, metadata: { ...metadata, name } };
  return { object: object as ApiObject, warnings };
}

/** Both may be left out; what is said must be right. */
function requireType({ apiVersion, kind }: Fields, expected: GroupVersionKind): void {
  const wanted = groupVersion(expected);
  if (kind !== undefined && kind !== '' && kind !== expected.kind) {
    throw badRequest(`${String(kind)} in version ${JSON.stringify(apiVersion ?? wanted)} cannot be handled as a ${expected.kind}`);
  }
  if (apiVersion !== undefined && apiVersion !== '' && apiVersion !== wanted) {
    throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted})`);
  }
}
