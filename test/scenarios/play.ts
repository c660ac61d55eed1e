/**
 * Plays one story from its beginning to the removal of its Pods, while the agent dies at a given moment, or a reply of
 * the runtime is lost. What the user does (run, delete) is repeated by the next agent, as a user would.
 */
import type { CrashMoment } from '../../src/fakes/memory-journal.ts';
import type { CallFault, Script } from '../../src/fakes/scripted-programs.ts';
import type { ScriptedRuntime } from '../../src/fakes/scripted-runtime.ts';
import type { Runtime } from '../../src/ports/runtime.ts';
import type { PodManifest } from '../../src/model/pod.ts';
import { Scenario } from './scenario.ts';

export interface Story {
  readonly name: string;
  readonly script: Script;
  readonly pods: readonly PodManifest[];
  /** When the Pods are deleted; the second time with a shorter grace. */
  readonly deletes: readonly { readonly atMs: number; readonly graceSeconds?: number }[];
}

export interface Mishap {
  readonly crash?: { readonly call: number; readonly moment: CrashMoment; readonly downMs: number };
  readonly fault?: CallFault;
  readonly offers?: (runtime: ScriptedRuntime) => Runtime;
}

const STEP_MS = 500;
const PATIENCE_MS = 200_000;

export async function play(story: Story, { crash, fault, offers }: Mishap = {}): Promise<Scenario> {
  const scenario = new Scenario(story.script, offers);
  if (crash !== undefined) scenario.journal.crashAt(crash.call, crash.moment);
  if (fault !== undefined) scenario.runtime.cri.fail(fault);
  const player = new Player(scenario, story, crash?.downMs ?? 0);
  await player.begin();
  await player.toTheEnd();
  return scenario;
}

class Player {
  readonly #scenario: Scenario;
  readonly #story: Story;
  readonly #downMs: number;
  #elapsedMs = 0;
  #deleted = 0;
  #isUp = false;
  #journal: Scenario['journal'];

  constructor(scenario: Scenario, story: Story, downMs: number) {
    this.#scenario = scenario;
    this.#story = story;
    this.#downMs = downMs;
    this.#journal = scenario.journal;
  }

  async begin(): Promise<void> {
    const { failedStarts } = this.#scenario;
    this.#journal = this.#scenario.journal;
    await this.#scenario.start(...(this.#deleted === 0 ? this.#story.pods : []));
    this.#isUp = this.#scenario.failedStarts === failedStarts;
  }

  async toTheEnd(): Promise<void> {
    while (this.#elapsedMs < PATIENCE_MS && !this.#isOver()) {
      await this.#pass(STEP_MS);
      if (this.#scenario.journal !== this.#journal) {
        await this.#pass(this.#downMs);
        await this.begin();
      } else if (!this.#isUp) await this.begin();
      await this.#deleteInTime();
    }
    // What the runtime does on its own account (a pull) ends by itself.
    await this.#pass(5000);
  }

  async #pass(ms: number): Promise<void> {
    await this.#scenario.clock.advance(ms);
    this.#elapsedMs += ms;
  }

  async #deleteInTime(): Promise<void> {
    for (const { atMs, graceSeconds } of this.#story.deletes.slice(this.#deleted)) {
      if (this.#elapsedMs < atMs) return;
      this.#deleted += 1;
      await this.#scenario.delete(graceSeconds);
    }
  }

  /** Everything is deleted and gone, and the agent has nothing left to do. */
  #isOver(): boolean {
    const { journal, source } = this.#scenario;
    return this.#deleted === this.#story.deletes.length && journal === this.#journal && this.#isUp && journal.openPods().length === 0 && source.list().length === 0;
  }
}
