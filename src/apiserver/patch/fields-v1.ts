/** Field sets as `metadata.managedFields` has them (`structured-merge-diff/fieldpath/serialize.go`). */
import { type Fields, isFields } from '../../model/json-fields.ts';
import { type FieldSet, isEmptySet, NO_FIELDS } from './field-set.ts';
import { MAX_JSON_DEPTH } from './json-values.ts';
import { type PathElement, parsePathElement, sortPathElements } from './path-element.ts';

/** `.` says that a field is itself a member, where fields within it are members too. */
export function encodeFieldsV1(set: FieldSet): Fields {
  const elements = sortPathElements(set.members.union(set.children));
  return Object.fromEntries(elements.map((element) => [element, encodeMember(set, element)]));
}

function encodeMember(set: FieldSet, element: PathElement): Fields {
  const child = set.children.get(element);
  if (child === undefined) return {};
  return set.members.has(element) ? { '.': {}, ...encodeFieldsV1(child) } : encodeFieldsV1(child);
}

/** Undefined: malformed. What a later version may mean is left out. */
export function decodeFieldsV1(fields: unknown): FieldSet | undefined {
  return decode(fields, 0)?.set;
}

interface Decoded {
  readonly set: FieldSet;
  readonly isMember: boolean;
}

const MEMBER: Decoded = { set: NO_FIELDS, isMember: true };

function decode(fields: unknown, depth: number): Decoded | undefined {
  if (!isFields(fields) || depth > MAX_JSON_DEPTH) return undefined;
  const entries = Object.entries(fields);
  if (entries.length === 0) return MEMBER;
  const members = new Set<PathElement>();
  const children = new Map<PathElement, FieldSet>();
  for (const [text, value] of entries) {
    const element = parsePathElement(text);
    if (element === undefined) continue;
    const within = decode(value, depth + 1);
    if (element === null || within === undefined) return undefined;
    if (within.isMember) members.add(element);
    if (!isEmptySet(within.set)) children.set(element, within.set);
  }
  const set = { members, children };
  return { set, isMember: Object.hasOwn(fields, '.') || isEmptySet(set) };
}
