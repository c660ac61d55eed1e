/**
 * What a Pod may tell its containers of itself: `fieldRef` and `resourceFieldRef`
 * (`pkg/fieldpath/fieldpath.go`, `pkg/api/v1/resource/helpers.go`, `kubelet_pods.go` `podFieldSelectorRuntimeValue`).
 */
import type { Container, Pod, ResourceFieldSelector } from '../../model/pod.ts';
import { findContainer } from '../../model/pod-containers.ts';
import { bytes, cpuMillis } from '../../model/quantity.ts';
import { goQuoted } from './go-quoted.ts';

/** What containers get where they name no limit: the whole node. */
export interface Allocatable {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
}

/** What the Pod's own object does not say. */
export interface PodSurroundings {
  readonly nodeName: string;
  /** The node's own addresses, the first one first. */
  readonly hostIPs: readonly string[];
  /** Empty while the Pod has none; a hostNetwork Pod has its node's. */
  readonly podIPs: readonly string[];
}

/** A value, or why there is none. */
export type FieldValue = { readonly value: string } | { readonly error: string };

/** The API server's own account, given to Pods that name none (`serviceaccount` admission). */
const DEFAULT_SERVICE_ACCOUNT = 'default';

/** Fields that only a running Pod has; a volume cannot show them, since it never changes with them. */
export function surroundingsField(pod: Pod, fieldPath: string, { nodeName, hostIPs, podIPs }: PodSurroundings): FieldValue | undefined {
  const fields: Readonly<Record<string, string>> = {
    'spec.nodeName': pod.spec.nodeName ?? nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? DEFAULT_SERVICE_ACCOUNT,
    'status.hostIP': hostIPs[0] ?? '',
    'status.hostIPs': hostIPs.join(','),
    'status.podIP': podIPs[0] ?? '',
    'status.podIPs': podIPs.join(','),
  };
  return Object.hasOwn(fields, fieldPath) ? { value: fields[fieldPath] as string } : undefined;
}

/** Fields of the Pod's metadata. A label or annotation that it does not have is empty. */
export function metadataField({ metadata }: Pod, fieldPath: string): FieldValue {
  const [, map, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(fieldPath) ?? [];
  if (map !== undefined && key !== undefined) return { value: ownValue(metadata[map as 'labels' | 'annotations'], key) };
  switch (fieldPath) {
    case 'metadata.name':
      return { value: metadata.name };
    case 'metadata.namespace':
      return { value: metadata.namespace };
    case 'metadata.uid':
      return { value: metadata.uid };
    case 'metadata.labels':
      return { value: mapLines(metadata.labels) };
    case 'metadata.annotations':
      return { value: mapLines(metadata.annotations) };
    default:
      return { error: `unsupported fieldPath: ${fieldPath}` };
  }
}

const ownValue = (map: Readonly<Record<string, string>> | undefined, key: string): string =>
  map !== undefined && Object.hasOwn(map, key) ? (map[key] as string) : '';

/** One `key="value"` a line, sorted; the last line has no end. */
const mapLines = (map: Readonly<Record<string, string>> = {}): string =>
  Object.keys(map)
    .sort()
    .map((key) => `${key}=${goQuoted(map[key] as string)}`)
    .join('\n');

/** `container` is the one that asks; the selector may name another one of the Pod. */
export function resourceField(
  pod: Pod,
  container: Pick<Container, 'resources'>,
  selector: ResourceFieldSelector,
  allocatable: Allocatable,
): FieldValue {
  const { containerName = '' } = selector;
  const named = containerName === '' ? container : findContainer(pod, containerName)?.spec;
  if (named === undefined) return { error: `container ${containerName} not found` };
  const [, kind, resource] = /^(limits|requests)\.(.+)$/.exec(selector.resource) ?? [];
  if (kind === undefined || resource === undefined || !isSupported(resource))
    return { error: `unsupported container resource : ${selector.resource}` };
  const given = named.resources?.[kind as 'limits' | 'requests']?.[resource] ?? '0';
  const read = resource === 'cpu' ? cpuMillis : bytes;
  const amount = read(given) === 0 && kind === 'limits' ? ofNode(resource, allocatable) : read(given);
  const divisor = read(selector.divisor ?? '0');
  return { value: String(Math.ceil(amount / (divisor === 0 ? read('1') : divisor))) };
}

const isSupported = (resource: string): boolean =>
  resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');

function ofNode(resource: string, { cpuMillis: cpu, memoryBytes, ephemeralStorageBytes }: Allocatable): number {
  const whole: Readonly<Record<string, number>> = { cpu, memory: memoryBytes, 'ephemeral-storage': ephemeralStorageBytes };
  return whole[resource] ?? 0;
}
