import type { Container, PodSpec } from './pod.ts';
import { compareQuantities, parseQuantity, type Quantity } from './quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** Only these two count; other resources do not change the class. */
const COUNTED = ['cpu', 'memory'];

/**
 * BestEffort: nothing is asked for. Guaranteed: every container has limits of CPU and memory, and the requests equal
 * them. Burstable: the rest (`pkg/apis/core/v1/helper/qos/qos.go`). Requests were defaulted from limits before.
 */
export function qosClass(spec: Pick<PodSpec, 'containers' | 'initContainers'>): QosClass {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const asksNothing = (container: Container): boolean => COUNTED.every((name) => !limit(container, name) && !request(container, name));
  if (containers.every(asksNothing)) return 'BestEffort';
  return containers.every(isGuaranteed) && sumsAgree(containers) ? 'Guaranteed' : 'Burstable';
}

const isGuaranteed = (container: Container): boolean => COUNTED.every((name) => limit(container, name) !== undefined);

/** The API compares sums over the Pod, so that what one container lacks another may have: kept, as it is observable. */
function sumsAgree(containers: readonly Container[]): boolean {
  const sum = (of: typeof limit, name: string): bigint =>
    containers.reduce((total, container) => total + (of(container, name)?.nanos ?? 0n), 0n);
  return COUNTED.every((name) => sum(request, name) === sum(limit, name));
}

const limit = (container: Container, name: string): Quantity | undefined => positive(container.resources?.limits, name);
const request = (container: Container, name: string): Quantity | undefined => positive(container.resources?.requests, name);

const ZERO: Quantity = { nanos: 0n, format: 'decimalSI' };

/** Zero counts as not given. */
function positive(list: Readonly<Record<string, string>> | undefined, name: string): Quantity | undefined {
  const text = list !== undefined && Object.hasOwn(list, name) ? list[name] : undefined;
  const quantity = text === undefined ? undefined : parseQuantity(text);
  return quantity !== undefined && compareQuantities(quantity, ZERO) > 0 ? quantity : undefined;
}
