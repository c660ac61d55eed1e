/** `kubectl describe node` (`kubectl/pkg/describe/describe.go` `describeNode`), as of kubectl 1.36. */
import type { ApiEvent, ApiLease, ApiNode, ApiPod } from '../model/api-objects.ts';
import { eventLines } from './describe/event-lines.ts';
import { annotationLines, field, labelLines, line, listLines, renderDescription } from './describe/lines.ts';
import { nodeResourceLines } from './describe/node-resources.ts';
import { quantityText, type ResourceList } from './describe/quantity-text.ts';
import { compareText, sortedEntries } from './label-text.ts';
import { nodeRoles } from './node-roles.ts';
import { zonedTime } from './zoned-time.ts';

export interface NodeSurroundings {
  /** The lease of the node in `kube-node-lease`, or why it could not be read. */
  readonly lease: ApiLease | { readonly error: string };
  /** Those on the node that have not ended; undefined when one may not see them. */
  readonly pods: readonly ApiPod[] | undefined;
  /** Those of its uid and those of its name, as kubelets give the name for a uid. */
  readonly events: readonly ApiEvent[] | undefined;
}

/** `nowMs` is wall time; absolute times are in this process's zone. */
export function describeNode(node: ApiNode, { lease, pods, events }: NodeSurroundings, nowMs: number): string {
  const { metadata, spec } = node;
  const body = [
    field(0, 'Name', metadata?.name ?? ''),
    field(0, 'Roles', nodeRoles(node).join(',') || '<none>'),
    ...labelLines('Labels', metadata?.labels),
    ...annotationLines('Annotations', metadata?.annotations),
    field(0, 'CreationTimestamp', zonedTime(metadata?.creationTimestamp)),
    ...listLines('Taints', taintTexts(node)),
    field(0, 'Unschedulable', String(spec?.unschedulable === true)),
    ...leaseLines(lease),
    ...conditionLines(node),
    ...addressLines(node),
    ...resourceLines('Capacity', node.status?.capacity),
    ...resourceLines('Allocatable', node.status?.allocatable),
    ...systemLines(node),
    ...networkLines(node),
    ...(pods === undefined ? ['Pods:\tnot authorized'] : nodeResourceLines(node, pods, nowMs)),
  ];
  return renderDescription(body, events === undefined ? undefined : eventLines(events, nowMs));
}

function taintTexts({ spec }: ApiNode): readonly string[] {
  return (spec?.taints ?? [])
    .toSorted((a, b) => compareText(`${a.effect},${a.key}`, `${b.effect},${b.key}`))
    .map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
}

function leaseLines(lease: NodeSurroundings['lease']): readonly string[] {
  if ('error' in lease) return [`Lease:\tFailed to get lease: ${lease.error}`];
  const { holderIdentity, acquireTime, renewTime } = lease.spec ?? {};
  return [
    'Lease:',
    field(1, 'HolderIdentity', holderIdentity ?? '<unset>'),
    field(1, 'AcquireTime', acquireTime ? zonedTime(acquireTime) : '<unset>'),
    field(1, 'RenewTime', renewTime ? zonedTime(renewTime) : '<unset>'),
  ];
}

function conditionLines({ status }: ApiNode): readonly string[] {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return [];
  const rows = conditions.map(({ type, status: is, lastHeartbeatTime, lastTransitionTime, reason = '', message = '' }) =>
    [`${type} `, `${is} `, `${zonedTime(lastHeartbeatTime)} `, `${zonedTime(lastTransitionTime)} `, `${reason} `, message].join('\t'),
  );
  const header = [
    'Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage',
    '----\t------\t-----------------\t------------------\t------\t-------',
  ];
  return ['Conditions:', ...[...header, ...rows].map((row) => line(1, row))];
}

const addressLines = ({ status }: ApiNode): readonly string[] => [
  'Addresses:',
  ...(status?.addresses ?? []).map(({ type, address }) => field(1, type, address)),
];

function resourceLines(title: string, list: ResourceList | undefined): readonly string[] {
  const entries = sortedEntries(list);
  return entries.length === 0 ? [] : [`${title}:`, ...entries.map(([name, value]) => field(1, name, quantityText(value)))];
}

function systemLines({ status }: ApiNode): readonly string[] {
  const info = status?.nodeInfo;
  return [
    'System Info:',
    field(1, 'Machine ID', info?.machineID ?? ''),
    field(1, 'System UUID', info?.systemUUID ?? ''),
    field(1, 'Boot ID', info?.bootID ?? ''),
    field(1, 'Kernel Version', info?.kernelVersion ?? ''),
    field(1, 'OS Image', info?.osImage ?? ''),
    field(1, 'Operating System', info?.operatingSystem ?? ''),
    field(1, 'Architecture', info?.architecture ?? ''),
    field(1, 'Container Runtime Version', info?.containerRuntimeVersion ?? ''),
    field(1, 'Kubelet Version', info?.kubeletVersion ?? ''),
  ];
}

function networkLines({ spec }: ApiNode): readonly string[] {
  const ranges = spec?.podCIDRs ?? [];
  return [
    ...(spec?.podCIDR ? [field(0, 'PodCIDR', spec.podCIDR)] : []),
    ...(ranges.length === 0 ? [] : [field(0, 'PodCIDRs', ranges.join(','))]),
    ...(spec?.providerID ? [field(0, 'ProviderID', spec.providerID)] : []),
  ];
}
