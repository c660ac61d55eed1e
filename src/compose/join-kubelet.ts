/** The kubelet as the one node of an API: Pods from it, status and events to it. */
import type { PodSettings } from '../core/pod/pod-view.ts';
import { JoinedPodSource } from '../kubelet/joined-pod-source.ts';
import type { PodWorkers } from '../kubelet/pod-workers.ts';
import { isStaticPod } from '../kubelet/static-pod.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import type { Logger } from '../ports/logger.ts';
import type { OpenNode } from '../ports/open-node.ts';
import type { PodReports } from '../ports/pod-reports.ts';
import type { Endings } from './endings.ts';
import { openStaticPods } from './open-static-pods.ts';
import { startOwnedKubelet } from './start-kubelet.ts';

export interface JoinOrder {
  readonly node: OpenNode;
  readonly api: KubeApi;
  readonly nodeName: string;
  readonly settings: PodSettings;
  readonly logger: Logger;
  readonly endings: Endings;
  /** Static Pods. */
  readonly manifestsDir?: string | undefined;
  /** Is told what the API is told. */
  readonly reports?: PodReports | undefined;
}

export interface JoinedKubelet {
  readonly workers: PodWorkers;
  /** The static Pod that an object of the API shows, by uid. */
  readonly shownBy: (uid: string) => string | undefined;
}

export async function joinKubelet(order: JoinOrder): Promise<JoinedKubelet> {
  const { node, api, nodeName, settings, logger, endings } = order;
  const { clock, journal } = node;
  const [{ PodsFromApi }, { ObjectsFromApi }, { EventsToApi }] = await Promise.all([
    import('../kubeapi/pods-from-api.ts'),
    import('../kubeapi/objects-from-api.ts'),
    import('../kubeapi/events-to-api.ts'),
  ]);
  const ground = { api, clock, logger };
  const pods = new PodsFromApi({ ...ground, journal, nodeName, hostIPs: [await node.http.nodeAddress()] });
  const objects = new ObjectsFromApi({ ...ground, pods });
  const events = new EventsToApi({ ...ground, journal, nodeName, resourceVersionOf: (uid) => pods.resourceVersionOf(uid) });
  pods.start();
  endings.add('the Pods of the API', () => pods.stop());
  await pods.synced;
  objects.start();
  endings.add('the objects of the API', async () => objects.stop());
  events.start();
  endings.add('events to the API', () => events.stop());
  const { pods: statics, mirrors } = await openStaticPods(order);
  const source = new JoinedPodSource({ source: statics, owns: isStaticPod }, { source: pods, owns: () => true });
  // Each takes what is its own.
  const reports: PodReports = {
    status: (uid, status) => {
      mirrors.status(uid, status);
      pods.reports.status(uid, status);
      order.reports?.status(uid, status);
    },
  };
  const workers = await startOwnedKubelet(node, source, { logger, nodeName, settings, reports, objects });
  endings.add('the kubelet', () => workers.leave());
  mirrors.start();
  return { workers, shownBy: (uid) => mirrors.shownBy(uid) };
}
