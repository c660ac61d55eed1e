/** A node on real containers and its API in this process, for kubectl: streams and logs go the whole way. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InProcessApi } from '../../src/apiserver/in-process-api.ts';
import { PodStreamRoutes } from '../../src/apiserver/streams/pod-stream-routes.ts';
import { Endings } from '../../src/compose/endings.ts';
import { joinKubelet } from '../../src/compose/join-kubelet.ts';
import { openNode, openReset } from '../../src/compose.ts';
import { DEFAULT_SETTINGS } from '../../src/core/pod/pod-view.ts';
import { logTextReader } from '../../src/host/read-log-text.ts';
import { NodePodStreams } from '../../src/kubelet/node-pod-streams.ts';
import type { PodWorkers } from '../../src/kubelet/pod-workers.ts';
import { SILENT_LOGGER } from '../../src/ports/logger.ts';
import type { OpenNode } from '../../src/ports/open-node.ts';
import { type ServedApi, serveApi } from '../apiserver/serve-api.ts';
import { Kubectl } from './kubectl.ts';

export const NODE_NAME = 'streamed';

export class StreamedNode {
  readonly stateDir: string;
  readonly served: ServedApi;
  readonly kubectl: Kubectl;
  readonly #node: OpenNode;
  readonly #endings: Endings;

  private constructor(stateDir: string, node: OpenNode, { served, endings }: { readonly served: ServedApi; readonly endings: Endings }) {
    this.stateDir = stateDir;
    this.#node = node;
    this.served = served;
    this.kubectl = new Kubectl(served);
    this.#endings = endings;
  }

  static async open(): Promise<StreamedNode> {
    const stateDir = await mkdtemp(join(tmpdir(), 'hooklet-streams-'));
    const endings = new Endings(SILENT_LOGGER);
    try {
      const node = await openNode({ stateDir, logger: SILENT_LOGGER }, { command: 'streams test' });
      endings.add('the node', () => node.close({ stopRuntime: false }));
      const served = await serve(node, endings);
      return new StreamedNode(stateDir, node, { served, endings });
    } catch (error) {
      await endings.endAll();
      await removeAll(stateDir);
      throw error;
    }
  }

  /** Resolves once the Pod of this YAML, bound to this node, is Ready, or as `until` says. */
  async start(yaml: string, until = 'condition=Ready'): Promise<void> {
    await this.kubectl.ok('create -f -', { input: yaml });
    const name = /name: (\S+)/.exec(yaml)?.[1] ?? '';
    await this.kubectl.ok(`wait --for=${until} --timeout=40s pod/${name}`);
  }

  /** The node's own, for what kubectl cannot see. */
  get logsDir(): string {
    return this.#node.paths.logsDir;
  }

  async close(): Promise<void> {
    try {
      await this.#endings.endAll();
    } finally {
      await removeAll(this.stateDir);
    }
  }
}

async function serve(node: OpenNode, endings: Endings): Promise<ServedApi> {
  const { clock, journal, runtime, paths } = node;
  let workers: PodWorkers | undefined;
  const historyOf = (uid: string) => workers?.historyOf(uid);
  const streams = new NodePodStreams({ historyOf, cri: runtime.cri, journal, clock, paths, openLogText: logTextReader(clock) });
  const routes = new PodStreamRoutes({ streams, clock });
  const served = await serveApi({ outside: { streams: routes } });
  endings.add('the API', async () => {
    routes.close();
    await served.close();
  });
  const user = { username: 'admin', groups: ['system:masters'] };
  const api = new InProcessApi({ core: served.api.core, logger: SILENT_LOGGER }, { user, userAgent: 'kubelet/test' });
  ({ workers } = await joinKubelet({ node, api, nodeName: NODE_NAME, settings: DEFAULT_SETTINGS, logger: SILENT_LOGGER, endings }));
  return served;
}

async function removeAll(stateDir: string): Promise<void> {
  const reset = await openReset({ stateDir });
  try {
    await reset.reset();
  } finally {
    await reset.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}
