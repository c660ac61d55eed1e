/** The Pods of a node from the embedded API, across restarts of the agent, and what a kubelet is told of them. */
import type { NewFact, PodRecord } from '../../src/core/journal-record.ts';
import { MemoryJournal } from '../../src/fakes/memory-journal.ts';
import { PodsFromApi } from '../../src/kubeapi/pods-from-api.ts';
import type { OwnedPods } from '../../src/kubelet/take-over.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { PodStatus } from '../../src/model/pod-status.ts';
import { type ApiStage, type Cleaning, NODE, openApiStage, PODS } from './api-stage.ts';

export interface PodsStage extends ApiStage {
  source: PodsFromApi & OwnedPods;
  readonly journal: MemoryJournal;
  /** What a kubelet is told: "web 30", with the grace of a deletion. */
  readonly told: string[];
  /** The agent is replaced by another one that finds the journal. */
  restart(): Promise<void>;
}

export async function openPodsStage(t: Cleaning): Promise<PodsStage> {
  const stage = await openApiStage(t);
  const journal = new MemoryJournal();
  const told: string[] = [];
  const start = async (): Promise<PodsFromApi> => {
    const source = new PodsFromApi({ ...stage.ground, journal, nodeName: NODE, hostIPs: ['192.0.2.1'] });
    source.onChange((uid) => {
      const desired = source.get(uid);
      told.push(desired === undefined ? 'removed' : `${desired.pod.metadata.name} ${desired.deletion?.graceSeconds ?? '-'}`);
    });
    source.start();
    await source.synced;
    t.after(() => source.stop());
    return source;
  };
  const opened: PodsStage = {
    ...stage,
    source: await start(),
    journal,
    told,
    restart: async () => {
      await opened.source.stop();
      told.length = 0;
      stage.api.requests.length = 0;
      opened.source = await start();
      await stage.server.clock.settle();
    },
  };
  return opened;
}

export const TERMINATED: PodStatus = { phase: 'Succeeded', conditions: [], containerStatuses: [] };

export const record = (pod: Pod, fact: NewFact): PodRecord =>
  ({ time: '2030-01-01T00:00:00.000Z', pod: `default/${pod.metadata.name}`, uid: pod.metadata.uid, ...fact }) as PodRecord;

export const uidOf = async ({ pod }: ApiStage, name: string): Promise<string> => (await pod(name)).metadata.uid;
export const remove = ({ server }: ApiStage, name: string, graceSeconds?: number): Promise<unknown> =>
  server.ask(`DELETE ${PODS}/${name}${graceSeconds === undefined ? '' : `?gracePeriodSeconds=${graceSeconds}`}`);
