/**
 * What must hold of every history, however often the agent died while it was written (`design.md` 4 and 5). Each rule
 * names what it found wrong; an empty list is a good history.
 */

import { RUN_EDGES, type RunPhase } from '../../src/core/container/container-history.ts';
import { addMs, earlier, type Instant, isReached, later, msBetween } from '../../src/core/instant.ts';
import type { HookName, JournalRecord, PodRecord } from '../../src/core/journal-record.ts';
import { EMPTY_HISTORY, foldRecord, type PodHistory } from '../../src/core/pod/pod-history.ts';

interface HookSeen {
  due: boolean;
  starts: number;
  closed?: string;
}

/** One instance of one container of one Pod. */
interface InstanceSeen {
  readonly name: string;
  /** Known once it is created. */
  containerId?: string;
  started: boolean;
  exited: boolean;
  deadline?: Instant;
  signalledAt?: Instant;
  readonly hooks: Record<HookName, HookSeen>;
}

export function checkHistory(records: readonly JournalRecord[]): readonly string[] {
  const checker = new HistoryChecker();
  for (const record of records) if (record.uid !== undefined && record.type !== 'agent.recovered') checker.see(record as PodRecord);
  return checker.finish();
}

class HistoryChecker {
  readonly #instances = new Map<string, InstanceSeen>();
  readonly #histories = new Map<string, PodHistory>();
  readonly #wrongs: string[] = [];

  see(record: PodRecord): void {
    const before = this.#histories.get(record.uid) ?? EMPTY_HISTORY;
    const after = foldRecord(before, record);
    this.#histories.set(record.uid, after);
    if (before.removed) this.#wrong(record, 'comes after pod.removed');
    if (record.type === 'pod.deleting' && before.deleting !== undefined && msBetween(before.deleting.deadline, record.deadline) > 0)
      this.#wrong(record, 'puts the stored deadline off');
    for (const [name, { run }] of Object.entries(after.containers)) this.#edge(record, before.containers[name]?.run?.phase, run?.phase);
    if (record.type === 'pod.deleting' || record.type === 'pod.ending' || record.type === 'pod.removed') this.#ofPod(record);
    if ('restartCount' in record) this.#ofInstance(record);
  }

  finish(): readonly string[] {
    for (const { name, exited, hooks } of this.#instances.values()) {
      for (const hook of ['postStart', 'preStop'] as const) {
        const { due, starts, closed } = hooks[hook];
        if (exited && (due || starts > 0) && closed === undefined) this.#wrongs.push(`${name}: ${hook} was due and never closed`);
      }
    }
    return this.#wrongs;
  }

  #edge(record: PodRecord, from: RunPhase | undefined, to: RunPhase | undefined): void {
    if (to === undefined || from === to) return;
    const allowed: readonly RunPhase[] = from === undefined ? ['created', 'notCreated'] : RUN_EDGES[from];
    if (!allowed.includes(to)) this.#wrong(record, `takes an undeclared edge from ${from} to ${to}`);
  }

  #ofPod(record: PodRecord): void {
    const own = [...this.#instances].filter(([key]) => key.startsWith(`${record.uid}/`)).map(([, instance]) => instance);
    for (const instance of own) {
      if (record.type === 'pod.removed' && !instance.exited) this.#wrong(record, `comes while ${instance.name} runs`);
      if (record.type === 'pod.deleting' || record.type === 'pod.ending')
        instance.deadline = instance.deadline === undefined ? record.deadline : earlier(instance.deadline, record.deadline);
    }
  }

  #instance(record: PodRecord & { readonly container: string; readonly restartCount: number }): InstanceSeen {
    const key = `${record.uid}/${record.container}/${record.restartCount}`;
    const made = (): InstanceSeen => ({
      name: `${record.container}/${record.restartCount}`,
      started: false,
      exited: false,
      hooks: { postStart: { due: false, starts: 0 }, preStop: { due: false, starts: 0 } },
    });
    const instance = this.#instances.get(key) ?? made();
    this.#instances.set(key, instance);
    return instance;
  }

  #ofInstance(record: PodRecord & { readonly container: string; readonly restartCount: number }): void {
    const instance = this.#instance(record);
    // The attempt of a probe may be told when its container has just ended.
    if (instance.exited && record.type !== 'container.restarting' && record.type !== 'probe.failed')
      this.#wrong(record, 'comes after the exit of its container');
    this.#identity(record, instance);
    switch (record.type) {
      case 'container.created':
        instance.containerId = record.containerId;
        instance.hooks.postStart.due = record.hooksDue.includes('postStart');
        return;
      case 'container.started':
        instance.started = true;
        return;
      case 'container.stopping': {
        if (instance.deadline !== undefined && msBetween(instance.deadline, record.deadline) > 0)
          this.#wrong(record, 'puts the stored deadline off');
        instance.hooks.preStop.due = record.hooksDue.includes('preStop');
        const { deleting, ending } = this.#histories.get(record.uid) ?? EMPTY_HISTORY;
        instance.deadline = [deleting, ending].reduce(
          (nearest, stop) => (stop === undefined ? nearest : earlier(nearest, stop.deadline)),
          record.deadline,
        );
        return;
      }
      case 'container.ready':
        if (instance.hooks.postStart.due && instance.hooks.postStart.closed !== 'succeeded')
          this.#wrong(record, 'comes before postStart has succeeded');
        return;
      case 'signal.sent':
        return this.#signal(record, instance);
      case 'container.exited':
        instance.exited = true;
        return;
      case 'hook.started':
      case 'hook.finished':
      case 'hook.skipped':
        return this.#hook(record, instance);
      default:
    }
  }

  /** What is done to an instance comes after its intent, and names the container that was made for it. */
  #identity(record: PodRecord & { readonly restartCount: number }, { containerId }: InstanceSeen): void {
    if (record.type === 'container.created') {
      if (containerId !== undefined) this.#wrong(record, 'comes a second time');
      return;
    }
    if (record.type === 'container.failed' || record.type === 'container.restarting') return;
    if (containerId === undefined) this.#wrong(record, 'comes before container.created');
    else if ('containerId' in record && record.containerId !== containerId)
      this.#wrong(record, `names container ${record.containerId}, but its instance is ${containerId}`);
  }

  #signal(record: Extract<PodRecord, { type: 'signal.sent' }>, instance: InstanceSeen): void {
    const { preStop } = instance.hooks;
    const passed = instance.deadline !== undefined && isReached(instance.deadline, record.at);
    if (instance.deadline !== undefined && msBetween(lastMoment(instance.deadline, record.at), record.deadline) > 0)
      this.#wrong(record, 'carries a later deadline than the one that is stored');
    if (record.signal !== 'SIGKILL') {
      if (preStop.due && preStop.closed === undefined && !passed)
        this.#wrong(record, 'comes before the outcome of preStop and before the deadline');
      instance.signalledAt = record.at;
      return;
    }
    if (!passed) this.#wrong(record, 'SIGKILL comes before the deadline');
    if (instance.signalledAt === undefined) this.#wrong(record, 'SIGKILL comes without a stop signal');
    else if (msBetween(instance.signalledAt, record.at) < 2000) this.#wrong(record, 'SIGKILL comes sooner than 2 s after the stop signal');
  }

  #hook(record: Extract<PodRecord, { type: `hook.${string}` }>, instance: InstanceSeen): void {
    const hook = instance.hooks[record.hook];
    if (hook.closed !== undefined) this.#wrong(record, `comes after ${record.hook} was closed as ${hook.closed}`);
    if (record.type === 'hook.started') return this.#hookBegins(record, instance);
    hook.closed = record.type === 'hook.finished' ? record.outcome : `skipped ${record.reason}`;
    if (record.type === 'hook.finished' && record.attempt !== hook.starts)
      this.#wrong(record, `ends attempt ${record.attempt}, but ${hook.starts} was begun last`);
  }

  #hookBegins(record: Extract<PodRecord, { type: 'hook.started' }>, { hooks, started, deadline }: InstanceSeen): void {
    const hook = hooks[record.hook];
    // A retry that the Pod asks for belongs to the delivery that has failed before it.
    if (record.retry === 0) hook.starts += 1;
    if (record.attempt !== hook.starts) this.#wrong(record, `is attempt ${record.attempt}, but the ${hook.starts}. start`);
    if (!started) this.#wrong(record, 'comes before the start of its container');
    if (!hook.due)
      this.#wrong(record, record.hook === 'preStop' ? 'comes though nobody stops the container' : 'comes though it is not due');
    if (record.hook === 'preStop' && deadline !== undefined && isReached(deadline, record.at))
      this.#wrong(record, 'begins after the deadline');
  }

  #wrong(record: PodRecord, what: string): void {
    this.#wrongs.push(`${record.time} ${'container' in record ? `${record.container} ` : ''}${record.type} ${what}`);
  }
}

/** A stop signal is given two seconds, whatever is left of the grace. */
const lastMoment = (deadline: Instant, signalledAt: Instant): Instant => later(deadline, addMs(signalledAt, 2000));
