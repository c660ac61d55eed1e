/** What a Pod asks for, as the scheduler counts it (`component-helpers/resource/helpers.go` PodRequests). Pure. */
import type { ApiPod, ApiResourceRequirements } from '../model/api-objects.ts';
import { parseQuantity } from '../model/quantity.ts';

/** Billionths, by the name of the resource. */
export type Amounts = ReadonlyMap<string, bigint>;

const NOTHING: Amounts = new Map();

export function amountsOf(list: Readonly<Record<string, unknown>> | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(String(text))?.nanos ?? 0n] as const));
}

/**
 * Init containers run one after the other, each beside the sidecars before it; then all others run beside all sidecars.
 * What the Pod asks for as a whole comes in place of what its containers sum up to; the overhead is added to either.
 */
export function podRequests({ spec }: ApiPod): Amounts {
  let sidecars = NOTHING;
  let most = NOTHING;
  for (const { restartPolicy, resources } of spec?.initContainers ?? []) {
    const atOnce = sum(sidecars, requestsOf(resources));
    if (restartPolicy === 'Always') sidecars = atOnce;
    most = greater(most, atOnce);
  }
  const running = (spec?.containers ?? []).reduce((total, { resources }) => sum(total, requestsOf(resources)), sidecars);
  const containers = greater(most, running);
  const ofPod = [...requestsOf(spec?.resources)].filter(([name]) => isPodLevel(name));
  return sum(new Map([...containers, ...ofPod]), amountsOf(spec?.overhead));
}

const requestsOf = (resources: ApiResourceRequirements | undefined): Amounts => amountsOf(resources?.requests);

const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

export const sum = (a: Amounts, b: Amounts): Amounts => combine(a, b, (one, other) => one + other);

const greater = (a: Amounts, b: Amounts): Amounts => combine(a, b, greaterOf);

/** `Math.max` takes no bigints. */
function greaterOf(one: bigint, other: bigint): bigint {
  if (one > other) return one;
  return other;
}

const combine = (a: Amounts, b: Amounts, how: (one: bigint, other: bigint) => bigint): Amounts =>
  new Map([...new Set([...a.keys(), ...b.keys()])].map((name) => [name, how(a.get(name) ?? 0n, b.get(name) ?? 0n)] as const));
