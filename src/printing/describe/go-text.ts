/** How Go's `%v` shows what kubectl hands to it unprepared. */

type GoValue = string | number | boolean | null | undefined;

/** An absent number is 0, an absent flag false, an absent text empty: so many zero values has a type. */
export const goText = (value: GoValue, zero: string | number | boolean): string => String(value ?? zero);

/** "[a b]" */
export const goList = (values: readonly GoValue[] | undefined): string => `[${(values ?? []).join(' ')}]`;

/** "map[a:1 b:2]" */
export function goMap(map: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}:${map?.[key] ?? ''}`);
  return `map[${pairs.join(' ')}]`;
}

/** A pointer to the name of an object in the same namespace. */
export const goReference = (reference: { readonly name?: string } | undefined): string =>
  reference === undefined ? 'nil' : `&LocalObjectReference{Name:${reference.name ?? ''},}`;
