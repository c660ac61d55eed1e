/** The static Pods of this node: from their files to the kubelet, and their mirrors in the API. */
import type { MirrorPods } from '../kubeapi/mirror-pods.ts';
import { StaticPods } from '../kubelet/static-pods.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import type { Logger } from '../ports/logger.ts';
import type { OpenNode } from '../ports/open-node.ts';
import type { Endings } from './endings.ts';

export interface StaticPodsOrder {
  readonly node: Pick<OpenNode, 'clock' | 'journal'>;
  readonly api: KubeApi;
  readonly nodeName: string;
  readonly logger: Logger;
  readonly endings: Endings;
  /** Absent: there are none; what an earlier agent left of them ends. */
  readonly manifestsDir?: string | undefined;
}

export interface OpenStaticPods {
  readonly pods: StaticPods;
  /** Its `start` is for when the kubelet has taken over. */
  readonly mirrors: MirrorPods;
}

/** Rejects with `badInput` when the directory cannot be read. */
export async function openStaticPods({ node, api, nodeName, logger, endings, manifestsDir }: StaticPodsOrder): Promise<OpenStaticPods> {
  const { clock, journal } = node;
  const { MirrorPods } = await import('../kubeapi/mirror-pods.ts');
  const pods = new StaticPods({ statusOf: (pod) => mirrors.statusOf(pod) });
  const mirrors: MirrorPods = new MirrorPods({ api, clock, logger, nodeName, pods });
  mirrors.watch();
  endings.add('the mirrors of static Pods', () => mirrors.stop());
  await mirrors.synced;
  const left = journal.openPods();
  pods.adopt(left);
  if (manifestsDir !== undefined) {
    const [{ StaticPodFiles }, { HostManifestDirectory }] = await Promise.all([
      import('../kubelet/static-pod-files.ts'),
      import('../host/host-manifest-directory.ts'),
    ]);
    const files = new StaticPodFiles({ directory: new HostManifestDirectory(manifestsDir), clock, logger, nodeName, pods, left });
    await files.start();
    endings.add('the manifests', () => files.stop());
  }
  return { pods, mirrors };
}

/** Rejects with `badInput`, before anything else is begun. */
export async function checkManifestsDir(manifestsDir: string | undefined): Promise<void> {
  if (manifestsDir === undefined) return;
  const { HostManifestDirectory } = await import('../host/host-manifest-directory.ts');
  await new HostManifestDirectory(manifestsDir).read();
}
