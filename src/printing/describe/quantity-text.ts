import type { ApiResourceRequirements } from '../../model/api-objects.ts';
import { canonicalQuantity, parseQuantity, type Quantity } from '../../model/quantity.ts';
import { sortedEntries } from '../label-text.ts';
import { field, line } from './lines.ts';

export type ResourceList = Readonly<Record<string, string | number>>;

export const ZERO: Quantity = { nanos: 0n, format: 'decimalSI' };

/** What is no quantity counts as none. */
export const quantityOf = (value: string | number | undefined): Quantity =>
  (value === undefined ? undefined : parseQuantity(String(value))) ?? ZERO;

/** As the API prints it: "1000m" becomes "1". */
export function quantityText(value: string | number): string {
  const quantity = parseQuantity(String(value));
  return quantity === undefined ? String(value) : canonicalQuantity(quantity);
}

export function resourceLines(resources: ApiResourceRequirements | undefined, level: number): readonly string[] {
  return [...listOf('Limits', resources?.limits, level), ...listOf('Requests', resources?.requests, level)];
}

function listOf(name: string, list: ResourceList | undefined, level: number): readonly string[] {
  const entries = sortedEntries(list);
  if (entries.length === 0) return [];
  return [line(level, `${name}:`), ...entries.map(([resource, value]) => field(level + 1, resource, quantityText(value)))];
}
