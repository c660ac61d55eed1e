/**
 * How lists and maps of the API merge. The declarations of `kubernetes-models` leave it out, so the facts of the
 * published API description (Kubernetes 1.36, `api/openapi-spec/v3`) stand in `merge-facts.json`, by type and field:
 *
 *   ~merge,retainKeys@name   strategic merge patch: strategies, and the merge key
 *   +name,protocol           server-side apply: a list map with these keys; `+set`, `+atomic` for the other kinds
 *   =TCP                     what an absent value stands for where it is a key of a list map
 *
 * `atomic` names the structs that are one value in server-side apply.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MergeFact {
  readonly strategies: readonly string[];
  readonly mergeKey?: string;
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly mapKeys: readonly string[];
  readonly default?: string;
  /** As the file has it. */
  readonly text: string;
}

interface MergeFacts {
  readonly atomic: readonly string[];
  readonly fields: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const facts = JSON.parse(readFileSync(join(import.meta.dirname, 'merge-facts.json'), 'utf8')) as MergeFacts;

export const isAtomic = (typeName: string): boolean => facts.atomic.includes(typeName);

/** Every type and field that the facts name, so that a fact about nothing is found. */
export const namedFields = (): readonly (readonly [type: string, field: string])[] =>
  Object.entries(facts.fields).flatMap(([type, fields]) => Object.keys(fields).map((field) => [type, field] as const));

export const atomicTypes = (): readonly string[] => facts.atomic;

export function mergeFact(typeName: string, field: string): MergeFact | undefined {
  const text = facts.fields[typeName]?.[field];
  if (text === undefined) return undefined;
  const match = /^(?:~([\w,]+)(?:@(\w+))?)?(?:\+([\w,]+))?(?:=(\w+))?$/.exec(text);
  if (match === null) throw new Error(`merge-facts.json: cannot read "${text}" of ${typeName}.${field}`);
  const [, strategies, mergeKey, list, value] = match;
  const listType = list === undefined || list === 'atomic' || list === 'set' ? list : 'map';
  return {
    strategies: strategies?.split(',') ?? [],
    ...(mergeKey !== undefined && { mergeKey }),
    ...(listType !== undefined && { listType }),
    mapKeys: listType === 'map' ? (list as string).split(',') : [],
    ...(value !== undefined && { default: value }),
    text,
  };
}
