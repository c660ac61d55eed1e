/** What Pods ask for, added up as the scheduler counts it (`component-helpers/resource/helpers.go`). */
import type { ApiContainer, ApiPod } from '../../model/api-objects.ts';
import { compareQuantities, type Quantity } from '../../model/quantity.ts';
import { quantityOf, type ResourceList, ZERO } from './quantity-text.ts';

export type Amounts = ReadonlyMap<string, Quantity>;

export interface PodAmounts {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

type Kind = 'requests' | 'limits';

/**
 * Containers together; an init container alone, beside the sidecars started before it; the greater of both, and the
 * overhead of the sandbox on top (for limits only where there is one). What the Pod itself asks for stands instead.
 */
export function podAmounts(pod: ApiPod): PodAmounts {
  return { requests: amountsOf(pod, 'requests'), limits: amountsOf(pod, 'limits') };
}

function amountsOf({ spec }: ApiPod, kind: Kind): Amounts {
  let running = (spec?.containers ?? []).map((container) => listOf(container, kind)).reduce(addAmounts, NOTHING);
  let starting = NOTHING;
  let sidecars = NOTHING;
  for (const container of spec?.initContainers ?? []) {
    const own = listOf(container, kind);
    if (container.restartPolicy === 'Always') {
      running = addAmounts(running, own);
      sidecars = addAmounts(sidecars, own);
      starting = greaterAmounts(starting, sidecars);
    } else {
      starting = greaterAmounts(starting, addAmounts(sidecars, own));
    }
  }
  const needed = withPodLevel(greaterAmounts(running, starting), spec?.resources?.[kind]);
  return addOverhead(needed, toAmounts(spec?.overhead), kind);
}

/** Only these may be asked for by the Pod itself. */
const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

function withPodLevel(amounts: Amounts, list: ResourceList | undefined): Amounts {
  return new Map([...amounts, ...[...toAmounts(list)].filter(([name]) => isPodLevel(name))]);
}

function addOverhead(amounts: Amounts, overhead: Amounts, kind: Kind): Amounts {
  if (kind === 'requests') return addAmounts(amounts, overhead);
  return new Map([...amounts].map(([name, amount]) => [name, amount.nanos === 0n ? amount : add(amount, overhead.get(name) ?? ZERO)]));
}

const NOTHING: Amounts = new Map();

const listOf = ({ resources }: ApiContainer, kind: Kind): Amounts => toAmounts(resources?.[kind]);

const toAmounts = (list: ResourceList | undefined): Amounts =>
  new Map(Object.entries(list ?? {}).map(([name, value]) => [name, quantityOf(value)]));

export const addAmounts = (a: Amounts, b: Amounts): Amounts => combine(a, b, add);

const greaterAmounts = (a: Amounts, b: Amounts): Amounts => combine(a, b, (x, y) => (compareQuantities(y, x) > 0 ? y : x));

function combine(a: Amounts, b: Amounts, both: (x: Quantity, y: Quantity) => Quantity): Amounts {
  const result = new Map(a);
  for (const [name, amount] of b) {
    const other = result.get(name);
    result.set(name, other === undefined ? amount : both(other, amount));
  }
  return result;
}

/** The sum is written as the first of the two that is not zero. */
const add = (a: Quantity, b: Quantity): Quantity => ({ nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format });
