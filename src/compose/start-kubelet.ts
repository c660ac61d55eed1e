import { availableParallelism, hostname, totalmem } from 'node:os';
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
import type { PodReports } from '../ports/pod-reports.ts';

type NodeWithSweep = OpenNode & { readonly sweep?: LeftoverSweep };

export interface KubeletOptions {
  readonly logger: Logger;
  /** As the API names this node. */
  readonly nodeName?: string;
  readonly settings?: PodSettings;
  readonly reports?: PodReports;
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
  const [{ HostPodVolumes }, { removeTree }] = await Promise.all([
    import('../volumes/host-pod-volumes.ts'),
    import('../host/remove-tree.ts'),
  ]);
  const { clock, journal, runtime, hookOutput, http, paths, sweep } = node;
  return {
    clock,
    journal,
    runtime,
    hookOutput,
    http,
    volumes: new HostPodVolumes(paths, removeTree),
    host: {
      paths,
      nodeName: options.nodeName ?? hostname().toLowerCase(),
      addresses: [await http.nodeAddress()],
      memoryBytes: totalmem(),
      parallelStarts: Math.max(2, availableParallelism()),
      settings: options.settings ?? DEFAULT_SETTINGS,
    },
    logger: options.logger,
    ...(sweep === undefined ? {} : { sweep }),
    ...(options.reports === undefined ? {} : { reports: options.reports }),
  };
}
