/**
 * `fieldValidation`: what becomes of fields that the API does not know, or that are there twice. Unknown fields are never
 * kept; Strict refuses the object, Warn tells the client, Ignore says nothing (`endpoints/handlers/create.go`).
 */
import { type Fields, isFields } from '../../model/json-fields.ts';
import type { FieldValidation } from '../request-options.ts';
import { badRequest, type StatusError } from '../status-error.ts';
import type { ApiSchema } from './api-schema.ts';
import { FieldTypeError, jsonKind, readTyped, type TypedValue } from './read-typed.ts';
import { findStrictErrors } from './strict-errors.ts';

export interface GivenFields {
  readonly value: unknown;
  /** The JSON that `value` was parsed from. Absent (YAML, a patched object): what is there twice cannot be told. */
  readonly text?: string;
}

export interface FieldsType {
  readonly version: string;
  readonly kind: string;
  /** A row of the schema. */
  readonly typeName: string;
}

export interface ValidatedFields {
  /** Without unknown fields and nulls; numbers of quantities are texts. */
  readonly value: Fields;
  /** For `Warning` headers: `unknown field "spec.foo"`. */
  readonly warnings: readonly string[];
}

/** Throws a StatusError 400 for values of a wrong type, and for strict errors when `validation` is Strict. */
export function validateFields(given: GivenFields, type: FieldsType, validation: FieldValidation, schema: ApiSchema): ValidatedFields {
  const { value, strictErrors } = readAs(given.value, type, schema);
  if (validation === 'Ignore') return { value, warnings: [] };
  const root = { kind: 'ref', name: type.typeName } as const;
  const found = given.text === undefined ? strictErrors : findStrictErrors(given.text, root, schema);
  if (validation === 'Strict' && found.length > 0) throw refuse(type, strictText(found));
  return { value, warnings: found };
}

/** Of a patch, whose fields have no types: what is there twice. Throws a StatusError 400 when `validation` is Strict. */
export function validatePatchText(text: string, validation: FieldValidation, schema: ApiSchema): readonly string[] {
  const found = validation === 'Ignore' ? [] : findStrictErrors(text, undefined, schema);
  if (validation === 'Strict' && found.length > 0) throw badRequest(strictText(found));
  return found;
}

const strictText = (errors: readonly string[]): string => `strict decoding error: ${errors.join(', ')}`;

function readAs(value: unknown, type: FieldsType, schema: ApiSchema): TypedValue {
  if (!isFields(value)) throw refuse(type, `json: cannot unmarshal ${jsonKind(value)} into Go value of type v1.${type.kind}`);
  try {
    return readTyped(value, type.typeName, schema);
  } catch (error) {
    throw error instanceof FieldTypeError ? refuse(type, error.message) : error;
  }
}

/** `endpoints/handlers/rest.go` transformDecodeError. */
const refuse = ({ kind, version }: FieldsType, why: string): StatusError =>
  badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
