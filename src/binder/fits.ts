/** Whether a Pod may run on the one node, judged as upstream's scheduler would, in its order and its words. Pure. */
import type { ApiNode, ApiPod } from '../model/api-objects.ts';
import { conflict, type HostPort, hostPortsOf } from '../model/host-ports.ts';
import type { PodManifest } from '../model/pod.ts';
import type { Labels } from './label-selector.ts';
import { wantsNode } from './node-affinity.ts';
import { isAwayFromOthers, isWithFriends, judgeSpread, type Neighbourhood, othersPutUpWith } from './pod-affinity.ts';
import { type Amounts, amountsOf, podRequests, sum } from './pod-requests.ts';
import { hasUntoleratedTaint, ignoresCordon } from './tolerations.ts';

export interface NodeView {
  readonly node: ApiNode;
  /** The Pods on it that have not ended, those among them that were bound just now. */
  readonly bound: readonly ApiPod[];
  readonly namespaceLabels: (namespace: string) => Labels;
}

/** Why not: the reasons of the first of the checks that fails. `isFinal`: no other Pod's end would help. */
export interface Misfit {
  readonly reasons: readonly string[];
  readonly isFinal: boolean;
}

const final = (...reasons: readonly string[]): Misfit => ({ reasons, isFinal: true });
const passing = (...reasons: readonly string[]): Misfit => ({ reasons, isFinal: false });

type Check = (pod: ApiPod, view: NodeView) => Misfit | undefined;

/** The order of `pkg/scheduler/apis/config/v1/default_plugins.go`. */
const CHECKS: readonly Check[] = [
  (pod, { node }) => (node.spec?.unschedulable === true && !ignoresCordon(pod) ? final('node(s) were unschedulable') : undefined),
  (pod, { node }) => (hasUntoleratedTaint(pod, node) ? final('node(s) had untolerated taint(s)') : undefined),
  (pod, { node }) => (wantsNode(pod, node) ? undefined : final("node(s) didn't match Pod's node affinity/selector")),
  (pod, { bound }) => (hasFreePorts(pod, bound) ? undefined : passing("node(s) didn't have free ports for the requested pod ports")),
  checkResources,
  checkSpread,
  checkNeighbours,
];

/** Undefined: it fits. */
export function misfit(pod: ApiPod, view: NodeView): Misfit | undefined {
  for (const check of CHECKS) {
    const found = check(pod, view);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hasFreePorts(pod: ApiPod, bound: readonly ApiPod[]): boolean {
  const wanted = portsOf(pod);
  if (wanted.length === 0) return true;
  const taken = bound.flatMap(portsOf);
  return !wanted.some((port) => taken.some((other) => conflict(port, other)));
}

/** Sidecars hold theirs as long as the others. */
function portsOf({ metadata, spec }: ApiPod): readonly HostPort[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers = [...(spec?.containers ?? []), ...sidecars];
  return hostPortsOf({ metadata: { name: '', namespace: '', ...metadata }, spec: { containers } } as unknown as PodManifest);
}

/** `noderesources/fit.go`: all that is short is named. */
function checkResources(pod: ApiPod, { node, bound }: NodeView): Misfit | undefined {
  const allocatable = amountsOf(node.status?.allocatable);
  const maxPods = (allocatable.get('pods') ?? 0n) / NANOS;
  const used = bound.reduce<Amounts>((total, other) => sum(total, podRequests(other)), new Map());
  const wanted = [...podRequests(pod)].filter(([name, amount]) => amount > 0n && name !== 'pods');
  const short = wanted.filter(([name, amount]) => amount + (used.get(name) ?? 0n) > (allocatable.get(name) ?? 0n));
  const isFinal = short.some(([name, amount]) => amount > (allocatable.get(name) ?? 0n));
  const reasons = [...(BigInt(bound.length) + 1n > maxPods ? ['Too many pods'] : []), ...short.map(([name]) => `Insufficient ${name}`)];
  return reasons.length === 0 ? undefined : { reasons, isFinal };
}

const NANOS = 1_000_000_000n;

function checkSpread(pod: ApiPod, view: NodeView): Misfit | undefined {
  const { lacksLabel, isUneven } = judgeSpread(pod, neighbourhood(view));
  if (lacksLabel) return final("node(s) didn't match pod topology spread constraints (missing required label)");
  return isUneven ? passing("node(s) didn't match pod topology spread constraints") : undefined;
}

function checkNeighbours(pod: ApiPod, view: NodeView): Misfit | undefined {
  const around = neighbourhood(view);
  if (!isWithFriends(pod, around)) return final("node(s) didn't match pod affinity rules");
  if (!isAwayFromOthers(pod, around)) return passing("node(s) didn't match pod anti-affinity rules");
  return othersPutUpWith(pod, around) ? undefined : passing("node(s) didn't satisfy existing pods anti-affinity rules");
}

const neighbourhood = ({ node, bound, namespaceLabels }: NodeView): Neighbourhood => ({
  labels: node.metadata?.labels ?? {},
  bound,
  namespaceLabels,
});
