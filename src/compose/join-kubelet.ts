/** The kubelet as the one node of an API: Pods from it, status and events to it. */
import type { PodSettings } from '../core/pod/pod-view.ts';
import type { PodWorkers } from '../kubelet/pod-workers.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import type { Logger } from '../ports/logger.ts';
import type { OpenNode } from '../ports/open-node.ts';
import type { Endings } from './endings.ts';
import { startOwnedKubelet } from './start-kubelet.ts';

export interface JoinOrder {
  readonly node: OpenNode;
  readonly api: KubeApi;
  readonly nodeName: string;
  readonly settings: PodSettings;
  readonly logger: Logger;
  readonly endings: Endings;
}

export async function joinKubelet({ node, api, nodeName, settings, logger, endings }: JoinOrder): Promise<PodWorkers> {
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
  const workers = await startOwnedKubelet(node, pods, { logger, nodeName, settings, reports: pods.reports, objects });
  endings.add('the kubelet', () => workers.leave());
  return workers;
}
