/**
 * A set of fields, as a tree (`structured-merge-diff/fieldpath/set.go`). A field and what lies in it are members by
 * themselves: `{spec.containers[name="web"]}` says that the element is there, nothing of its image.
 */
import { type PathElement, showPathElement, sortPathElements } from './path-element.ts';

export interface FieldSet {
  readonly members: ReadonlySet<PathElement>;
  /** Never empty sets. */
  readonly children: ReadonlyMap<PathElement, FieldSet>;
}

export type Path = readonly PathElement[];

const NO_MEMBERS: ReadonlySet<PathElement> = new Set();
const NO_CHILDREN: ReadonlyMap<PathElement, FieldSet> = new Map();

export const NO_FIELDS: FieldSet = { members: NO_MEMBERS, children: NO_CHILDREN };

/** A set that grows. A large object has thousands of nodes, most of them with members only: what is empty is shared. */
export class FieldSetBuilder implements FieldSet {
  #members: Set<PathElement> | undefined;
  #children: Map<PathElement, FieldSetBuilder> | undefined;

  get members(): ReadonlySet<PathElement> {
    return this.#members ?? NO_MEMBERS;
  }

  get children(): ReadonlyMap<PathElement, FieldSet> {
    return this.#children ?? NO_CHILDREN;
  }

  /** Nobody owns "the whole object": the empty path is left out. */
  add(path: Path): void {
    const last = path.length - 1;
    if (last < 0) return;
    let node: FieldSetBuilder = this;
    for (let index = 0; index < last; index += 1) node = node.#child(path[index] as PathElement);
    node.#members ??= new Set();
    node.#members.add(path[last] as PathElement);
  }

  #child(element: PathElement): FieldSetBuilder {
    this.#children ??= new Map();
    const known = this.#children.get(element);
    if (known !== undefined) return known;
    const child = new FieldSetBuilder();
    this.#children.set(element, child);
    return child;
  }
}

export function fieldSetOfPaths(paths: Iterable<Path>): FieldSet {
  const set = new FieldSetBuilder();
  for (const path of paths) set.add(path);
  return set;
}

export const isEmptySet = ({ members, children }: FieldSet): boolean => members.size === 0 && children.size === 0;

export const childSet = (set: FieldSet, element: PathElement): FieldSet => set.children.get(element) ?? NO_FIELDS;

export function hasPath(set: FieldSet, path: Path): boolean {
  const last = path.at(-1);
  if (last === undefined) return false;
  return path.slice(0, -1).reduce(childSet, set).members.has(last);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b;
  if (isEmptySet(b)) return a;
  const children = new Map(a.children);
  for (const [element, child] of b.children) {
    const other = children.get(element);
    children.set(element, other === undefined ? child : union(other, child));
  }
  return { members: b.members.size === 0 ? a.members : a.members.union(b.members), children };
}

export const intersection = (a: FieldSet, b: FieldSet): FieldSet => ({
  members: a.members.size === 0 ? a.members : a.members.intersection(b.members),
  children: b.children.size === 0 ? NO_CHILDREN : mapChildren(a, (child, element) => intersection(child, childSet(b, element))),
});

/** What is a member of `a` and not of `b`, each field by itself; `a` itself where that is all of it. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return a;
  return leftOf(a, b, (child, element) => difference(child, childSet(b, element)));
}

/** As `difference`, and what lies in a member of `b` goes with it. */
export function withoutBranches(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return a;
  return leftOf(a, b, (child, element) => (b.members.has(element) ? NO_FIELDS : withoutBranches(child, childSet(b, element))));
}

type MapChild = (child: FieldSet, element: PathElement) => FieldSet;

function leftOf(a: FieldSet, b: FieldSet, map: MapChild): FieldSet {
  const members = a.members.isDisjointFrom(b.members) ? a.members : a.members.difference(b.members);
  const children = mapChildren(a, map);
  return members === a.members && children === a.children ? a : { members, children };
}

/** The very same map where no child changes. */
function mapChildren(set: FieldSet, map: MapChild): ReadonlyMap<PathElement, FieldSet> {
  const children = new Map<PathElement, FieldSet>();
  let isSame = true;
  for (const [element, child] of set.children) {
    const mapped = map(child, element);
    isSame &&= mapped === child;
    if (!isEmptySet(mapped)) children.set(element, mapped);
  }
  return isSame ? set.children : children;
}

export function sameFields(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.members.size !== b.members.size || a.children.size !== b.children.size || !a.members.isSubsetOf(b.members)) return false;
  return [...a.children].every(([element, child]) => b.children.has(element) && sameFields(child, childSet(b, element)));
}

/** All members, those of one field before what lies deeper in it. */
export function pathsOf(set: FieldSet): readonly Path[] {
  const paths: Path[] = [];
  collectPaths(set, [], paths);
  return paths;
}

function collectPaths(set: FieldSet, prefix: Path, paths: Path[]): void {
  for (const element of sortPathElements(set.members)) paths.push([...prefix, element]);
  for (const element of sortPathElements(set.children.keys())) collectPaths(childSet(set, element), [...prefix, element], paths);
}

/** `.spec.containers[name="web"].image`. */
export const showPath = (path: Path): string => path.map(showPathElement).join('');
