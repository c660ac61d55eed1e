import { forbidden, invalid, required } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { qualifiedName } from './name-rules.ts';
import type { ResourceRequirements } from './pod.ts';
import type { Report } from './problem.ts';
import { canonicalQuantity, compareQuantities, parseQuantity, type Quantity } from './quantity.ts';

type ResourceList = Readonly<Record<string, string>>;

export function validateResources(resources: ResourceRequirements, path: FieldPath, report: Report): void {
  const { limits = {}, requests = {} } = resources;
  validateList(limits, [...path, 'limits'], report);
  validateList(requests, [...path, 'requests'], report);
  for (const name of Object.keys(requests)) validateRequest(name, resources, path, report);
  const mayOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);
  for (const name of Object.keys(requests)) {
    if (!mayOvercommit(name) && !Object.hasOwn(limits, name))
      report([...path, 'limits'], required('Limit must be set for non overcommitable resources'));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory'))
    report(path, forbidden('HugePages require cpu or memory'));
}

function validateList(list: ResourceList, path: FieldPath, report: Report): void {
  for (const [name, text] of Object.entries(list)) {
    const at = [...path, { key: name }];
    const complaint = qualifiedName(name) ?? (isKnown(name) ? undefined : 'must be a standard resource for containers');
    if (complaint !== undefined) report(at, invalid(name, complaint));
    const quantity = read(text);
    if (quantity.nanos < 0n) report(at, invalid(canonicalQuantity(quantity), 'must be greater than or equal to 0'));
    // Whole devices and whole pages only; CPU and memory may be fractions.
    else if (!isNative(name) && quantity.nanos % 1_000_000_000n !== 0n)
      report(at, invalid(canonicalQuantity(quantity), 'must be an integer'));
  }
}

function validateRequest(name: string, { limits = {}, requests = {} }: ResourceRequirements, path: FieldPath, report: Report): void {
  if (!Object.hasOwn(limits, name)) return;
  const request = read(requests[name] as string);
  const limit = read(limits[name] as string);
  const difference = compareQuantities(request, limit);
  const isFixed = !isNative(name) || isHugePages(name);
  if (isFixed && difference !== 0)
    report([...path, 'requests'], invalid(canonicalQuantity(request), `must be equal to ${name} limit of ${canonicalQuantity(limit)}`));
  else if (difference > 0) {
    report(
      [...path, 'requests'],
      invalid(canonicalQuantity(request), `must be less than or equal to ${name} limit of ${canonicalQuantity(limit)}`),
    );
  }
}

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isNative = (name: string): boolean => !name.includes('/') || name.startsWith('kubernetes.io/');
const isKnown = (name: string): boolean => name.includes('/') || ['cpu', 'memory', 'ephemeral-storage'].includes(name) || isHugePages(name);

/** The text passed as a quantity when its type was checked. */
const read = (text: string): Quantity => parseQuantity(text) as Quantity;
