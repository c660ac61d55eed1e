import { join } from 'node:path';
import { type NodeDns, podDns } from '../core/container/pod-dns.ts';
import { kernelHostname } from '../core/container/pod-hostname.ts';
import { type PodPlaces, sandboxSpec } from '../core/container/sandbox-spec.ts';
import type { DnsSpec } from '../core/runtime-spec.ts';
import { podCgroupName } from '../model/pod-cgroup.ts';
import { podContainers } from '../model/pod-containers.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import { setUpVolumes } from './set-up-volumes.ts';
import { tellFailure, tellPodEvent } from './tell-pod-event.ts';
import type { WorkerContext } from './worker-context.ts';

/** Where the names of Pods with a subdomain end on a machine that is no node of a cluster. */
const CLUSTER_DOMAIN = 'cluster.local';

/** Throws `runtimeFailed`, in upstream's words, when the Pod cannot be called what it asks for. */
export function podPlaces({ pod, parts }: WorkerContext, dns?: DnsSpec): PodPlaces {
  const { paths, cluster } = parts.host;
  const hostname = kernelHostname(pod, cluster?.domain ?? CLUSTER_DOMAIN);
  if (typeof hostname === 'object') throw new HookletError('runtimeFailed', hostname.error);
  return {
    logDirectory: join(paths.logsDir, pod.metadata.uid),
    cgroupParent: join(paths.cgroupParent, podCgroupName(pod.spec, pod.metadata.uid)),
    hostname,
    ...(dns === undefined ? {} : { dns }),
  };
}

export async function runSandbox(context: WorkerContext, attempt: number): Promise<void> {
  const { parts, memory, slots } = context;
  const next = Math.max(attempt, memory.nextSandboxAttempt);
  if (context.log.history.sandbox !== undefined) await tellPodEvent(context, SANDBOX_CHANGED);
  await setUpVolumes(context);
  // A cgroup without a sandbox is a leftover: nothing is swept between the two.
  const made = slots.use(async () => {
    await setUpCgroup(context);
    await makeSandbox(context, next);
  });
  // What exec hooks will need is made while the sandbox is; nobody waits for it, neither now nor later.
  if (hasExecHooks(context)) parts.runtime.nativeExec?.prepare();
  await made;
}

async function setUpCgroup(context: WorkerContext): Promise<void> {
  const { pod, parts } = context;
  try {
    await parts.podCgroups.setUp(pod);
  } catch (error) {
    await tellUnlessDeleted(context, { reason: 'FailedCreatePodContainer', doing: 'unable to ensure pod container exists' }, error);
    throw error;
  }
}

async function makeSandbox(context: WorkerContext, attempt: number): Promise<void> {
  const { pod, parts, memory } = context;
  try {
    const places = podPlaces(context, await dnsOf(context));
    await parts.runtime.cri.runPodSandbox(sandboxSpec(pod, attempt, places));
  } catch (error) {
    // A call that got no reply still holds this attempt's name: what it made is found by listing, and this one goes past it.
    if (hasCode(error, 'runtimeNameReserved')) memory.nextSandboxAttempt = attempt + 1;
    await tellUnlessDeleted(context, { reason: 'FailedCreatePodSandBox', doing: 'Failed to create pod sandbox' }, error);
    throw error;
  }
}

/** Made anew with each sandbox: the machine's own may have changed. */
async function dnsOf(context: WorkerContext): Promise<DnsSpec> {
  const { pod, parts } = context;
  const { cluster } = parts.host;
  const node: NodeDns = { host: await parts.hostDns.read(), ...(cluster === undefined ? {} : { cluster }) };
  const { dns, warnings } = podDns(pod, node);
  for (const { reason, message } of warnings) await tellPodEvent(context, { eventType: 'Warning', reason, message });
  return dns;
}

const SANDBOX_CHANGED = {
  eventType: 'Normal',
  reason: 'SandboxChanged',
  message: 'Pod sandbox changed, it will be killed and re-created.',
} as const;

/** Nobody is told that a Pod cannot be made which is not wanted any more. */
async function tellUnlessDeleted(context: WorkerContext, news: Parameters<typeof tellFailure>[1], error: unknown): Promise<void> {
  const { pod, parts } = context;
  if (parts.source.get(pod.metadata.uid)?.deletion === undefined) await tellFailure(context, news, error);
}

const hasExecHooks = ({ pod }: WorkerContext): boolean =>
  podContainers(pod).some(({ spec: { lifecycle } }) => lifecycle?.postStart?.exec !== undefined || lifecycle?.preStop?.exec !== undefined);
