import type { FieldPath } from './field-path.ts';

/** What a YAML document holds. Maps have no prototype, so that a key such as `__proto__` is a key like any other. */
export type YamlValue = string | number | bigint | boolean | null | readonly YamlValue[] | YamlMap;
export interface YamlMap {
  readonly [key: string]: YamlValue;
}

/** Where a value stands in its text, and how much it holds. */
export interface Place {
  /** Of the key that leads to the value, else of the value itself. */
  readonly offset: number;
  readonly children?: ReadonlyMap<string | number, Place>;
  /** Values in it, itself included. */
  readonly size: number;
  /** Levels below it. */
  readonly height: number;
}

export interface YamlDocument {
  readonly value: YamlValue;
  readonly place: Place;
}

export const isYamlMap = (value: unknown): value is YamlMap => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The offset of a field, or of the nearest one above it that was written: a missing field has no place of its own. */
export function locate(place: Place, path: FieldPath): number {
  let here = place;
  for (const segment of path) {
    const next = here.children?.get(typeof segment === 'object' ? segment.key : segment);
    if (next === undefined) break;
    here = next;
  }
  return here.offset;
}
