/**
 * The probes of one Pod: keeps running what is wanted and nothing else. Results and failed attempts are handed to the
 * Pod's worker, for a Pod's history is written by one hand.
 *
 * Q1 One loop a container instance and kind; another instance gets another loop.
 * Q2 What stands is always what the living loops say; of one that is not wanted any more nothing is told. What failed while
 *    its container ended is no news either, once that end is on record.
 * Q3 A failed attempt is kept until it is taken; of more than `KEPT_FAILURES` the oldest go. Taken is what its Pod's events
 *    tell of: a probe that fails for days is not worth a record a second.
 * Q4 Each change of either wakes the worker.
 */
import { type EventHistory, NO_EVENTS } from '../core/event/correlate.ts';
import type { Instant } from '../core/instant.ts';
import type { PodHistory } from '../core/pod/pod-history.ts';
import { type ProbeFailed, toldFailures } from '../core/probe/probe-events.ts';
import { probeExecId } from '../core/probe/probe-request.ts';
import type { ProbeKind, ProbeStanding } from '../core/probe/probe-standing.ts';
import { type WantedProbe, wantedProbes } from '../core/probe/wanted-probes.ts';
import type { Pod } from '../model/pod.ts';
import { ProbeLoop } from '../probes/probe-loop.ts';
import type { ProbeParts } from '../probes/probe-parts.ts';
import type { WorkerProbes } from './worker-probes.ts';

const KEPT_FAILURES = 100;

export interface PodProbesOptions {
  readonly parts: Omit<ProbeParts, 'nextExecId'>;
  readonly agentStartedAt: Instant;
  /** From 0 to below 1. */
  random(): number;
  /** Standings or failures have changed. */
  onChange(): void;
}

interface Running {
  readonly wanted: WantedProbe;
  readonly loop: ProbeLoop;
  readonly controller: AbortController;
}

export class PodProbes implements WorkerProbes {
  readonly #options: PodProbesOptions;
  readonly #parts: ProbeParts;
  readonly #running = new Map<string, Running>();
  readonly #ending = new Set<Promise<void>>();
  #failures: readonly ProbeFailed[] = [];
  /** Of the Pod, as of the last turn. */
  #events: EventHistory = NO_EVENTS;
  /** Something about the Pod changed since its probes were last looked at. */
  #hasNews = false;
  #hasEnded = false;

  constructor(options: PodProbesOptions) {
    this.#options = options;
    // What an earlier agent has left of its probes may still be there, and that agent may have begun in this very moment.
    const began = options.parts.clock.now().wallMs.toString(36);
    const drawn = Math.floor(options.random() * 36 ** 4).toString(36);
    let execs = 0;
    const nextExecId = (kind: ProbeKind): string => {
      execs += 1;
      return probeExecId(`${kind}-${began}-${drawn}-${execs}`);
    };
    this.#parts = { ...options.parts, nextExecId };
  }

  /** Where something has changed, containers that are not ready are asked again at once. */
  reconcile(pod: Pod, history: PodHistory): void {
    this.#events = history.events;
    this.#failures = this.#failures.filter((fact) => isThere(fact, history));
    // A turn of the worker may be under way when the agent leaves.
    if (this.#hasEnded) return;
    const byKey = new Map(wantedProbes(pod, history).map((one) => [keyOf(one), one]));
    const gone = [...this.#running.keys()].filter((key) => !byKey.has(key));
    const known = [...this.#running].filter(([key]) => byKey.has(key)).map(([, { loop }]) => loop);
    const fresh = [...byKey].filter(([key]) => !this.#running.has(key));
    for (const key of gone) this.#stop(key, 'it is not wanted any more');
    for (const [key, one] of fresh) this.#start(key, one);
    if (this.#hasNews || gone.length > 0 || fresh.length > 0) for (const loop of known) loop.kick();
    this.#hasNews = false;
  }

  standings(): readonly ProbeStanding[] {
    return [...this.#running.values()].map(({ wanted, loop }) => ({
      container: wanted.container.name,
      restartCount: wanted.restartCount,
      kind: wanted.kind,
      result: loop.standing,
    }));
  }

  takeFacts(): readonly ProbeFailed[] {
    const taken = toldFailures(this.#failures, this.#events, this.#parts.clock.now().wallMs);
    this.#failures = [];
    return taken;
  }

  end(): void {
    this.#hasEnded = true;
    for (const key of [...this.#running.keys()]) this.#stop(key, 'nobody wants to know any more');
  }

  /** Resolves once nothing runs any more of what was ended; a process that does not die is given up after some seconds. */
  async ended(): Promise<void> {
    await Promise.all(this.#ending);
  }

  #start(key: string, wanted: WantedProbe): void {
    const controller = new AbortController();
    const { agentStartedAt, random, onChange } = this.#options;
    const onResult = (): void => {
      this.#hasNews = true;
      onChange();
    };
    const onAttemptFailed = (fact: ProbeFailed): void => {
      this.#failures = [...this.#failures, fact].slice(-KEPT_FAILURES);
      onChange();
    };
    const options = { wanted, parts: this.#parts, agentStartedAt, random: random(), onResult, onAttemptFailed };
    this.#running.set(key, { wanted, loop: new ProbeLoop(options, controller.signal), controller });
  }

  #stop(key: string, why: string): void {
    const running = this.#running.get(key);
    if (running === undefined) return;
    this.#running.delete(key);
    running.controller.abort(why);
    const ended = running.loop.ended.then(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

/** The instance that failed is still the one that the Pod has, and it has not ended. */
function isThere({ container, restartCount }: ProbeFailed, { containers }: PodHistory): boolean {
  const run = containers[container]?.run;
  return run?.restartCount === restartCount && run.phase !== 'exited';
}

const keyOf = ({ container, restartCount, containerId, kind }: WantedProbe): string =>
  `${container.name}/${restartCount}/${containerId}/${kind}`;
