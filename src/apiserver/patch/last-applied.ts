/**
 * From `kubectl apply` to `kubectl apply --server-side`: the annotation in which the client kept what it applied is taken
 * for a proof of ownership, and kept up to date (`managedfields/internal/lastappliedmanager.go`, `lastappliedupdater.go`).
 */
import { type Fields, fieldsOf, isFields, textOf } from '../../model/json-fields.ts';
import type { ApiSchema } from '../schema/api-schema.ts';
import { checkApplied } from './check-applied.ts';
import { compareObjects } from './compare-objects.ts';
import { difference, type FieldSet, NO_FIELDS } from './field-set.ts';
import { depthOf, MAX_JSON_DEPTH, without } from './json-values.ts';
import { ownedFields } from './owned-fields.ts';
import { objectType } from './value-shape.ts';

/** Only this manager has a past on the client's side. */
export const KUBECTL = 'kubectl';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
/** Of all annotations together (`api/validation/objectmeta.go`). */
const MAX_ANNOTATION_BYTES = 256 * 1024;

const annotationsOf = (object: Fields): Fields => fieldsOf(fieldsOf(object, 'metadata'), 'annotations');

interface Typed {
  readonly schema: ApiSchema;
  readonly typeName: string;
  readonly apiVersion: string;
}

/** The fields that the client applied before and that nobody has changed since. */
export function lastAppliedFields({ schema, typeName, apiVersion }: Typed, live: Fields): FieldSet {
  const applied = parseObject(textOf(annotationsOf(live), ANNOTATION));
  const type = objectType(typeName);
  if (applied === undefined || textOf(applied, 'apiVersion') !== apiVersion || checkApplied(schema, type, applied).length > 0) {
    return NO_FIELDS;
  }
  const { added, modified, removed } = compareObjects(schema, type, applied, live);
  return [modified, added, removed].reduce(difference, ownedFields(schema, type, applied));
}

function parseObject(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) && depthOf(value) <= MAX_JSON_DEPTH ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `object` with the annotation as of this apply, if it has one. Too large for an annotation: without. */
export function withLastApplied(object: Fields, applied: Fields): Fields {
  const annotations = annotationsOf(object);
  if (textOf(annotations, ANNOTATION) === '') return object;
  const updated = {
    ...annotations,
    [ANNOTATION]: `${JSON.stringify(withAnnotations(applied, without(annotationsOf(applied), ANNOTATION)))}\n`,
  };
  const bytes = Object.entries(updated).reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
  return withAnnotations(object, bytes > MAX_ANNOTATION_BYTES ? without(updated, ANNOTATION) : updated);
}

function withAnnotations(object: Fields, annotations: Fields): Fields {
  const metadata = without(fieldsOf(object, 'metadata'), 'annotations');
  return { ...object, metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations } };
}
