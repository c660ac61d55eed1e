/** What a Node object says of this machine (`pkg/kubelet/nodestatus/setters.go`). Pure. */
import { apiTime } from '../model/api-time.ts';
import { type Fields, fieldOf, isFields, listOf, sameJson, textOf } from '../model/json-fields.ts';
import { canonicalQuantity } from '../model/quantity.ts';
import type { NodeFacts } from '../ports/node-facts.ts';

export interface NodeDescription {
  readonly name: string;
  readonly facts: NodeFacts;
  /** The one towards the world first. */
  readonly addresses: readonly string[];
  /** "containerd://1.6.20" */
  readonly containerRuntimeVersion: string;
  /** hooklet's own. */
  readonly version: string;
  /** Beside those that every node has. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Where the kubelet's own API is served; absent: it is not. */
  readonly kubeletPort?: number;
}

export interface NodeHealth {
  /** Undefined: it answers. */
  readonly runtimeProblem?: string;
  readonly journalIsWritable: boolean;
}

/** The kubelet's default (`--max-pods`). */
const MAX_PODS = 110;

/** The version of the API that hooklet follows, with its own as build metadata. */
export const kubeletVersion = (version: string): string => `v1.36.0+hooklet.${version.replace(/[^0-9A-Za-z.-]/g, '-')}`;

export function nodeLabels({ name, facts, labels = {} }: NodeDescription): Readonly<Record<string, string>> {
  return {
    ...labels,
    'beta.kubernetes.io/arch': facts.architecture,
    'beta.kubernetes.io/os': facts.operatingSystem,
    'kubernetes.io/arch': facts.architecture,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': facts.operatingSystem,
  };
}

export function nodeObject(node: NodeDescription, health: NodeHealth, nowMs: number): Fields {
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name: node.name, labels: nodeLabels(node) },
    spec: {},
    status: nodeStatus(node, health, { nowMs, live: {} }),
  };
}

interface StatusMoment {
  readonly nowMs: number;
  /** The status that the API shows. */
  readonly live: Fields;
}

function nodeStatus(node: NodeDescription, health: NodeHealth, moment: StatusMoment): Fields {
  const { facts, addresses, name, kubeletPort } = node;
  const resources = {
    cpu: String(facts.cpus),
    'ephemeral-storage': kibibytes(facts.ephemeralStorageBytes),
    memory: kibibytes(facts.memoryBytes),
    pods: String(MAX_PODS),
  };
  return {
    capacity: resources,
    // Nothing is held back: there is no eviction, and hooklet itself is small.
    allocatable: resources,
    conditions: nodeConditions(health, moment),
    addresses: [...addresses.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: name }],
    ...(kubeletPort === undefined ? {} : { daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } } }),
    nodeInfo: {
      machineID: facts.machineID,
      systemUUID: facts.systemUUID,
      bootID: facts.bootID,
      kernelVersion: facts.kernelVersion,
      osImage: facts.osImage,
      containerRuntimeVersion: node.containerRuntimeVersion,
      kubeletVersion: kubeletVersion(node.version),
      // Deprecated, and not there; still a required field.
      kubeProxyVersion: '',
      operatingSystem: facts.operatingSystem,
      architecture: facts.architecture,
    },
  };
}

/** As the API prints it, or it would differ for ever. */
const kibibytes = (bytes: number): string =>
  canonicalQuantity({ nanos: BigInt(Math.floor(bytes / 1024)) * 1024n * 1_000_000_000n, format: 'binarySI' });

interface Judged {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const is = (type: string, status: 'True' | 'False', reason: string, message: string): Judged => ({ type, status, reason, message });

function judge({ runtimeProblem, journalIsWritable }: NodeHealth): readonly Judged[] {
  return [
    is('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    is('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    is('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    // hooklet's own (`design.md` 4.7).
    journalIsWritable
      ? is('JournalUnwritable', 'False', 'JournalIsWritten', 'the journal can be written')
      : is('JournalUnwritable', 'True', 'JournalCannotBeWritten', 'the journal cannot be written: starts wait, stops go on from memory'),
    runtimeProblem === undefined
      ? is('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : is('Ready', 'False', 'KubeletNotReady', runtimeProblem),
  ];
}

function nodeConditions(health: NodeHealth, { nowMs, live }: StatusMoment): readonly Fields[] {
  const now = apiTime(nowMs);
  return judge(health).map((condition) => {
    const before = conditionOf(live, condition.type);
    const lastTransitionTime = textOf(before, 'status') === condition.status ? textOf(before, 'lastTransitionTime') || now : now;
    return {
      type: condition.type,
      status: condition.status,
      lastHeartbeatTime: now,
      lastTransitionTime,
      reason: condition.reason,
      message: condition.message,
    };
  });
}

const conditionOf = (status: Fields, type: string): unknown => listOf(status, 'conditions').find((one) => textOf(one, 'type') === type);

/** `pkg/kubelet/kubelet_node_status.go` nodeStatusReportFrequency. */
const REPORT_MS = 300_000;

/** The value of `status` in a strategic merge patch; undefined: the API shows it, and was told so not long ago. */
export function nodeStatusPatch(node: NodeDescription, health: NodeHealth, moment: StatusMoment): Fields | undefined {
  const { live, nowMs } = moment;
  const wanted = nodeStatus(node, health, moment);
  const changed = Object.keys(wanted).filter((field) => field !== 'conditions' && !covers(live[field], wanted[field]));
  const conditions = listOf(wanted, 'conditions').filter(isFields);
  const hasTurned = conditions.some(
    (condition) => !sameJson(withoutTimes(conditionOf(live, textOf(condition, 'type'))), withoutTimes(condition)),
  );
  const told = Date.parse(textOf(conditionOf(live, 'Ready'), 'lastHeartbeatTime'));
  const isDue = Number.isNaN(told) || nowMs - told >= REPORT_MS || told > nowMs + REPORT_MS;
  if (changed.length === 0 && !hasTurned && !isDue) return undefined;
  return {
    ...Object.fromEntries(
      changed.map((field) => [field, field === 'addresses' ? [...listOf(wanted, field), { $patch: 'replace' }] : wanted[field]]),
    ),
    conditions,
  };
}

/** Others may add to what we say (extended resources), not change it. Lists are ours alone. A server may leave out empty texts. */
function covers(live: unknown, wanted: unknown): boolean {
  if (isFields(wanted)) return Object.entries(wanted).every(([name, value]) => covers(fieldOf(live, name), value));
  return sameJson(live === '' ? undefined : live, wanted === '' ? undefined : wanted);
}

function withoutTimes(condition: unknown): unknown {
  if (!isFields(condition)) return undefined;
  const { lastHeartbeatTime: _heartbeat, lastTransitionTime: _transition, ...rest } = condition;
  return rest;
}
