/**
 * What is done to the agent: Pods come and go, and now and then something dies. A seed repeats the choices; what the machine
 * makes of them differs each time.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { ContainerCgroup } from '../e2e/container-cgroup.ts';
import { containerdPid } from '../e2e/kill-containerd.ts';
import type { AgentProcess } from './agent-process.ts';
import type { SeededRandom } from './seeded-random.ts';
import { isStarting, type LivingPod, type SoakPodSet } from './soak-pod-set.ts';
import { CONFIG_MAPS, soakPod } from './soak-pods.ts';

export interface SoakRunParts {
  readonly agent: AgentProcess;
  readonly pods: SoakPodSet;
  readonly random: SeededRandom;
  readonly paths: HostPaths;
  readonly ledgerDir: string;
  /** How many live at once. */
  readonly wanted: number;
  readonly withProbes: boolean;
  readonly signal: AbortSignal;
}

const TICK_MS = 100;
/** More than that wait for the runtime anyway. */
const STARTING_AT_ONCE = 6;
const ENDING_AT_ONCE = 6;
/** How often each thing is done, in times a second. */
const RATES = { deletion: 1, kill: 0.25, probe: 0.3, configMap: 0.1, agentRestart: 1 / 40, containerdKill: 1 / 90 } as const;
type Deed = keyof typeof RATES;

export class SoakRun {
  readonly #parts: SoakRunParts;
  readonly #counts = new Map<string, number>();
  /** Deeds that take longer than a tick. */
  readonly #underWay = new Set<Promise<void>>();
  #made = 0;
  #restarting = false;

  constructor(parts: SoakRunParts) {
    this.#parts = parts;
  }

  /** "containerdKill" → how often it was done. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  async setUp(): Promise<void> {
    for (const name of CONFIG_MAPS) await this.#parts.agent.order({ do: 'setConfigMap', name, value: 'first' });
  }

  /** For so long; then everything that was begun is over but the Pods' lives. */
  async play(ms: number): Promise<void> {
    const { signal } = this.#parts;
    const end = Date.now() + ms;
    while (Date.now() < end) {
      signal.throwIfAborted();
      await this.#tick();
      await sleep(TICK_MS, undefined, { signal });
    }
    await Promise.all(this.#underWay);
  }

  /** Asks every Pod to go. */
  async deleteAll(): Promise<void> {
    for (const pod of this.#parts.pods.living) if (pod.deletedAt === undefined) await this.#delete(pod);
  }

  async #tick(): Promise<void> {
    const { pods, random, wanted } = this.#parts;
    const { living } = pods;
    if (living.length < wanted && living.filter(isStarting).length < STARTING_AT_ONCE) await this.#create();
    for (const deed of Object.keys(RATES) as Deed[]) {
      if (random.chance((RATES[deed] * TICK_MS) / 1000)) await this.#do(deed);
    }
  }

  async #create(): Promise<void> {
    const { agent, pods, random, ledgerDir, withProbes } = this.#parts;
    this.#made += 1;
    const name = `soak-${this.#made}`;
    const made = soakPod({ name, ledgerDir, random }, { withProbes });
    pods.add(await agent.put(made.yaml), name, made);
    this.#count(`made ${made.kind}`);
  }

  async #do(deed: Deed): Promise<void> {
    switch (deed) {
      case 'deletion':
        return this.#deleteSome();
      case 'kill':
        return this.#killContainer();
      case 'probe':
        return this.#turnProbe();
      case 'configMap':
        return this.#changeConfigMap();
      case 'agentRestart':
        return this.#restartAgent();
      case 'containerdKill':
        return this.#killContainerd();
    }
  }

  /** What has ended by itself goes first: it takes the place of one that does something. */
  async #deleteSome(): Promise<void> {
    const { pods, random, wanted } = this.#parts;
    const living = pods.living.filter(({ deletedAt }) => deletedAt === undefined);
    const ending = pods.size - living.length;
    const ended = random.pick(living.filter(({ hasEnded }) => hasEnded));
    if (ended !== undefined) await this.#delete(ended);
    if (ending >= ENDING_AT_ONCE || pods.size < wanted * 0.8) return;
    const chosen = random.pick(living);
    if (chosen !== undefined) await this.#delete(chosen);
  }

  async #delete(pod: LivingPod): Promise<void> {
    const { agent, random } = this.#parts;
    const graceSeconds = random.pick([undefined, undefined, 0, 1, 2, 5]);
    pod.deletedAt = Date.now();
    if (graceSeconds !== undefined) pod.graceSeconds = graceSeconds;
    await agent.order({ do: 'delete', uid: pod.uid, ...(graceSeconds === undefined ? {} : { graceSeconds }) });
    this.#count('deletion');
    if (graceSeconds !== 0 && random.chance(0.3)) this.#begin(this.#deleteAgain(pod, random.integer(50, 1500), random.integer(0, 1)));
  }

  async #deleteAgain({ uid }: LivingPod, afterMs: number, graceSeconds: number): Promise<void> {
    const { agent, signal } = this.#parts;
    await sleep(afterMs, undefined, { signal });
    await agent.order({ do: 'delete', uid, graceSeconds });
    this.#count('second deletion');
  }

  async #killContainer(): Promise<void> {
    const { pods, random, paths } = this.#parts;
    const containerId = random.pick([...(random.pick(pods.living)?.running.values() ?? [])]);
    if (containerId === undefined) return;
    try {
      process.kill(new ContainerCgroup(paths, containerId).firstPid(), 'SIGKILL');
      this.#count('container kill');
    } catch {
      // It has just gone, or has not begun.
    }
  }

  /** Fails it if it succeeds, mends it if it fails. */
  async #turnProbe(): Promise<void> {
    const { pods, random, paths } = this.#parts;
    const pod = random.pick(pods.living.filter(({ made, running }) => made.probedFile !== undefined && running.size > 0));
    if (pod?.made.probedFile === undefined) return;
    const file = join(paths.podsDir, pod.uid, 'volumes', 'kubernetes.io~empty-dir', 'state', pod.made.probedFile);
    if (random.chance(0.5)) await rm(file, { force: true });
    else await writeFile(file, '').catch(() => undefined); // the Pod goes
    this.#count('probe turned');
  }

  async #changeConfigMap(): Promise<void> {
    const { agent, random } = this.#parts;
    const name = random.pick(CONFIG_MAPS) ?? CONFIG_MAPS[0];
    await agent.order({ do: 'setConfigMap', name, value: `value ${random.integer(0, 1e6)}` });
    this.#count('ConfigMap changed');
  }

  /** Orders wait until it is back; the world does not. */
  async #restartAgent(): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    const restart = this.#parts.agent.order({ do: 'restart' }).finally(() => {
      this.#restarting = false;
    });
    this.#count('agent restart');
    this.#begin(restart.then(() => undefined));
  }

  async #killContainerd(): Promise<void> {
    try {
      process.kill(containerdPid(this.#parts.paths), 'SIGKILL');
      this.#count('containerd kill');
    } catch {
      // It is not back from the last time.
    }
  }

  #begin(deed: Promise<void>): void {
    const watched = deed
      .catch((error: unknown) => {
        if (!this.#parts.signal.aborted) throw error;
      })
      .finally(() => this.#underWay.delete(watched));
    this.#underWay.add(watched);
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}
