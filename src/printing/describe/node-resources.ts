/** What the Pods of a node ask for, one by one and together, in relation to what the node can give. */
import type { ApiNode, ApiPod } from '../../model/api-objects.ts';
import { canonicalQuantity, type Quantity } from '../../model/quantity.ts';
import { ageText } from '../age-text.ts';
import { compareText } from '../label-text.ts';
import { line } from './lines.ts';
import { type Amounts, addAmounts, type PodAmounts, podAmounts } from './pod-resources.ts';
import { quantityOf, type ResourceList, ZERO } from './quantity-text.ts';

/** `pods` run on the node and have not ended. */
export function nodeResourceLines({ status }: ApiNode, pods: readonly ApiPod[], nowMs: number): readonly string[] {
  const hasAllocatable = Object.keys(status?.allocatable ?? {}).length > 0;
  const room = (hasAllocatable ? status?.allocatable : status?.capacity) ?? {};
  const rows = pods.map((pod) => ({ pod, amounts: podAmounts(pod) }));
  return [
    `Non-terminated Pods:\t(${pods.length} in total)`,
    line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge'),
    line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---'),
    ...rows.map(({ pod, amounts }) => line(1, podRow(pod, amounts, room, nowMs))),
    'Allocated resources:',
    line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)'),
    line(1, 'Resource\tRequests\tLimits'),
    line(1, '--------\t--------\t------'),
    ...totalRows(
      rows.map(({ amounts }) => amounts),
      room,
    ).map((row) => line(1, row)),
  ];
}

function podRow({ metadata }: ApiPod, { requests, limits }: PodAmounts, room: ResourceList, nowMs: number): string {
  const cell = (amounts: Amounts, name: string): string => shareText(amounts, name, room);
  return [
    metadata?.namespace ?? '',
    metadata?.name ?? '',
    '',
    cell(requests, 'cpu'),
    cell(limits, 'cpu'),
    cell(requests, 'memory'),
    cell(limits, 'memory'),
    ageText(metadata?.creationTimestamp, nowMs),
  ].join('\t');
}

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** Shown always, whether the node has them or not. */
const ALWAYS = ['cpu', 'memory', 'ephemeral-storage'];
/** Not among the resources that are added up. */
const COUNTED_APART = new Set([...ALWAYS, 'pods', 'storage']);

function totalRows(pods: readonly PodAmounts[], room: ResourceList): readonly string[] {
  const requests = pods.map((pod) => pod.requests).reduce(addAmounts, new Map());
  const limits = pods.map((pod) => pod.limits).reduce(addAmounts, new Map());
  const others = Object.keys(room)
    .filter((name) => !COUNTED_APART.has(name))
    .sort(compareText);
  const withShare = (name: string): string => `${name}\t${shareText(requests, name, room)}\t${shareText(limits, name, room)}`;
  const plain = (name: string): string =>
    `${name}\t${canonicalQuantity(amountOf(requests, name))}\t${canonicalQuantity(amountOf(limits, name))}`;
  return [...[...ALWAYS, ...others.filter(isHugePages)].map(withShare), ...others.filter((name) => !isHugePages(name)).map(plain)];
}

const amountOf = (amounts: Amounts, name: string): Quantity => amounts.get(name) ?? ZERO;

/** "250m (12%)" of what the node can give; of nothing it is 0 %. */
function shareText(amounts: Amounts, name: string, room: ResourceList): string {
  const amount = amountOf(amounts, name);
  const unit = name === 'cpu' ? 1_000_000n : 1_000_000_000n;
  const whole = units(quantityOf(room[name]), unit);
  const percent = whole === 0 ? 0 : Math.trunc((units(amount, unit) / whole) * 100);
  return `${canonicalQuantity(amount)} (${percent}%)`;
}

/** Rounded up, as the API counts. */
const units = ({ nanos }: Quantity, unit: bigint): number => Number((nanos + unit - 1n) / unit);
