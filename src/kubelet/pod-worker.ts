/**
 * The one worker of one Pod: look, ask the core, do what it says, look again. It owns the Pod's journal page and its
 * tasks; it does not own the Pod's place in the source, nor any rule of Kubernetes.
 *
 * W1 Serial: one decision at a time; steps of one decision run side by side and are all waited for.
 * W2 Level-triggered: a wake carries no news. What is missed while a step runs is seen at the next look.
 * W3 A failing step is tried again, later and later, for ever.
 * W4 An exit that an event told of is a fact, though CRI may go on showing the container as running for a while
 *    (containerd tells us and its CRI at the same moment, and its CRI takes up to 100 ms to notice).
 * W5 `leave()` ends the worker and nothing else: hooks and containers go on without it.
 * W6 What an acknowledged create or start made is a fact too, seen without another look: events tell what becomes of it.
 */
import { addMs, earlier, type Instant } from '../core/instant.ts';
import { nextSteps } from '../core/pod/next-steps.ts';
import { hasChanged } from '../core/pod/take-over.ts';
import type { ContainerState } from '../core/runtime-state.ts';
import { type Decision, NOTHING } from '../core/step.ts';
import { podKey } from '../model/pod.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import { lookAtRuntime, type RuntimeSight, viewPod } from './observe-pod.ts';
import { type Progress, performStep } from './perform-step.ts';
import { StatusPublisher } from './publish-status.ts';
import { tendVolumes } from './tend-volumes.ts';
import { type ContainerEvent, ToldExits } from './told-exits.ts';
import type { WorkerContext } from './worker-context.ts';

/** A look at the runtime that nothing asked for: the net under events that were lost. */
const RELIST_MS = { withEvents: 10_000, withoutEvents: 1_000 };
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 10_000;

export class PodWorker {
  readonly #context: WorkerContext;
  #sight: RuntimeSight | undefined;
  /** What was seen of the runtime may be out of date: look before the next decision. */
  #stale = true;
  #woken = false;
  #wakeUp: () => void = () => {};
  #failures = 0;
  readonly #exits = new ToldExits();
  readonly #publisher = new StatusPublisher();
  #leaving = false;

  constructor(context: WorkerContext) {
    this.#context = context;
  }

  /** Look again: something may have changed. `runtime`: also at the runtime, not only at the journal and the source. */
  wake(what: 'runtime' | 'wanted'): void {
    if (what === 'runtime') this.#stale = true;
    this.#woken = true;
    this.#wakeUp();
  }

  /** The Pod's owner wants something else. */
  wantedChanged(): void {
    const { memory, parts, pod } = this.#context;
    const desired = parts.source.get(pod.metadata.uid);
    if (desired !== undefined && hasChanged(pod, desired.pod)) memory.wantedPod = desired.pod;
    const graceSeconds = desired?.deletion?.graceSeconds;
    if (graceSeconds !== undefined && graceSeconds !== memory.deletion?.graceSeconds) {
      memory.deletion = { graceSeconds, seenAt: parts.clock.now() };
    }
    this.wake('wanted');
  }

  /** An object that a volume of the Pod is made from has changed, or the Pod itself. */
  volumesChanged(): void {
    this.#context.memory.volumes.stale = true;
    this.wake('wanted');
  }

  tell(event: ContainerEvent): void {
    this.#exits.tell(event);
    if (event.kind === 'containerExited') this.wake('runtime');
  }

  /** A management event ends the Pod: it fails with this reason, and stays. */
  end(event: { readonly reason: string; readonly message: string; readonly graceSeconds: number }): void {
    this.#context.memory.wantedEnd = { ...event, seenAt: this.#context.parts.clock.now() };
    this.wake('wanted');
  }

  leave(): void {
    this.#leaving = true;
    this.#context.tasks.endAll('agentLeaves');
    this.#context.probes.end();
    this.wake('wanted');
  }

  /** Resolves once the Pod is removed, or the worker has left. */
  async run(): Promise<'removed' | 'left'> {
    while (!this.#leaving) {
      this.#woken = false;
      const outcome = await this.#turn();
      if (this.#context.log.history.removed) return this.#removed();
      if (outcome.again || this.#woken) continue;
      await this.#sleep(outcome.wakeAt);
    }
    // What had ended before is known and would otherwise happen again. What cannot be written now, the next agent finds.
    await this.#takeFinishedTasks().catch(() => undefined);
    return 'left';
  }

  /** What still runs for the Pod, an image pull for one, is wanted by nobody any more. */
  #removed(): 'removed' {
    this.#context.tasks.endAll('podRemoved');
    this.#context.probes.end();
    return 'removed';
  }

  async #turn(): Promise<{ readonly again: boolean; readonly wakeAt: Instant }> {
    let decision = NOTHING;
    try {
      await this.#takeFinishedTasks();
      const sight = await this.#look();
      tendVolumes(this.#context);
      this.#context.probes.reconcile(this.#context.pod, this.#context.log.history);
      await this.#context.log.append(this.#context.probes.takeFacts());
      decision = nextSteps(await viewPod(this.#context, sight));
      const again = await this.#perform(decision);
      this.#publisher.publish(this.#context, this.#sight ?? sight);
      this.#failures = 0;
      return { again, wakeAt: this.#nextLook(decision) };
    } catch (error) {
      // What failed for one container must not hide what became of another, nor make it miss its deadline.
      if (this.#sight !== undefined) this.#publisher.publish(this.#context, this.#sight);
      return { again: false, wakeAt: earlier(this.#retryAt(error), this.#nextLook(decision)) };
    }
  }

  /** Marked fresh before it looks: what happens during the look makes it stale again. */
  async #look(): Promise<RuntimeSight> {
    if (this.#sight !== undefined && !this.#stale) return this.#sight;
    this.#stale = false;
    this.#sight = this.#exits.shownIn(await lookAtRuntime(this.#context), this.#context.parts.clock.now());
    return this.#sight;
  }

  async #takeFinishedTasks(): Promise<void> {
    const { tasks, log } = this.#context;
    for (const { key, facts, settled, error } of tasks.finished()) {
      await log.append(facts);
      tasks.forget(key);
      if (error !== undefined) throw error;
      // What is known only to this process is not settled: the next agent must find the exec to learn it from.
      if (!log.hasUnwritten) settled?.();
      if (facts.length === 0) this.#stale = true;
    }
  }

  async #perform({ steps }: Decision): Promise<boolean> {
    const results = await Promise.allSettled(steps.map((step) => performStep(this.#context, step)));
    const progress = results.map((result): Progress => (result.status === 'fulfilled' ? result.value : 'runtime'));
    if (progress.includes('runtime')) this.#stale = true;
    for (const made of progress) if (typeof made === 'object') this.#sees(made.container);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return progress.some((made) => made !== 'later');
  }

  /** W6. Whatever came of it since has made the sight stale. */
  #sees(container: ContainerState): void {
    if (this.#sight === undefined) return;
    const others = this.#sight.containers.filter(({ id }) => id !== container.id);
    this.#sight = { ...this.#sight, containers: [container, ...others] };
  }

  #nextLook({ wakeAt }: Decision): Instant {
    const { clock, runtime } = this.#context.parts;
    const relist = addMs(clock.now(), runtime.events === undefined ? RELIST_MS.withoutEvents : RELIST_MS.withEvents);
    return wakeAt === undefined ? relist : earlier(wakeAt, relist);
  }

  #retryAt(error: unknown): Instant {
    const { clock, logger } = this.#context.parts;
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures += 1;
    this.#stale = true;
    if (!this.#leaving)
      logger.warn('a step failed and is tried again', { pod: podKey(this.#context.pod), error: messageOf(error), delayMs });
    return addMs(clock.now(), delayMs);
  }

  async #sleep(until: Instant): Promise<void> {
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
    });
    const timedOut = this.#context.parts.clock.waitUntil(until, timer.signal).then(
      () => {
        this.#stale = true;
      },
      () => undefined,
    );
    await Promise.race([woken, timedOut]);
    timer.abort('woken');
    this.#wakeUp = () => {};
  }
}
