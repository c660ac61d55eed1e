/** Looking into JSON of which nothing is known but that it is JSON. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `fieldOf(pod, 'metadata', 'name')`; undefined where the way ends. Own fields only. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((here, name) => (isFields(here) && Object.hasOwn(here, name) ? here[name] : undefined), value);
}

/** Empty where there is no object. */
export function fieldsOf(value: unknown, ...path: readonly string[]): Fields {
  const found = fieldOf(value, ...path);
  return isFields(found) ? found : {};
}

export function listOf(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldOf(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Empty where there is no text, as in Go. */
export function textOf(value: unknown, ...path: readonly string[]): string {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function numberOf(value: unknown, ...path: readonly string[]): number | undefined {
  const found = fieldOf(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** Whether two values say the same: the order of fields does not count, and `null` is as good as no field. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, index) => sameJson(one, b[index]));
  if (!isFields(a) || !isFields(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => sameJson(fieldOf(a, name), fieldOf(b, name)));
}

const isNothing = (value: unknown): boolean => value === undefined || value === null;
