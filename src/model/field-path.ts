/** The way to a field: names of fields, positions in a list, keys of a map. */
export type PathSegment = string | number | { readonly key: string };
export type FieldPath = readonly PathSegment[];

/** Longer than any name the API knows; what comes from a file is cut so that one message stays one readable line. */
const MAX_SHOWN_NAME = 80;

/** "spec.containers[0].resources.limits[cpu]", as Kubernetes spells paths in its messages. */
export function formatPath(path: FieldPath): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (typeof segment === 'object') text += `[${shown(segment.key)}]`;
    else text += (text === '' ? '' : '.') + shown(segment);
  }
  return text;
}

/** A key of a file may hold anything, also what a terminal would obey: all but plain names are quoted and escaped. */
function shown(name: string): string {
  const cut = name.length > MAX_SHOWN_NAME ? `${name.slice(0, MAX_SHOWN_NAME)}…` : name;
  return /^[\w$./:-]+…?$/.test(cut) ? cut : JSON.stringify(cut);
}
