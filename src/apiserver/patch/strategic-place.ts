/** Where in the schema a strategic merge patch has got to, and how the value there is patched. */
import { type FieldPath, formatPath } from '../../model/field-path.ts';
import type { ApiField, ApiSchema, ApiType } from '../schema/api-schema.ts';

export interface Place {
  readonly schema: ApiSchema;
  /** Undefined: nothing is known of what lies here; objects merge, lists replace. */
  readonly type: ApiType | undefined;
  readonly path: FieldPath;
  /** Fields of the patch that the schema does not have are told here. */
  readonly onUnknown: (path: string) => void;
}

export interface FieldPlace extends Place {
  readonly strategy: 'merge' | 'replace' | undefined;
  readonly mergeKey: string | undefined;
  /** The type is known, and has no such field. */
  readonly isUnknown: boolean;
}

export function fieldPlace(place: Place, name: string): FieldPlace {
  const { type } = place;
  const path = [...place.path, name];
  if (type?.kind !== 'ref') return untagged({ ...place, path, type: type !== undefined && 'element' in type ? type.element : undefined });

  const fields = place.schema.type(type.name)?.fields;
  const field = fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    if (fields !== undefined) place.onUnknown(formatPath(path));
    return { ...untagged({ ...place, path, type: undefined }), isUnknown: fields !== undefined };
  }
  return { ...place, path, type: field.type, strategy: strategyOf(field), mergeKey: field.patchMergeKey, isUnknown: false };
}

const untagged = (place: Place): FieldPlace => ({ ...place, strategy: undefined, mergeKey: undefined, isUnknown: false });

/** `retainKeys` says what a client writes into its patch; the patch then carries `$retainKeys` itself. */
const strategyOf = ({ patchStrategy }: ApiField): 'merge' | 'replace' | undefined =>
  patchStrategy?.includes('merge') ? 'merge' : patchStrategy?.includes('replace') ? 'replace' : undefined;

export const elementPlace = (place: Place, index: number): Place => ({
  ...place,
  path: [...place.path, index],
  type: place.type?.kind === 'list' ? place.type.element : undefined,
});
