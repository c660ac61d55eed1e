/**
 * One soak from the first Pod to the last look: rounds of random deeds, each followed by a quiet moment in which no Pod
 * lives, what is left is looked for, and the agent's memory is measured. The first round only warms it up.
 */
import { readdir, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHistory } from '../../src/compose.ts';
import { RUN_SUPPORT } from '../../src/model/run-support.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { leftOnHost, ownChains } from '../e2e/left-on-host.ts';
import type { AgentMeasure } from './agent-orders.ts';
import { AgentProcess } from './agent-process.ts';
import { foldHeapFile } from './fold-heap.ts';
import { GoneLog } from './gone-log.ts';
import type { HeapSample } from './judge-growth.ts';
import { leftOfPods } from './left-of-pods.ts';
import { SeededRandom } from './seeded-random.ts';
import { BOUNDED_CACHES, figuresOf, judgeSamples } from './soak-figures.ts';
import type { SoakOptions } from './soak-options.ts';
import { isStarting, SoakPodSet } from './soak-pod-set.ts';
import { SoakRun } from './soak-run.ts';

export interface SoakParts {
  readonly options: SoakOptions;
  readonly paths: HostPaths;
  /** For what the soak itself writes: heap snapshots and the Pods' ledgers. */
  readonly scratchDir: string;
  readonly signal: AbortSignal;
  readonly progress: (what: string) => void;
}

export interface SoakSample extends HeapSample {
  readonly measure: AgentMeasure;
}

const WARM_UP_SHARE = 0.2;
const MEASURED_ROUNDS = 3;
const PROGRESS_MS = 10_000;
/** The longest grace of the Pods' own and what a busy machine takes on top. */
const GONE_WITHIN_MS = 180_000;
/** What the agent does after the last Pod: sweeps, answers under way. */
const SETTLED_WITHIN_MS = 30_000;
const QUIET_MS = 5_000;

export class Soak {
  readonly #parts: SoakParts;
  readonly #pods: SoakPodSet;
  readonly #log: GoneLog;
  readonly #samples: SoakSample[] = [];
  readonly #warnings = new Map<string, number>();
  readonly #wrongs = new Set<string>();
  #run: SoakRun | undefined;
  #agent: AgentProcess | undefined;
  #chains: readonly string[] = [];

  constructor(parts: SoakParts) {
    this.#parts = parts;
    this.#log = new GoneLog(parts.scratchDir);
    this.#pods = new SoakPodSet((pod) => this.#log.add(pod));
  }

  /** What was found so far: empty after a good run. */
  get wrongs(): readonly string[] {
    const grown = this.#samples.length > MEASURED_ROUNDS ? judgeSamples(this.#samples) : [];
    return [...this.#wrongs, ...this.#log.wrongs, ...grown];
  }

  figures(): readonly string[] {
    return figuresOf({ samples: this.#samples, counts: this.#run?.counts ?? new Map(), warnings: this.#warnings, log: this.#log });
  }

  async run(): Promise<void> {
    const { options, paths, scratchDir, signal, progress } = this.#parts;
    const random = new SeededRandom(options.seed);
    const withProbes = RUN_SUPPORT['Container']?.runs.includes('livenessProbe') === true;
    const agent = await this.#startAgent();
    this.#run = new SoakRun({ agent, pods: this.#pods, random, paths, ledgerDir: scratchDir, wanted: options.pods, withProbes, signal });
    await this.#run.setUp();
    const began = Date.now();
    const timer = setInterval(() => this.#tellProgress(began), PROGRESS_MS);
    try {
      const wholeMs = options.minutes * 60_000;
      await this.#round('warm-up', wholeMs * WARM_UP_SHARE);
      for (let round = 1; round <= MEASURED_ROUNDS; round += 1) {
        await this.#round(`round ${round}`, (wholeMs * (1 - WARM_UP_SHARE)) / MEASURED_ROUNDS);
      }
    } finally {
      clearInterval(timer);
    }
    progress('the agent ends, and its containerd with it');
    await agent.close({ stopRuntime: true });
    this.#agent = undefined;
    this.#found('after the end', await leftOnHost(paths, this.#chains));
    await this.#nextAgent();
  }

  /** Ends whatever runs, by the shortest way; what the state directory holds is left to the caller. */
  async close(): Promise<void> {
    await this.#agent?.kill();
  }

  async #startAgent(): Promise<AgentProcess> {
    const { paths, signal } = this.#parts;
    signal.throwIfAborted();
    this.#agent = await AgentProcess.start(paths.stateDir, {
      record: (record) => this.#pods.record(record),
      gone: (uid) => this.#pods.gone(uid),
      warning: (message, fields) => this.#warned(message, fields),
    });
    return this.#agent;
  }

  async #round(name: string, ms: number): Promise<void> {
    const { paths, progress } = this.#parts;
    progress(`${name}: ${Math.round(ms / 1000)} s`);
    await this.#run?.play(ms);
    this.#chains = [...new Set([...this.#chains, ...(await ownChains(paths))])];
    this.#lateStarts();
    progress(`${name}: all ${this.#pods.size} Pods are deleted`);
    await this.#run?.deleteAll();
    await this.#untilGone(name);
    await this.#untilSettled(name);
    await this.#measure(name);
  }

  async #untilGone(round: string): Promise<void> {
    const end = Date.now() + GONE_WITHIN_MS;
    while (this.#pods.size > 0) {
      if (Date.now() > end) {
        const left = this.#pods.living.map(({ name, made, records }) => `${name} (${made.kind}), last ${JSON.stringify(records.at(-1))}`);
        throw new Error(`${round}: ${left.length} Pods were not gone within ${GONE_WITHIN_MS / 1000} s: ${left.slice(0, 5).join('; ')}`);
      }
      await sleep(100, undefined, { signal: this.#parts.signal });
    }
  }

  async #untilSettled(round: string): Promise<void> {
    const { paths, signal } = this.#parts;
    const end = Date.now() + SETTLED_WITHIN_MS;
    for (;;) {
      const left = await leftOfPods(paths);
      if (left.length === 0) break;
      if (Date.now() > end) return this.#found(`after ${round}`, left);
      await sleep(1000, undefined, { signal });
    }
    await sleep(QUIET_MS, undefined, { signal });
  }

  async #measure(round: string): Promise<void> {
    const { scratchDir, options, progress } = this.#parts;
    const file = options.heap ? join(scratchDir, `${round.replace(' ', '-')}.heapsnapshot`) : undefined;
    const measure = await this.#agent?.measure(file);
    if (measure === undefined) return;
    this.#samples.push({
      podsLived: this.#log.count,
      heap: file === undefined ? new Map() : await foldHeapFile(file, BOUNDED_CACHES),
      measure,
    });
    if (file !== undefined && !options.keep) await rm(file, { force: true });
    const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
    progress(`${round}: ${this.#log.count} Pods lived, RSS ${mib(measure.rssKiB * 1024)} MiB, heap ${mib(measure.heapUsedBytes)} MiB`);
  }

  /** What a next agent finds, and what it leaves of the history that is too old to be kept. */
  async #nextAgent(): Promise<void> {
    const { paths } = this.#parts;
    const agent = await this.#startAgent();
    await agent.close({ stopRuntime: true });
    this.#agent = undefined;
    this.#found('after the next agent', await leftOnHost(paths, this.#chains));
    const history = await openHistory(paths.stateDir);
    try {
      const open = history.journal.openPods().map(({ uid }) => `open journal page of ${uid}`);
      const kept = (await readdir(paths.hookOutputDir)).filter((uid) => history.journal.read({ uid, limit: 1 }).length === 0);
      this.#found('after the next agent', [...open, ...kept.map((uid) => `hook output of ${uid}, whose history is gone`)]);
    } finally {
      history.close();
    }
  }

  /** A Pod that nobody disturbed and that has had two minutes must have been ready. */
  #lateStarts(): void {
    for (const { name, made, records, wasReady, deletedAt, createdAt } of this.#pods.living) {
      const hadEnd = records.some((record) => record.type === 'container.exited');
      if (!made.becomesReady || wasReady || hadEnd || deletedAt !== undefined || Date.now() - createdAt < 120_000) continue;
      this.#wrongs.add(`${name} (${made.kind}) was not ready after two minutes, last ${JSON.stringify(records.at(-1))}`);
    }
  }

  #found(when: string, left: readonly string[]): void {
    for (const one of left) this.#wrongs.add(`${when}: ${one}`);
  }

  #warned(message: string, fields: unknown): void {
    const { error } = (fields ?? {}) as { readonly error?: unknown };
    const key = `${message}: ${String(error ?? '')
      .replaceAll(/[0-9a-f]{12,}|\d+|soak-\d+/g, '…')
      .slice(0, 160)}`;
    this.#warnings.set(key, (this.#warnings.get(key) ?? 0) + 1);
    if (message.startsWith('a worker broke')) this.#wrongs.add(`${message} ${JSON.stringify(fields)}`);
  }

  #tellProgress(began: number): void {
    const { living } = this.#pods;
    const ending = living.filter(({ deletedAt }) => deletedAt !== undefined).length;
    const status = [
      `${Math.round((Date.now() - began) / 1000)} s`,
      `${living.length} live (${living.filter(isStarting).length} start, ${ending} end)`,
      `${this.#log.count} are gone`,
      `load ${loadavg()[0]?.toFixed(1)}`,
      `RSS ${this.#rssMiB()} MiB`,
      `${this.wrongs.length} wrong`,
    ];
    this.#parts.progress(status.join(', '));
  }

  #rssMiB(): string {
    return this.#agent === undefined ? '-' : this.#agent.rssMiB().toFixed(0);
  }
}
