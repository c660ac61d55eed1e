/**
 * All workers of this node: one a Pod, made when the source names the Pod, gone when the Pod is removed. Owns the way
 * from the runtime's events to the Pod they concern.
 */

import type { Instant } from '../core/instant.ts';
import type { PodRecord } from '../core/journal-record.ts';
import type { PodHistory } from '../core/pod/pod-history.ts';
import { type Pod, podKey } from '../model/pod.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { ObjectName } from '../ports/pod-objects.ts';
import type { RuntimeEvent } from '../ports/runtime-events.ts';
import { ExecTurns } from '../probes/exec-turns.ts';
import type { ProbeParts } from '../probes/probe-parts.ts';
import type { WorkerParts } from './kubelet-parts.ts';
import { LeftoverSweeper } from './leftover-sweeper.ts';
import { PodLog } from './pod-log.ts';
import { PodProbes } from './pod-probes.ts';
import { PodTasks } from './pod-tasks.ts';
import { PodWorker } from './pod-worker.ts';
import { StartSlots } from './start-slots.ts';
import { usesObject } from './tend-volumes.ts';

/** `lifecycle.md` 8 */
const SHUTDOWN_MESSAGE = 'Pod was terminated in response to imminent node shutdown.';

interface Entry {
  readonly worker: PodWorker;
  readonly log: PodLog;
  readonly ended: Promise<void>;
  readonly probes: PodProbes;
}

export class PodWorkers {
  readonly #parts: WorkerParts;
  readonly #slots: StartSlots;
  readonly #sweeper: LeftoverSweeper;
  readonly #execTurns: ExecTurns;
  readonly #startedAt: Instant;
  readonly #entries = new Map<string, Entry>();
  #stopListening: readonly (() => void)[] = [];
  #lostFacts = false;
  #leaving = false;
  #draining = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#slots = new StartSlots(parts.host.parallelStarts);
    this.#sweeper = new LeftoverSweeper(parts, this.#slots);
    this.#execTurns = new ExecTurns(2 * parts.host.parallelStarts);
    this.#startedAt = parts.clock.now();
  }

  /** Takes up every Pod of the source, and each that comes. What the journal knows of them is where they go on from. */
  start(): void {
    const { source, runtime, objects } = this.#parts;
    const known = new Map(this.#parts.journal.openPods().map(({ uid, records }) => [uid, records]));
    this.#stopListening = [
      source.onChange((uid) => this.#changed(uid, [])),
      objects.onChange((object) => this.#objectChanged(object)),
      runtime.events?.subscribe((event) => this.#onEvent(event)) ?? (() => {}),
    ];
    this.#sweeper.sweepAfterBreak();
    for (const { pod } of source.list()) this.#changed(pod.metadata.uid, known.get(pod.metadata.uid) ?? []);
  }

  /** The agent leaves; Pods and hooks go on. Resolves when every worker has stopped. */
  async leave(): Promise<void> {
    this.#leaving = true;
    for (const stop of this.#stopListening) stop();
    for (const { worker } of this.#entries.values()) worker.leave();
    // What probes have running in containers is ended while the runtime still listens.
    await Promise.all([...this.#entries.values()].map(({ ended, probes }) => Promise.all([ended, probes.ended()])));
    await this.#sweeper.leave();
  }

  /**
   * Ends every Pod gracefully, as before the machine goes down (`nodeshutdown_manager.go`), and resolves once nothing of
   * them runs. New Pods are not taken up any more.
   */
  async drain(): Promise<void> {
    this.#draining = true;
    const ended = this.#allEnded();
    for (const { worker, log } of this.#entries.values()) {
      const { terminationGracePeriodSeconds } = log.history.accepted?.spec ?? { terminationGracePeriodSeconds: 0 };
      worker.end({ reason: 'Terminated', message: SHUTDOWN_MESSAGE, graceSeconds: terminationGracePeriodSeconds });
    }
    await ended;
  }

  #allEnded(): Promise<void> {
    const left = new Set([...this.#entries].filter(([, { log }]) => log.history.endedPhase === undefined).map(([uid]) => uid));
    if (left.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.#parts.journal.onRecord(({ record }) => {
        if (record.type !== 'pod.ended' && record.type !== 'pod.removed') return;
        left.delete(record.uid);
        if (left.size > 0) return;
        stop();
        resolve();
      });
    });
  }

  /** True while a Pod's facts could not be written down, and for good when the Pod went before they could be. */
  get hasUnwritten(): boolean {
    return this.#lostFacts || [...this.#entries.values()].some(({ log }) => log.hasUnwritten);
  }

  /** What is known of a Pod of this node. */
  historyOf(uid: string): PodHistory | undefined {
    return this.#entries.get(uid)?.log.history;
  }

  get #probeParts(): Omit<ProbeParts, 'nextExecId' | 'execTurns'> {
    const { clock, http, probeClient, runtime } = this.#parts;
    const { cri, nativeExec } = runtime;
    return { clock, http, client: probeClient, cri, ...(nativeExec === undefined ? {} : { nativeExec }) };
  }

  #changed(uid: string, records: readonly PodRecord[]): void {
    if (this.#leaving) return;
    const entry = this.#entries.get(uid);
    if (entry !== undefined) return entry.worker.wantedChanged();
    const desired = this.#parts.source.get(uid);
    if (desired !== undefined && !this.#draining) this.#add(desired.pod, records);
  }

  /** Containers see the change of an object where they see its files. */
  #objectChanged(object: ObjectName): void {
    for (const [uid, { worker }] of this.#entries) {
      const pod = this.#parts.source.get(uid)?.pod;
      if (pod !== undefined && usesObject(pod, object)) worker.volumesChanged();
    }
  }

  #add(pod: Pod, records: readonly PodRecord[]): void {
    const parts = this.#parts;
    const log = new PodLog(pod, records, parts);
    const tasks = new PodTasks(() => worker.wake('wanted'));
    const probes = new PodProbes({
      parts: { ...this.#probeParts, execTurns: this.#execTurns },
      agentStartedAt: this.#startedAt,
      random: Math.random,
      onChange: () => worker.wake('wanted'),
    });
    const worker = new PodWorker({
      get pod() {
        return log.history.accepted ?? pod;
      },
      log,
      probes,
      tasks,
      parts,
      slots: this.#slots,
      sweeper: this.#sweeper,
      memory: { nextSandboxAttempt: 0, cleanedUp: false, imageStopSignals: new Map(), hasFailedToEnd: false, volumes: { stale: false } },
    });
    worker.wantedChanged();
    this.#entries.set(pod.metadata.uid, { worker, log, probes, ended: this.#follow(pod, worker) });
  }

  async #follow(pod: Pod, worker: PodWorker): Promise<void> {
    try {
      if ((await worker.run()) === 'left') return;
      this.#lostFacts ||= this.#entries.get(pod.metadata.uid)?.log.hasUnwritten ?? false;
      this.#entries.delete(pod.metadata.uid);
      this.#parts.source.removed(pod.metadata.uid);
    } catch (error) {
      this.#parts.logger.warn('a worker broke; its Pod is left as it is until the agent restarts', {
        pod: podKey(pod),
        error: messageOf(error),
      });
    }
  }

  /** A container's end concerns the Pod that has it; after a gap in the events everyone looks. */
  #onEvent(event: RuntimeEvent): void {
    if (event.kind === 'execExited' || event.kind === 'disconnected') return;
    if (event.kind === 'connected') this.#sweeper.sweepAfterBreak();
    for (const { worker, log } of this.#entries.values()) {
      if (event.kind === 'connected') worker.wake('runtime');
      else if (ownsContainer(log, event.containerId)) worker.tell(event);
    }
  }
}

const ownsContainer = (log: PodLog, containerId: string): boolean =>
  log.history.sandbox?.id === containerId || Object.values(log.history.containers).some(({ run }) => run?.containerId === containerId);
