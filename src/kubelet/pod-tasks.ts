/**
 * What a worker has running beside its loop: hooks and image pulls. A task journals nothing but the
 * beginning of a retry; its facts are taken by the loop, so that a Pod's history is written by one hand.
 *
 * T1 At most one task a key.
 * T2 A task counts as in flight until its facts were taken, also after it has ended.
 * T3 The first reason to end a task wins.
 */
import type { NewFact } from '../core/journal-record.ts';

export interface FinishedTask {
  readonly key: string;
  /** Facts of the end; none when the task's work goes on without this agent. */
  readonly facts: readonly NewFact[];
  /** What the task threw; it has no facts then. */
  readonly error?: unknown;
  /** Called once the facts are durable. */
  readonly settled?: () => void;
}

export type TaskEnd = Omit<FinishedTask, 'key'>;

interface Task {
  readonly controller: AbortController;
  end?: TaskEnd;
}

export class PodTasks {
  readonly #tasks = new Map<string, Task>();
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  start(key: string, run: (signal: AbortSignal) => Promise<TaskEnd>): void {
    if (this.#tasks.has(key)) return;
    const task: Task = { controller: new AbortController() };
    this.#tasks.set(key, task);
    void run(task.controller.signal).then(
      (end) => this.#ended(task, end),
      // A task reports failures as facts; one that throws did not get that far: the worker decides afresh, later.
      (error: unknown) => this.#ended(task, { facts: [], error }),
    );
  }

  /** Asks a task to end; false when there is none, or it was asked before. */
  end(key: string, reason: string): boolean {
    const task = this.#tasks.get(key);
    if (task === undefined || task.controller.signal.aborted) return false;
    task.controller.abort(reason);
    return true;
  }

  endAll(reason: string): void {
    for (const key of this.#tasks.keys()) this.end(key, reason);
  }

  keys(): readonly string[] {
    return [...this.#tasks.keys()];
  }

  /** Ended tasks whose facts nobody took yet; `forget` each once its facts are durable. */
  finished(): readonly FinishedTask[] {
    return [...this.#tasks].flatMap(([key, { end }]) => (end === undefined ? [] : [{ key, ...end }]));
  }

  forget(key: string): void {
    this.#tasks.delete(key);
  }

  #ended(task: Task, end: TaskEnd): void {
    task.end = end;
    this.#onEnd();
  }
}
