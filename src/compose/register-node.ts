import type { KubeApi } from '../ports/kube-api.ts';
import type { Logger } from '../ports/logger.ts';
import type { OpenNode } from '../ports/open-node.ts';
import { readVersion } from '../version.ts';
import type { Endings } from './endings.ts';

export interface RegisterOrder {
  readonly node: OpenNode;
  readonly api: KubeApi;
  readonly nodeName: string;
  /** False while something that happened is known only to this process. */
  readonly journalIsWritable: () => boolean;
  readonly logger: Logger;
  readonly endings: Endings;
}

/** Makes this machine a node of the API, and keeps it one: its object, and the lease that shows that it lives. */
export async function registerNode({ node, api, nodeName, journalIsWritable, logger, endings }: RegisterOrder): Promise<void> {
  const { clock, runtime, paths, http } = node;
  const [{ NodeRegistration }, { NodeLease }, { readNodeFacts }] = await Promise.all([
    import('../kubeapi/node-registration.ts'),
    import('../kubeapi/node-lease.ts'),
    import('../host/node-facts.ts'),
  ]);
  const ground = { api, clock, logger };
  const { name, version } = await runtime.cri.version();
  const registration = new NodeRegistration({
    ...ground,
    node: {
      name: nodeName,
      facts: readNodeFacts(paths.stateDir),
      addresses: [await http.nodeAddress()],
      containerRuntimeVersion: `${name}://${version.replace(/^v/, '')}`,
      version: readVersion(),
    },
    health: async () => {
      const journal = { journalIsWritable: journalIsWritable() };
      try {
        await runtime.cri.version();
        return journal;
      } catch (error) {
        return { ...journal, runtimeProblem: String(error) };
      }
    },
  });
  registration.start();
  endings.add('the node', () => registration.stop());
  const lease = new NodeLease({ ...ground, nodeName });
  lease.start();
  endings.add('the lease of the node', () => lease.stop());
  await registration.registered;
}
