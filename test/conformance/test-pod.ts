/** One Pod of a conformance test: what became of it, and waiting for what should. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PodRecord } from '../../src/core/journal-record.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { ContainerStatus, PodStatus } from '../../src/model/pod-status.ts';

interface Owner {
  put(pod: Pod): void;
  delete(graceSeconds?: number): void;
}

/** Generous: two cores that other work shares. A test that waits so long has failed. */
const PATIENCE_MS = 60_000;

export class TestPod {
  pod: Pod;
  readonly records: PodRecord[] = [];
  /** Every status that was published, oldest first. */
  readonly statuses: PodStatus[] = [];
  isGone = false;
  readonly #owner: Owner;
  #look: () => void = () => {};

  constructor(pod: Pod, owner: Owner) {
    this.pod = pod;
    this.#owner = owner;
  }

  get status(): PodStatus {
    return this.statuses.at(-1) ?? { phase: 'Pending', conditions: [] };
  }

  /** Of any of its containers. */
  container(name: string): ContainerStatus | undefined {
    const { containerStatuses = [], initContainerStatuses = [] } = this.status;
    return [...initContainerStatuses, ...containerStatuses].find((status) => status.name === name);
  }

  isTrue(condition: string): boolean {
    return this.status.conditions.find(({ type }) => type === condition)?.status === 'True';
  }

  /** "started main#0", "exited main#0 137 kill", "hook.finished main#0 preStop succeeded": order without times. */
  lines(): readonly string[] {
    return this.records.flatMap((record) => (record.type === 'event' ? [] : [lineOf(record)]));
  }

  /** Seconds from the Pod's acceptance to the first record that matches; undefined while there is none. */
  secondsTo(matches: (line: string) => boolean): number | undefined {
    const found = this.records.find((record) => record.type !== 'event' && matches(lineOf(record)));
    const begun = this.records[0];
    return found === undefined || begun === undefined ? undefined : (Date.parse(found.time) - Date.parse(begun.time)) / 1000;
  }

  events(): readonly Extract<PodRecord, { type: 'event' }>[] {
    return this.records.flatMap((record) => (record.type === 'event' ? [record] : []));
  }

  change(change: (spec: Pod['spec']) => Pod['spec']): void {
    this.pod = { ...this.pod, spec: change(this.pod.spec) };
    this.#owner.put(this.pod);
  }

  /** Another image for one container. */
  setImage(name: string, image: string): void {
    const replaced = (containers: Pod['spec']['containers'] = []) =>
      containers.map((container) => (container.name === name ? { ...container, image } : container));
    this.change((spec) => ({
      ...spec,
      containers: replaced(spec.containers),
      ...(spec.initContainers === undefined ? {} : { initContainers: replaced(spec.initContainers) }),
    }));
  }

  delete(graceSeconds?: number): void {
    this.#owner.delete(graceSeconds);
  }

  /** Resolves once it holds; throws with what is known of the Pod when it does not within `ms`. */
  async until(what: string, holds: (pod: TestPod) => boolean, ms = PATIENCE_MS): Promise<void> {
    const late = AbortSignal.timeout(ms);
    while (!holds(this)) {
      if (late.aborted) throw new Error(`${this.pod.metadata.name}: not seen within ${ms / 1000} s: ${what}\n${this.#known()}`);
      await Promise.race([new Promise<void>((resolve) => (this.#look = resolve)), delay(250)]);
    }
  }

  untilReady(ms?: number): Promise<void> {
    return this.until('it is Ready', (pod) => pod.isTrue('Ready'), ms);
  }

  untilPhase(phase: PodStatus['phase'], ms?: number): Promise<void> {
    return this.until(`its phase is ${phase}`, (pod) => pod.status.phase === phase, ms);
  }

  /** A line that contains all of the words. */
  untilLine(words: string, ms?: number): Promise<void> {
    return this.until(words, (pod) => pod.lines().some((line) => line.includes(words)), ms);
  }

  untilGone(ms?: number): Promise<void> {
    return this.until('it is gone', (pod) => pod.isGone, ms);
  }

  tellRecord(record: PodRecord): void {
    this.records.push(record);
    this.#look();
  }

  tellStatus(status: PodStatus): void {
    this.statuses.push(status);
    this.#look();
  }

  tellGone(): void {
    this.isGone = true;
    this.#look();
  }

  #known(): string {
    return [...this.lines(), JSON.stringify(this.status)].join('\n');
  }
}

function lineOf(record: PodRecord): string {
  const { time: _time, pod: _pod, uid: _uid, ...fact } = record;
  const of = 'container' in fact && 'restartCount' in fact ? ` ${fact.container}#${fact.restartCount}` : '';
  return `${fact.type.replace('container.', '')}${of}${detail(record)}`;
}

function detail(record: PodRecord): string {
  switch (record.type) {
    case 'container.exited':
      return ` ${record.exitCode} ${record.by}`;
    case 'container.stopping':
      return ` ${record.reason} ${record.graceSeconds}`;
    case 'container.restarting':
      return ` ${record.backoffMs}`;
    case 'container.failed':
      return ` ${record.reason}`;
    case 'hook.started':
      return ` ${record.hook}`;
    case 'hook.finished':
      return ` ${record.hook} ${record.outcome}`;
    case 'hook.skipped':
      return ` ${record.hook} ${record.reason}`;
    case 'signal.sent':
      return ` ${record.signal}`;
    case 'probe.failed':
      return ` ${record.probe}`;
    case 'pod.ended':
      return ` ${record.phase}`;
    case 'pod.ending':
      return ` ${record.reason}`;
    default:
      return '';
  }
}
