/**
 * `hooklet up`: the node, its API with everything that keeps it, and what joins the two. All of it is ended in the reverse
 * order; Pods live on, unless they are drained first.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { PodStreamRoutes } from '../apiserver/streams/pod-stream-routes.ts';
import { openNode } from '../compose.ts';
import type { PodHistory } from '../core/pod/pod-history.ts';
import type { PodSettings } from '../core/pod/pod-view.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { KubeApi } from '../ports/kube-api.ts';
import type { Logger } from '../ports/logger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { NodeOptions, OpenNode } from '../ports/open-node.ts';
import { readVersion } from '../version.ts';
import { Endings } from './endings.ts';
import { type JoinedKubelet, joinKubelet } from './join-kubelet.ts';
import { keepJournal } from './keep-journal.ts';
import { type OpenServer, openServer } from './open-server.ts';
import { checkManifestsDir } from './open-static-pods.ts';
import { type OpenTelemetry, openTelemetry } from './open-telemetry.ts';
import { registerNode } from './register-node.ts';

/** What the API may ask of the kubelet's Pods. */
interface KnownPods {
  readonly historyOf: (uid: string) => PodHistory | undefined;
  readonly shownBy: (uid: string) => string | undefined;
}

export interface UpOptions extends NodeOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** As the API names this node; the host's name when absent. */
  readonly nodeName?: string;
  readonly settings: PodSettings;
  /** Static Pods. */
  readonly manifestsDir?: string;
  readonly logger: Logger;
}

export interface OpenUp {
  /** "https://127.0.0.1:6443" */
  readonly url: string;
  /** Of the administrator. */
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** Ends every Pod gracefully, as before a shutdown of the machine. */
  drain(): Promise<void>;
  /** `stopRuntime`: only after `drain`. */
  close(options: { readonly stopRuntime: boolean }): Promise<void>;
}

/** Throws `badInput`, `stateLocked` or `hostLacks`; then nothing is held. */
export async function openUp(options: UpOptions): Promise<OpenUp> {
  await checkManifestsDir(options.manifestsDir);
  const node = await openNode(options, { command: 'hooklet up' });
  const endings = new Endings(options.logger);
  try {
    return await openOn(node, endings, options);
  } catch (error) {
    await endings.endAll();
    await node.close({ stopRuntime: false });
    throw error;
  }
}

async function openOn(opened: OpenNode, endings: Endings, options: UpOptions): Promise<OpenUp> {
  const telemetry = await openTelemetry(opened.journal);
  endings.add('metrics', async () => telemetry.close());
  const node = { ...opened, journal: telemetry.journal };
  const { clock, journal, hookOutput, paths } = node;
  const { logger, settings, listen } = options;
  const nodeName = options.nodeName ?? hostname().toLowerCase();
  endings.add('housekeeping', keepJournal({ clock, logger, journal, hookOutput }));
  const store = await openStore(node, logger);
  endings.add('the object store', async () => store.close());
  // Streams are asked for once the API is up, which is before the kubelet is.
  let kubelet: JoinedKubelet | undefined;
  const streams = await openStreams(node, {
    historyOf: (uid) => kubelet?.workers.historyOf(uid),
    shownBy: (uid) => kubelet?.shownBy(uid),
  });
  endings.add('streams', async () => streams.close());
  const server = await openServer({ node, store, logger, listen, hostname: hostname(), streams, endings, telemetry });
  telemetry.serves(figuresOf(server, store));
  const api = await apiAs(server, logger, { username: `system:node:${nodeName}`, group: 'system:nodes', agent: 'kubelet' });
  await registerNode({ node, api, nodeName, journalIsWritable: () => kubelet?.workers.hasUnwritten !== true, logger, endings });
  const { manifestsDir } = options;
  kubelet = await joinKubelet({ node, api, nodeName, settings, logger, endings, manifestsDir, reports: telemetry.reports });
  const { workers } = kubelet;
  await startBinder({ node, server, nodeName, logger, endings });
  return {
    url: server.url,
    kubeconfig: join(paths.stateDir, 'admin.kubeconfig'),
    nodeName,
    drain: () => workers.drain(),
    close: async ({ stopRuntime }) => {
      await endings.endAll();
      await node.close({ stopRuntime });
    },
  };
}

const figuresOf = ({ api }: OpenServer, store: ObjectStore): Parameters<OpenTelemetry['serves']>[0] => ({
  watchers: () => api.core.hub.size,
  resources: api.core.resources.storages,
  count: (resource) => store.count({ resource }),
  resourceVersion: () => store.resourceVersion,
});

async function openStreams({ clock, journal, runtime, paths }: OpenNode, { historyOf, shownBy }: KnownPods): Promise<PodStreamRoutes> {
  const [{ PodStreamRoutes }, { NodePodStreams }, { shownPodStreams }, { logTextReader }] = await Promise.all([
    import('../apiserver/streams/pod-stream-routes.ts'),
    import('../kubelet/node-pod-streams.ts'),
    import('../kubelet/shown-pod-streams.ts'),
    import('../host/read-log-text.ts'),
  ]);
  const streams = new NodePodStreams({ historyOf, cri: runtime.cri, journal, clock, paths, openLogText: logTextReader(clock) });
  return new PodStreamRoutes({ streams: shownPodStreams(streams, shownBy), clock });
}

interface BinderOrder {
  readonly node: OpenNode;
  readonly server: OpenServer;
  readonly nodeName: string;
  readonly logger: Logger;
  readonly endings: Endings;
}

/** There is one node, so what a scheduler decides is whether a Pod fits. */
async function startBinder({ node, server, nodeName, logger, endings }: BinderOrder): Promise<void> {
  const { OneNodeBinder } = await import('../binder/one-node-binder.ts');
  const api = await apiAs(server, logger, { username: 'system:kube-scheduler', group: 'system:authenticated', agent: 'default-scheduler' });
  const binder = new OneNodeBinder({ api, clock: node.clock, logger, nodeName });
  binder.start();
  endings.add('the binder', () => binder.stop());
}

async function openStore({ clock, paths }: OpenNode, logger: Logger): Promise<ObjectStore> {
  const { SqliteObjectStore } = await import('../sqlite/sqlite-object-store.ts');
  const onListenerError = (error: unknown): void => logger.warn('a listener of the object store failed', { error: messageOf(error) });
  return SqliteObjectStore.open({ file: paths.storeFile, clock, onListenerError });
}

interface Identity {
  readonly username: string;
  readonly group: string;
  readonly agent: string;
}

/** The API as a part of this process calls it: with rights of its own, and without a socket. */
async function apiAs({ api }: OpenServer, logger: Logger, { username, group, agent }: Identity): Promise<KubeApi> {
  const { InProcessApi } = await import('../apiserver/in-process-api.ts');
  const user = { username, groups: [group, 'system:authenticated'] };
  return new InProcessApi({ core: api.core, logger }, { user, userAgent: `${agent}/hooklet-${readVersion()}` });
}
