import type { ApiObject } from './api-object.ts';

/** What a list, a watch or a deletecollection is limited to. Objects are in the stored shape. */
export interface ObjectFilter {
  /** Nothing is left out: no object needs to be parsed. */
  readonly isAll: boolean;
  /** The one name that `metadata.name=…` allows: read it, do not list. */
  readonly name?: string;
  matches(object: ApiObject): boolean;
}

export const EVERYTHING: ObjectFilter = { isAll: true, matches: () => true };
