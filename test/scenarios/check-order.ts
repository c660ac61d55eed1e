/**
 * What must hold of every history of a Pod with several containers, however often the agent died while it was written
 * (`lifecycle.md` 7.2, 7.4, 9.5). Each rule names what it found wrong; an empty list is a good history.
 *
 * O1 Nothing is made before what starts before it has begun: a regular init container its end with 0, a sidecar its being started.
 * O2 While a whole Pod stops, a sidecar gets no stop signal before the deadline while something runs that has to end before it.
 * O3 A new round begins with nothing of the round before alive.
 * O4 Nothing is made of a Pod that has ended, and a Pod has not ended while something of it runs.
 * O5 All containers start over only because one of them has ended, and never in a Pod that is on its way out.
 */
import { isAlive } from '../../src/core/container/container-history.ts';
import { earlier, type Instant, isReached } from '../../src/core/instant.ts';
import type { JournalRecord, PodRecord } from '../../src/core/journal-record.ts';
import { EMPTY_HISTORY, foldRecord, type PodHistory } from '../../src/core/pod/pod-history.ts';
import { findContainer, type PodContainer, podContainers } from '../../src/model/pod-containers.ts';

const WHOLE_POD: readonly string[] = ['podDeleted', 'podCompleted', 'podEnding', 'sandboxLost'];

export function checkOrder(records: readonly JournalRecord[]): readonly string[] {
  const pods = new Map<string, PodOrder>();
  const wrongs: string[] = [];
  for (const record of records) {
    if (record.uid === undefined || record.type === 'agent.recovered') continue;
    const pod = pods.get(record.uid) ?? new PodOrder();
    pods.set(record.uid, pod);
    wrongs.push(...pod.see(record as PodRecord).map((what) => `${record.time} ${record.type} ${what}`));
  }
  return wrongs;
}

class PodOrder {
  #history: PodHistory = EMPTY_HISTORY;
  /** Who has done in this round what the next one waits for. */
  #done = new Set<string>();
  #hasRegular = false;

  see(record: PodRecord): readonly string[] {
    const wrongs = this.#wrongsOf(record);
    const { round } = this.#history;
    this.#history = foldRecord(this.#history, record);
    if (this.#history.round !== round) {
      this.#done = new Set();
      this.#hasRegular = false;
    }
    this.#note(record);
    return wrongs;
  }

  #wrongsOf(record: PodRecord): readonly string[] {
    switch (record.type) {
      case 'container.created':
        return this.#created(record);
      case 'signal.sent':
        return this.#signalled(record);
      case 'pod.ended':
        return this.#alive().map((name) => `comes while ${name} runs`);
      case 'pod.restarting':
        return this.#restarting(record.trigger);
      default:
        return [];
    }
  }

  #note(record: PodRecord): void {
    if (!('container' in record) || record.container === undefined) return;
    const role = this.#find(record.container)?.role;
    if (record.type === 'container.created' && role === 'regular') this.#hasRegular = true;
    if (record.type === 'container.exited' && role === 'init' && record.exitCode === 0 && this.#isOfRound(record.container))
      this.#done.add(record.container);
    if ((record.type === 'container.ready' || record.type === 'container.unready') && role === 'sidecar') this.#done.add(record.container);
  }

  #created({ container }: { readonly container: string }): readonly string[] {
    const before = this.#history.containers[container]?.run;
    const isFirst = before === undefined || before.round < this.#history.round;
    const alive = this.#alive().filter((name) => this.#runOf(name)?.round !== this.#history.round);
    return [
      ...(this.#history.endedPhase === undefined ? [] : [`of ${container} comes after the end of its Pod`]),
      ...alive.map((name) => `of ${container} comes while ${name} runs that is of the round before`),
      ...(isFirst && !this.#hasRegular ? this.#notDoneBefore(container).map((name) => `of ${container} comes before ${name} is done`) : []),
    ];
  }

  #notDoneBefore(container: string): readonly string[] {
    const all = this.#containers();
    const index = all.findIndex(({ spec }) => spec.name === container);
    return all
      .slice(0, index)
      .filter(({ role, spec }) => role !== 'regular' && !this.#done.has(spec.name))
      .map(({ spec }) => spec.name);
  }

  #signalled({ container, at }: Extract<PodRecord, { type: 'signal.sent' }>): readonly string[] {
    const stopping = this.#runOf(container)?.stopping;
    if (this.#find(container)?.role !== 'sidecar' || stopping === undefined || !WHOLE_POD.includes(stopping.reason)) return [];
    if (isReached(this.#deadline(stopping.deadline), at)) return [];
    const sidecars = this.#containers().filter(({ role }) => role === 'sidecar');
    const next = sidecars[sidecars.findIndex(({ spec }) => spec.name === container) + 1];
    const before = this.#containers().filter((one) => one.role === 'regular' || one.spec.name === next?.spec.name);
    return before.filter(({ spec }) => isAlive(this.#runOf(spec.name))).map(({ spec }) => `of ${container} comes while ${spec.name} runs`);
  }

  #restarting(trigger: string): readonly string[] {
    const { deleting, ending, endedPhase } = this.#history;
    return [
      ...(this.#runOf(trigger)?.exited === undefined ? [`comes though ${trigger} has not ended`] : []),
      ...((deleting ?? ending ?? endedPhase) === undefined ? [] : ['comes though the Pod is on its way out']),
    ];
  }

  #deadline(own: Instant): Instant {
    const { deleting, ending } = this.#history;
    return [deleting, ending].reduce((nearest, stop) => (stop === undefined ? nearest : earlier(nearest, stop.deadline)), own);
  }

  #containers(): readonly PodContainer[] {
    return this.#history.accepted === undefined ? [] : podContainers(this.#history.accepted);
  }

  #find(name: string): PodContainer | undefined {
    return this.#history.accepted === undefined ? undefined : findContainer(this.#history.accepted, name);
  }

  #runOf(name: string): PodHistory['containers'][string]['run'] {
    return this.#history.containers[name]?.run;
  }

  #isOfRound(name: string): boolean {
    return this.#runOf(name)?.round === this.#history.round;
  }

  #alive(): readonly string[] {
    return this.#containers().flatMap(({ spec }) => (isAlive(this.#runOf(spec.name)) ? [spec.name] : []));
  }
}
