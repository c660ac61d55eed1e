/**
 * A whole node on fakes with an API in front of it: what kubectl asks for goes in, what watchers see comes out. The world
 * (API, runtime, journal, clock) outlives the agent, so that a scenario can kill the agent and let the next one find what
 * is left. Of an agent that is dead nothing reaches anything any more.
 */
import { OneNodeBinder } from '../../src/binder/one-node-binder.ts';
import { DEFAULT_SETTINGS } from '../../src/core/pod/pod-view.ts';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import { MemoryHookOutput } from '../../src/fakes/memory-hook-output.ts';
import { MemoryHostDns } from '../../src/fakes/memory-host-dns.ts';
import { MemoryJournal } from '../../src/fakes/memory-journal.ts';
import { MemoryPodCgroups } from '../../src/fakes/memory-pod-cgroups.ts';
import { MemoryPodVolumes } from '../../src/fakes/memory-pod-volumes.ts';
import { SCRIPTED_HOST } from '../../src/fakes/scripted-host.ts';
import { ScriptedHttp } from '../../src/fakes/scripted-http.ts';
import { ScriptedProbeClient } from '../../src/fakes/scripted-probe-client.ts';
import type { Script } from '../../src/fakes/scripted-programs.ts';
import { ScriptedRuntime } from '../../src/fakes/scripted-runtime.ts';
import { EventsToApi } from '../../src/kubeapi/events-to-api.ts';
import { NodeLease } from '../../src/kubeapi/node-lease.ts';
import { NodeRegistration } from '../../src/kubeapi/node-registration.ts';
import { ObjectsFromApi } from '../../src/kubeapi/objects-from-api.ts';
import { PodsFromApi } from '../../src/kubeapi/pods-from-api.ts';
import type { ApiGround } from '../../src/kubeapi/retry-loop.ts';
import type { KubeletParts } from '../../src/kubelet/kubelet-parts.ts';
import { PodWorkers } from '../../src/kubelet/pod-workers.ts';
import { takeOverOwned } from '../../src/kubelet/take-over.ts';
import type { KubeApi } from '../../src/ports/kube-api.ts';
import { SILENT_LOGGER } from '../../src/ports/logger.ts';
import type { Json } from '../apiserver/test-api.ts';
import type { FaultyApi } from './api-faults.ts';
import { type ApiStage, type Cleaning, NODE, openApiStage, PODS, SCHEDULER } from './api-stage.ts';

const EVENTS = '/api/v1/namespaces/default/events';
const NODE_USER = { username: `system:node:${NODE}`, groups: ['system:nodes', 'system:authenticated'] };
const FACTS = {
  operatingSystem: 'linux',
  architecture: 'amd64',
  kernelVersion: '6.1.0',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  machineID: 'm',
  systemUUID: 's',
  bootID: 'b',
  cpus: 4,
  memoryBytes: 2 ** 34,
  ephemeralStorageBytes: 2 ** 36,
};

interface Part {
  start(): void;
  stop(): Promise<void>;
}

/** One life of the agent. */
interface Agent {
  readonly api: FaultyApi;
  readonly workers: PodWorkers;
  readonly parts: readonly Part[];
}

export class ApiScenario {
  readonly stage: ApiStage;
  readonly clock: ManualClock;
  readonly runtime: ScriptedRuntime;
  readonly #hookOutput = new MemoryHookOutput();
  readonly #volumes = new MemoryPodVolumes();
  journal = new MemoryJournal();
  #agent: Agent | undefined;

  private constructor(stage: ApiStage, clock: ManualClock, script: Script) {
    this.stage = stage;
    this.clock = clock;
    this.runtime = new ScriptedRuntime(clock, script);
  }

  /** The API is there, with the scheduler; no agent runs yet. */
  static async open(t: Cleaning, script: Script = {}): Promise<ApiScenario> {
    const clock = new ManualClock({ settleTurns: 2 });
    const stage = await openApiStage(t, { clock });
    const scenario = new ApiScenario(stage, clock, script);
    const binder = new OneNodeBinder({ ...stage.ground, api: stage.as(SCHEDULER, 'kube-scheduler/v1.36.0'), nodeName: NODE });
    binder.start();
    t.after(() => binder.stop());
    t.after(() => scenario.kill());
    return scenario;
  }

  /** The way of the agent that runs now to the API. */
  get api(): FaultyApi {
    if (this.#agent === undefined) throw new Error('No agent runs');
    return this.#agent.api;
  }

  get isUp(): boolean {
    return this.#agent !== undefined;
  }

  /** Starts an agent that takes over what it finds. */
  async start(): Promise<void> {
    const { journal, clock } = this;
    const api = this.stage.as(NODE_USER, 'kubelet/v1.36.0');
    const ground = { api, clock, logger: SILENT_LOGGER, random: () => 0.5 };
    const pods = new PodsFromApi({ ...ground, journal, nodeName: NODE, hostIPs: SCRIPTED_HOST.addresses });
    const objects = new ObjectsFromApi({ ...ground, pods });
    const events = new EventsToApi({ ...ground, journal, nodeName: NODE, resourceVersionOf: (uid) => pods.resourceVersionOf(uid) });
    const workers = new PodWorkers({ ...this.#kubeletParts(objects), reports: pods.reports, source: pods });
    const agent: Agent = { api, workers, parts: [pods, objects, events, ...nodeParts(ground)] };
    this.#agent = agent;
    void journal.crashed.then(() => this.#agentDied(agent));
    for (const part of agent.parts) part.start();
    const started = pods.synced.then(async () => {
      await takeOverOwned({ ...this.#kubeletParts(objects), reports: pods.reports }, pods);
      workers.start();
    });
    await Promise.race([started.catch(() => undefined), journal.crashed]);
    await clock.advance();
  }

  /** `kill -9` of the agent. */
  async kill(): Promise<void> {
    this.journal.crash();
    await this.clock.settle();
  }

  async #agentDied(agent: Agent): Promise<void> {
    agent.api.setDown(true);
    if (this.#agent !== agent) return;
    this.#agent = undefined;
    this.journal = this.journal.reopen();
    this.runtime.world.listeners.clear();
    this.runtime.disown();
    await Promise.all(agent.parts.map((part) => part.stop()));
  }

  #kubeletParts(objects: ObjectsFromApi): KubeletParts {
    return {
      clock: this.clock,
      journal: this.journal,
      runtime: this.runtime.forNextAgent(this.runtime),
      hookOutput: this.#hookOutput,
      http: new ScriptedHttp(this.clock),
      probeClient: new ScriptedProbeClient(this.clock),
      volumes: this.#volumes,
      objects,
      podCgroups: new MemoryPodCgroups(),
      hostDns: new MemoryHostDns(),
      host: { ...SCRIPTED_HOST, nodeName: NODE, settings: DEFAULT_SETTINGS },
      logger: SILENT_LOGGER,
    };
  }

  async create(name: string, spec: object, metadata: object = {}): Promise<Json> {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec };
    const created = await this.stage.server.must(`POST ${PODS}`, { body });
    await this.clock.advance();
    return created;
  }

  async delete(name: string, graceSeconds?: number): Promise<void> {
    await this.stage.server.ask(`DELETE ${PODS}/${name}${graceSeconds === undefined ? '' : `?gracePeriodSeconds=${graceSeconds}`}`);
    await this.clock.advance();
  }

  /** What a watcher saw of all Pods: "MODIFIED web Running main=running Ready=True grace=20". What repeats itself is left out. */
  async sequence(): Promise<readonly string[]> {
    const lines = (await this.stage.watched()).map(({ type, object }) => `${type} ${podLine(object)}`);
    return lines.filter((line, index) => line !== lines[index - 1]);
  }

  /** "Normal Started x1", of one Pod, in the order of their names, which is that of their first telling. */
  async events(name: string): Promise<readonly string[]> {
    const { items } = await this.stage.server.must(`GET ${EVENTS}?fieldSelector=involvedObject.name=${name}`);
    const moment = (event: Json): bigint => BigInt(`0x${event.metadata.name.slice(name.length + 1)}`);
    const kubelets = items.filter(({ source }: Json) => source.component === 'kubelet');
    return kubelets
      .toSorted((a: Json, b: Json) => (moment(a) < moment(b) ? -1 : 1))
      .map(({ type, reason, count }: Json) => `${type} ${reason} x${count}`);
  }

  /** The same from the journal: what the API must end up with. */
  eventsOfJournal(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const record of this.journal.records) {
      if (record.type === 'event') counts.set(`${record.pod} ${record.container ?? ''} ${record.reason} ${record.message}`, record.count);
    }
    return counts;
  }

  async eventsOfApi(): Promise<ReadonlyMap<string, number>> {
    const { items } = await this.stage.server.must(`GET ${EVENTS}?fieldSelector=source=kubelet`);
    const keys = items.map(({ involvedObject, reason, message, count }: Json) => {
      const container = /\{(.*)\}/.exec(involvedObject.fieldPath ?? '')?.[1] ?? '';
      return [`${involvedObject.namespace}/${involvedObject.name} ${container} ${reason} ${message}`, count] as const;
    });
    if (new Set(keys.map(([key]: [string]) => key)).size !== keys.length) throw new Error('An event is there twice');
    return new Map(keys);
  }
}

const nodeParts = (ground: ApiGround & { readonly api: KubeApi }): readonly Part[] => {
  const node = {
    name: NODE,
    facts: FACTS,
    addresses: SCRIPTED_HOST.addresses,
    containerRuntimeVersion: 'containerd://1.6.20',
    version: '0.1.0',
  };
  return [
    new NodeRegistration({ ...ground, node, health: () => ({ journalIsWritable: true }) }),
    new NodeLease({ ...ground, nodeName: NODE }),
  ];
};

function podLine({ metadata, status }: Json): string {
  const states = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
    ({ name, state }: Json) => `${name}=${Object.keys(state)[0] ?? 'none'}`,
  );
  const ready = status.conditions?.find(({ type }: Json) => type === 'Ready')?.status ?? '-';
  const grace = metadata.deletionGracePeriodSeconds;
  return [metadata.name, status.phase, ...states, `Ready=${ready}`, ...(grace === undefined ? [] : [`grace=${grace}`])].join(' ');
}
