import type { StringMap } from '../model/api-objects.ts';

/** "a=1,b=2", sorted by key; "<none>" without labels (`apimachinery/pkg/labels`). */
export function labelsText(labels: StringMap | undefined): string {
  const pairs = sortedEntries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

export interface LabelSelector {
  readonly matchLabels?: StringMap;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** "app=web,tier in (a,b),!old", sorted by key; empty for a selector without requirements. */
export function selectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = (selector?.matchExpressions ?? []).map((expression) => ({ key: expression.key, text: requirementText(expression) }));
  return [...labels, ...expressions]
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ text }) => text)
    .join(',');
}

/** The selector, or "<none>" when it asks for nothing. */
export const selectorOrNone = (selector: LabelSelector | undefined): string => selectorText(selector) || '<none>';

function requirementText({ key, operator, values = [] }: { key: string; operator: string; values?: readonly string[] }): string {
  const list = `(${[...values].sort(compareText).join(',')})`;
  switch (operator) {
    case 'In':
      return `${key} in ${list}`;
    case 'NotIn':
      return `${key} notin ${list}`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return `${key} ${operator} ${list}`;
  }
}

/** By code, as Go sorts: never by the rules of a language. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const sortedEntries = <Value>(map: Readonly<Record<string, Value>> | undefined): readonly (readonly [string, Value])[] =>
  Object.entries(map ?? {}).sort(([a], [b]) => compareText(a, b));
