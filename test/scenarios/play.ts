/**
 * Plays one story from its beginning to the removal of its Pods, while the agent dies at a given moment, or a reply of
 * the runtime is lost. What the user does (run, delete) is repeated by the next agent, as a user would.
 */
import type { CrashMoment } from '../../src/fakes/memory-journal.ts';
import type { HttpReceiver } from '../../src/fakes/scripted-http.ts';
import type { CallFault, Script } from '../../src/fakes/scripted-programs.ts';
import type { ScriptedRuntime } from '../../src/fakes/scripted-runtime.ts';
import type { PodManifest } from '../../src/model/pod.ts';
import type { Runtime } from '../../src/ports/runtime.ts';
import { Scenario } from './scenario.ts';

export interface Story {
  readonly name: string;
  readonly script: Script;
  /** Who receives its HTTP hooks, by "host:port". */
  readonly receivers?: Readonly<Record<string, HttpReceiver>>;
  readonly pods: readonly PodManifest[];
  /** When the Pods are deleted; the second time with a shorter grace. */
  readonly deletes: readonly { readonly atMs: number; readonly graceSeconds?: number }[];
  /** At this moment the sandbox of every Pod is lost: its pause process is gone, what runs in it goes on. */
  readonly losesSandboxAtMs?: number;
  /** At this moment the Pods' owner wants another image of every regular container. */
  readonly newImageAtMs?: number;
}

export interface Crash {
  /** The append to the journal at which the agent dies. */
  readonly call: number;
  readonly moment: CrashMoment;
  readonly downMs: number;
  /** The whole machine goes down. */
  readonly reboot?: boolean;
  /** The next agent dies too, at this append. */
  readonly again?: number;
}

export interface Mishap {
  readonly crash?: Crash;
  readonly fault?: CallFault;
  /** The n-th append to the journal is refused: its disk is full at that moment. */
  readonly refusedAppend?: number;
  readonly offers?: (runtime: ScriptedRuntime) => Runtime;
}

const NEW_IMAGE = 'localhost/hooklet/other:1';
const STEP_MS = 500;
const PATIENCE_MS = 200_000;

export async function play(story: Story, { crash, fault, refusedAppend, offers }: Mishap = {}): Promise<Scenario> {
  const scenario = new Scenario(story.script, offers);
  for (const [at, receiver] of Object.entries(story.receivers ?? {})) scenario.http.receive(at, receiver);
  if (crash !== undefined) scenario.journal.crashAt(crash.call, crash.moment);
  if (fault !== undefined) scenario.runtime.cri.fail(fault);
  if (refusedAppend !== undefined) scenario.journal.failAt(refusedAppend);
  const player = new Player(scenario, story, crash);
  await player.begin();
  await player.toTheEnd();
  return scenario;
}

class Player {
  readonly #scenario: Scenario;
  readonly #story: Story;
  readonly #crash: Crash | undefined;
  #elapsedMs = 0;
  #deleted = 0;
  #hasLostSandbox = false;
  #wantsNewImage = false;
  #isUp = false;
  #deaths = 0;
  #journal: Scenario['journal'];

  constructor(scenario: Scenario, story: Story, crash: Crash | undefined) {
    this.#scenario = scenario;
    this.#story = story;
    this.#crash = crash;
    this.#journal = scenario.journal;
  }

  async begin(): Promise<void> {
    const { failedStarts } = this.#scenario;
    this.#journal = this.#scenario.journal;
    await this.#scenario.start(...(this.#deleted === 0 ? this.#wanted() : []));
    this.#isUp = this.#scenario.failedStarts === failedStarts;
    if (this.#wantsNewImage) await this.#update();
  }

  async toTheEnd(): Promise<void> {
    while (this.#elapsedMs < PATIENCE_MS && !this.#isOver()) {
      await this.#pass(STEP_MS);
      if (this.#scenario.journal !== this.#journal) await this.#nextAgent();
      else if (!this.#isUp) await this.begin();
      else if (this.#isDone() && this.#scenario.journal.openPods().length > 0) await this.#scenario.kill();
      await this.#happenInTime();
      await this.#deleteInTime();
    }
    // What the runtime does on its own account (a pull) ends by itself.
    await this.#pass(5000);
  }

  async #nextAgent(): Promise<void> {
    this.#deaths += 1;
    const { again, downMs, reboot } = this.#crash ?? { downMs: 0 };
    if (reboot === true && this.#deaths === 1) await this.#scenario.reboot(downMs);
    else await this.#pass(downMs);
    if (again !== undefined && this.#deaths === 1) this.#scenario.journal.crashAt(again, 'after');
    await this.begin();
  }

  /** As the agent before was told, so that it is the same Pod; what it was not told is told again. */
  #wanted(): readonly PodManifest[] {
    const isTold = this.#scenario.journal.records.some(({ type }) => type === 'pod.updated');
    return isTold ? this.#story.pods.map(withNewImage) : this.#story.pods;
  }

  async #update(): Promise<void> {
    const { source, clock } = this.#scenario;
    for (const { pod } of source.list()) source.put(withNewImage(pod));
    await clock.advance();
  }

  async #happenInTime(): Promise<void> {
    const { losesSandboxAtMs = Number.POSITIVE_INFINITY, newImageAtMs = Number.POSITIVE_INFINITY } = this.#story;
    if (!this.#hasLostSandbox && this.#elapsedMs >= losesSandboxAtMs) {
      this.#hasLostSandbox = true;
      for (const sandbox of this.#scenario.runtime.world.sandboxes.values()) sandbox.ready = false;
    }
    if (!this.#wantsNewImage && this.#elapsedMs >= newImageAtMs) {
      this.#wantsNewImage = true;
      await this.#update();
    }
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
    return this.#isDone() && this.#scenario.journal.openPods().length === 0;
  }

  /** As far as this agent knows. */
  #isDone(): boolean {
    const { journal, source } = this.#scenario;
    return this.#deleted === this.#story.deletes.length && journal === this.#journal && this.#isUp && source.list().length === 0;
  }
}

const withNewImage = <P extends PodManifest>(pod: P): P => ({
  ...pod,
  spec: { ...pod.spec, containers: pod.spec.containers.map((container) => ({ ...container, image: NEW_IMAGE })) },
});
