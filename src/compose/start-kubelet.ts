import { statfs } from 'node:fs/promises';
import { availableParallelism, hostname, totalmem } from 'node:os';
import type { Allocatable } from '../core/container/field-reference.ts';
import type { ClusterDns } from '../core/container/pod-dns.ts';
import { DEFAULT_SETTINGS, type PodSettings } from '../core/pod/pod-view.ts';
import type { TakeOver } from '../core/pod/take-over.ts';
import type { KubeletParts } from '../kubelet/kubelet-parts.ts';
import type { LocalPodSource } from '../kubelet/local-pod-source.ts';
import type { PodWorkers } from '../kubelet/pod-workers.ts';
import type { OwnedPods } from '../kubelet/take-over.ts';
import type { PodManifest } from '../model/pod.ts';
import type { LeftoverSweep } from '../ports/leftover-sweep.ts';
import type { Logger } from '../ports/logger.ts';
import type { OpenNode } from '../ports/open-node.ts';
import type { PodObjects } from '../ports/pod-objects.ts';
import type { PodReports } from '../ports/pod-reports.ts';
import type { PodVolumes } from '../ports/pod-volumes.ts';

type NodeWithSweep = OpenNode & { readonly sweep?: LeftoverSweep };

export interface KubeletOptions {
  readonly logger: Logger;
  /** As the API names this node. */
  readonly nodeName?: string;
  readonly settings?: PodSettings;
  /** Kernel parameters beside the safe ones that Pods may set. */
  readonly allowedUnsafeSysctls?: readonly string[];
  readonly cluster?: ClusterDns;
  readonly reports?: PodReports;
  /** What containers are configured from; without it there is nothing. */
  readonly objects?: PodObjects;
}

/** Takes over what an earlier agent left, then starts the workers of every Pod in `source`. */
export async function startKubelet(
  node: NodeWithSweep,
  wanted: readonly PodManifest[],
  source: LocalPodSource,
  options: KubeletOptions,
): Promise<{ readonly plan: TakeOver; readonly workers: PodWorkers }> {
  const [parts, { PodWorkers }, { takeOver }] = await Promise.all([
    kubeletParts(node, options),
    import('../kubelet/pod-workers.ts'),
    import('../kubelet/take-over.ts'),
  ]);
  const workers = new PodWorkers({ ...parts, source });
  const plan = await takeOver(parts, source, wanted);
  workers.start();
  return { plan, workers };
}

/** The same for a source that knows by itself what is wanted. */
export async function startOwnedKubelet(node: NodeWithSweep, source: OwnedPods, options: KubeletOptions): Promise<PodWorkers> {
  const [parts, { PodWorkers }, { takeOverOwned }] = await Promise.all([
    kubeletParts(node, options),
    import('../kubelet/pod-workers.ts'),
    import('../kubelet/take-over.ts'),
  ]);
  const workers = new PodWorkers({ ...parts, source });
  await takeOverOwned(parts, source);
  workers.start();
  return workers;
}

async function kubeletParts(node: NodeWithSweep, options: KubeletOptions): Promise<KubeletParts> {
  const [{ LocalPodObjects }, { CgroupfsPodCgroups }, { ResolvConfHostDns }, { hasAppArmor }] = await Promise.all([
    import('../kubelet/local-pod-objects.ts'),
    import('../host/cgroupfs-pod-cgroups.ts'),
    import('../host/resolv-conf-host-dns.ts'),
    import('../host/app-armor.ts'),
  ]);
  const { clock, journal, runtime, hookOutput, http, probeClient, paths, sweep } = node;
  const objects = options.objects ?? new LocalPodObjects([]);
  const allocatable = await allocatableOf(paths.stateDir);
  const volumes = await podVolumes(node, { objects, allocatable, clusterDomain: options.cluster?.domain });
  return {
    clock,
    journal,
    runtime,
    hookOutput,
    http,
    probeClient,
    volumes,
    objects,
    podCgroups: new CgroupfsPodCgroups({ cgroupParent: paths.cgroupParent, clock }),
    hostDns: new ResolvConfHostDns(),
    host: {
      paths,
      nodeName: options.nodeName ?? hostname().toLowerCase(),
      addresses: [await http.nodeAddress()],
      memoryBytes: allocatable.memoryBytes,
      allocatable,
      appArmor: hasAppArmor(),
      allowedUnsafeSysctls: options.allowedUnsafeSysctls ?? [],
      ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
      parallelStarts: Math.max(2, availableParallelism()),
      settings: options.settings ?? DEFAULT_SETTINGS,
    },
    logger: options.logger,
    ...(sweep === undefined ? {} : { sweep }),
    ...(options.reports === undefined ? {} : { reports: options.reports }),
  };
}

interface VolumeOptions {
  readonly objects: PodObjects;
  readonly allocatable: Allocatable;
  readonly clusterDomain: string | undefined;
}

async function podVolumes({ clock, paths }: OpenNode, { objects, allocatable, clusterDomain }: VolumeOptions): Promise<PodVolumes> {
  const [{ HostPodVolumes }, { removeTree }, { SystemHostMounts }, { HostPrograms }, { diskUsage }, { containerLogTail }] =
    await Promise.all([
      import('../volumes/host-pod-volumes.ts'),
      import('../host/remove-tree.ts'),
      import('../host/system-host-mounts.ts'),
      import('../host/host-programs.ts'),
      import('../host/disk-usage.ts'),
      import('../host/container-log-tail.ts'),
    ]);
  return new HostPodVolumes({
    places: paths,
    objects,
    allocatable,
    mounts: new SystemHostMounts(new HostPrograms()),
    removeTree,
    diskUsage,
    logTail: containerLogTail,
    nowWallMs: () => clock.now().wallMs,
    nodeHostsFile: '/etc/hosts',
    clusterDomain: clusterDomain ?? DEFAULT_CLUSTER_DOMAIN,
  });
}

/** What an installer of a cluster chooses unless it is told otherwise. */
const DEFAULT_CLUSTER_DOMAIN = 'cluster.local';

/** All that the machine has: nothing is kept back for the system. */
async function allocatableOf(stateDir: string): Promise<Allocatable> {
  const { blocks, bsize } = await statfs(stateDir);
  return { cpuMillis: availableParallelism() * 1000, memoryBytes: totalmem(), ephemeralStorageBytes: blocks * bsize };
}
