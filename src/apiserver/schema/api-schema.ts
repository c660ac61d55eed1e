/**
 * The shapes of the API's objects as the verbs need them: which fields there are, of what type, and how lists merge.
 * The table itself is generated (`gen/api-schema.ts`); this is how it is read.
 */

/** How a value is typed. `ref` names another row of the table. */
export type ApiType =
  | { readonly kind: 'string' | 'boolean' | 'int32' | 'int64' | 'number' | 'quantity' | 'intOrString' | 'time' | 'bytes' | 'any' }
  | { readonly kind: 'ref'; readonly name: string }
  | { readonly kind: 'list' | 'map'; readonly element: ApiType };

export interface ApiField {
  readonly type: ApiType;
  readonly required: boolean;
  /** Strategic merge patch (`x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key`). Absent: replace. */
  readonly patchStrategy?: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey?: string;
  /** Server-side apply (`x-kubernetes-list-type`). Lists without it are atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** `x-kubernetes-map-type`. Maps and structs without it are granular. */
  readonly mapType?: 'atomic' | 'granular';
  /** What an absent value stands for where the field is a key of a list map (`protocol` is TCP). */
  readonly default?: string;
}

export interface ApiObjectType {
  readonly fields: Readonly<Record<string, ApiField>>;
  /** The whole struct is one value in server-side apply (ObjectReference, LabelSelector, …). */
  readonly atomic?: boolean;
}

/** By Go type name, as OpenAPI's last segment has it: `Pod`, `PodSpec`, `ObjectMeta`, `core.Event` where two groups have one name. */
export interface ApiSchema {
  type(name: string): ApiObjectType | undefined;
}
