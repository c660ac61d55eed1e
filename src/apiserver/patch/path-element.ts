/**
 * One step on the way to a field, as FieldsV1 writes it (`structured-merge-diff/fieldpath/serialize-pe.go`):
 *
 *   f:image             a field of a struct, or a key of a map
 *   k:{"name":"web"}    the element of a list with these keys
 *   v:"finalizer"       the element of a set that has this value
 *   i:0                 the element at this place
 *
 * The text is canonical (keys sorted, no spaces), so that two steps are the same when their texts are.
 */
import { isFields } from '../../model/json-fields.ts';

export type PathElement = string;

export const fieldElement = (name: string): PathElement => `f:${name}`;
export const valueElement = (value: unknown): PathElement => `v:${JSON.stringify(value)}`;

export function keyElement(keys: readonly (readonly [name: string, value: unknown])[]): PathElement {
  const sorted = keys.length < 2 ? keys : keys.toSorted(([a], [b]) => compareTexts(a, b));
  return `k:{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** The name that an `f:` has; undefined for the others. */
export const fieldOf = (element: PathElement): string | undefined => (element.startsWith('f:') ? element.slice(2) : undefined);

/** From a client: made canonical. Undefined: `.`, or of a kind that a later version may know. Null: malformed. */
export function parsePathElement(text: string): PathElement | undefined | null {
  if (text === '.') return undefined;
  if (text[1] !== ':') return null;
  if (text[0] === 'f' || PLAIN_KEY.test(text)) return text;
  const rest = text.slice(2);
  switch (text[0]) {
    case 'v':
      return parsed(rest, (value) => valueElement(value));
    case 'k':
      return parsed(rest, (value) => (isFields(value) ? keyElement(Object.entries(value)) : null));
    case 'i':
      return /^-?\d{1,15}$/.test(rest) ? `i:${Number(rest)}` : null;
    default:
      return undefined;
  }
}

/** Most of all steps into a list; there is only one way to write them. */
const PLAIN_KEY = /^k:\{"\w+":"[\w./:-]*"\}$/;

function parsed(json: string, make: (value: unknown) => PathElement | null): PathElement | null {
  try {
    return make(JSON.parse(json));
  } catch {
    return null;
  }
}

/** As messages have it: `.image`, `[name="web"]`, `[="finalizer"]`, `[0]`. */
export function showPathElement(element: PathElement): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${rest}`;
    case 'k':
      return `[${keysOf(element)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${rest}]`;
    default:
      return `[${rest}]`;
  }
}

const keysOf = (element: PathElement): readonly (readonly [string, unknown])[] => Object.entries(JSON.parse(element.slice(2)) as object);

/** In upstream's order: fields, keys, values, places. */
export function sortPathElements(elements: Iterable<PathElement>): readonly PathElement[] {
  const list = [...elements];
  if (list.every((element) => element.startsWith('f:'))) return list.sort();
  const decoded = list.map((element) => ({ element, kind: KINDS.indexOf(element[0] as string), content: contentOf(element) }));
  return decoded.sort(compareDecoded).map(({ element }) => element);
}

const KINDS = 'fkvi';

interface Decoded {
  readonly element: PathElement;
  readonly kind: number;
  readonly content: unknown;
}

const contentOf = (element: PathElement): unknown =>
  element.startsWith('f:') ? undefined : element.startsWith('k:') ? keysOf(element) : JSON.parse(element.slice(2));

function compareDecoded(a: Decoded, b: Decoded): number {
  if (a.kind !== b.kind) return a.kind - b.kind;
  if (a.content === undefined || b.content === undefined) return compareTexts(a.element, b.element);
  return a.element.startsWith('k:') ? compareKeys(a.content as Keys, b.content as Keys) : compareValues(a.content, b.content);
}

type Keys = readonly (readonly [string, unknown])[];

function compareKeys(a: Keys, b: Keys): number {
  for (const [index, [name, value]] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareTexts(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers by their size, everything else by its JSON; numbers come first. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return compareTexts(JSON.stringify(a), JSON.stringify(b));
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
