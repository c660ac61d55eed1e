/**
 * A whole kubelet on fakes: Pods in, a timeline out. The world (runtime, journal, clock) outlives the agent, so that a
 * scenario can kill the agent and let the next one find what is left.
 */

import type { JournalRecord } from '../../src/core/journal-record.ts';
import { DEFAULT_SETTINGS, type PodSettings } from '../../src/core/pod/pod-view.ts';
import type { TakeOver } from '../../src/core/pod/take-over.ts';
import { ManualClock } from '../../src/fakes/manual-clock.ts';
import { MemoryHookOutput } from '../../src/fakes/memory-hook-output.ts';
import { MemoryHostDns } from '../../src/fakes/memory-host-dns.ts';
import { MemoryJournal } from '../../src/fakes/memory-journal.ts';
import { MemoryPodCgroups } from '../../src/fakes/memory-pod-cgroups.ts';
import { MemoryPodObjects } from '../../src/fakes/memory-pod-objects.ts';
import { MemoryPodVolumes } from '../../src/fakes/memory-pod-volumes.ts';
import { SCRIPTED_HOST } from '../../src/fakes/scripted-host.ts';
import { ScriptedHttp } from '../../src/fakes/scripted-http.ts';
import { ScriptedProbeClient } from '../../src/fakes/scripted-probe-client.ts';
import type { Script } from '../../src/fakes/scripted-programs.ts';
import { ScriptedRuntime } from '../../src/fakes/scripted-runtime.ts';
import type { KubeletParts } from '../../src/kubelet/kubelet-parts.ts';
import { LocalPodSource } from '../../src/kubelet/local-pod-source.ts';
import { PodWorkers } from '../../src/kubelet/pod-workers.ts';
import { acceptManifest, takeOver } from '../../src/kubelet/take-over.ts';
import type { Container, HTTPGetAction, Pod, PodManifest, PodSpec } from '../../src/model/pod.ts';
import type { PodStatus } from '../../src/model/pod-status.ts';
import { SILENT_LOGGER } from '../../src/ports/logger.ts';
import type { Runtime } from '../../src/ports/runtime.ts';
import { mortalClock } from './mortal-clock.ts';

export class Scenario {
  readonly clock = new ManualClock({ settleTurns: 2 });
  readonly runtime: ScriptedRuntime;
  readonly hookOutput = new MemoryHookOutput();
  readonly http = new ScriptedHttp(this.clock);
  readonly probeClient = new ScriptedProbeClient(this.clock);
  readonly volumes = new MemoryPodVolumes();
  readonly objects = new MemoryPodObjects();
  readonly podCgroups = new MemoryPodCgroups();
  readonly hostDns = new MemoryHostDns();
  journal = new MemoryJournal();
  source = new LocalPodSource();
  /** Every status that the Pods' owner was told, in order. */
  readonly statuses: PodStatus[] = [];
  /** How many starts of an agent ended with an error. */
  failedStarts = 0;
  readonly #offered: Runtime;
  readonly #settings: PodSettings;
  #workers: PodWorkers | undefined;

  /** `offers` takes capabilities away from the runtime. */
  constructor(
    script: Script = {},
    offers: (runtime: ScriptedRuntime) => Runtime = (runtime) => runtime,
    settings: PodSettings = DEFAULT_SETTINGS,
  ) {
    this.#settings = settings;
    this.runtime = new ScriptedRuntime(this.clock, script);
    this.#offered = offers(this.runtime);
  }

  /** Starts an agent that takes over what it finds and runs the given Pods. */
  async start(...manifests: readonly PodManifest[]): Promise<void> {
    const { journal } = this;
    const parts = this.#parts();
    const source = new LocalPodSource();
    this.source = source;
    void journal.crashed.then(() => this.#agentDied(journal));
    const workers = new PodWorkers({ ...parts, source });
    this.#workers = workers;
    const started = this.#takeOver(parts, source, manifests).then((plan) => {
      if (plan === undefined) return;
      workers.start();
      void endOf(
        source,
        plan.ends.map(({ pod }) => pod.metadata.uid),
      ).then(() => {
        for (const manifest of plan.starts) source.put(acceptManifest(manifest, this.clock.now().wallMs));
      });
    });
    await Promise.race([started, journal.crashed]);
    await this.clock.advance();
  }

  /** Undefined while the runtime does not answer or the journal cannot be written: the command fails, and may be repeated. */
  async #takeOver(parts: KubeletParts, source: LocalPodSource, manifests: readonly PodManifest[]): Promise<TakeOver | undefined> {
    try {
      return await takeOver(parts, source, manifests);
    } catch {
      this.failedStarts += 1;
      return undefined;
    }
  }

  /** `kill -9` of the agent: nothing it still does reaches the journal or the runtime's listeners. */
  async kill(): Promise<void> {
    this.journal.crash();
    await this.clock.settle();
  }

  #agentDied(journal: MemoryJournal): void {
    if (this.journal !== journal) return;
    this.journal = journal.reopen();
    this.runtime.world.listeners.clear();
    this.runtime.disown();
  }

  /** The machine loses power and comes back; no agent runs yet. */
  async reboot(offMs = 30_000): Promise<void> {
    await this.kill();
    this.runtime.world.reboot();
    this.clock.reboot(offMs);
  }

  async leave(): Promise<void> {
    await this.#workers?.leave();
  }

  /** Asks for the end of every Pod. */
  async delete(graceSeconds?: number): Promise<void> {
    for (const { pod } of this.source.list()) this.source.delete(pod.metadata.uid, graceSeconds);
    await this.clock.advance();
  }

  #parts(): KubeletParts {
    const { journal, hookOutput, http, probeClient, volumes, objects, podCgroups, hostDns } = this;
    return {
      clock: mortalClock(this.clock, journal.crashed),
      journal,
      runtime: this.runtime.forNextAgent(this.#offered),
      hookOutput,
      http,
      probeClient,
      volumes,
      objects,
      podCgroups,
      hostDns,
      host: { ...SCRIPTED_HOST, settings: this.#settings },
      reports: { status: (_uid, status) => this.statuses.push(status) },
      logger: SILENT_LOGGER,
    };
  }

  /**
   * One line a record, with the seconds since the scenario began: "3.0 a hook.finished postStart succeeded". Events that
   * only repeat in other words what a record says are left out.
   */
  timeline(): readonly string[] {
    const told = this.journal.records.filter((record) => record.type !== 'event' || !REPEATING_EVENTS.includes(record.reason));
    return told.map((record) => this.lineOf(record));
  }

  lineOf(record: JournalRecord): string {
    return `${((Date.parse(record.time) - Date.UTC(2030, 0, 1)) / 1000).toFixed(1)} ${describeRecord(record)}`;
  }

  /** The lines of the timeline that concern hooks, signals and ends. */
  stops(): readonly string[] {
    return this.timeline().filter((line) => /hook\.|signal\.sent|container\.exited|pod\.ended|pod\.removed/.test(line));
  }

  types(): readonly string[] {
    return this.journal.records.map(({ type }) => type);
  }

  /** True while the agent could not write down something it did. */
  get hasUnwritten(): boolean {
    return this.#workers?.hasUnwritten ?? false;
  }
}

const REPEATING_EVENTS = ['Pulling', 'Pulled', 'Created', 'Started', 'SandboxChanged'];

/** Resolves once none of the Pods is in the source any more. */
function endOf(source: LocalPodSource, uids: readonly string[]): Promise<void> {
  const areGone = (): boolean => uids.every((uid) => source.get(uid) === undefined);
  if (areGone()) return Promise.resolve();
  return new Promise((resolve) => {
    source.onChange(() => areGone() && resolve());
  });
}

/** What tells one record from another, without ids and times. */
export function describeRecord(record: JournalRecord): string {
  const of = 'container' in record && record.container !== undefined ? `${record.container} ` : '';
  return `${of}${record.type}${details(record)}`;
}

function details(record: JournalRecord): string {
  switch (record.type) {
    case 'hook.started':
      return ` ${record.hook} ${record.handler} #${record.attempt}${record.retry > 0 ? ` retry ${record.retry}` : ''}`;
    case 'hook.finished':
      return ` ${record.hook} ${record.outcome}`;
    case 'hook.skipped':
      return ` ${record.hook} ${record.reason}`;
    case 'container.stopping':
      return ` ${record.reason} ${record.graceSeconds}`;
    case 'signal.sent':
      return ` ${record.signal}`;
    case 'container.exited':
      return ` ${record.exitCode} ${record.by}`;
    case 'container.restarting':
      return ` ${record.backoffMs}`;
    case 'container.failed':
      return ` ${record.reason}`;
    case 'pod.deleting':
      return ` ${record.graceSeconds}`;
    case 'pod.ended':
      return ` ${record.phase}`;
    case 'event':
      return ` ${record.reason} x${record.count}`;
    default:
      return '';
  }
}

export const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'localhost/hooklet/base:1',
  imagePullPolicy: 'IfNotPresent',
  ...more,
});

export function pod(name: string, containers: readonly Container[], more: Partial<PodSpec> = {}): PodManifest {
  const spec: PodSpec = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers, ...more };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

export const exec = (...command: string[]): { readonly exec: { readonly command: readonly string[] } } => ({ exec: { command } });
export const httpGet = (path: string, more: Partial<HTTPGetAction> = {}): { readonly httpGet: HTTPGetAction } => ({
  httpGet: { path, port: 80, scheme: 'HTTP', ...more },
});
export const sleep = (seconds: number): { readonly sleep: { readonly seconds: number } } => ({ sleep: { seconds } });
export type { Pod };
