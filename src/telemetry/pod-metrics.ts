/**
 * What becomes of Pods, containers and hooks, from the records of the journal and the statuses that are published. No label
 * names a Pod or anything that a Pod chose: labels are the closed words of hooklet, and exit codes.
 */
import type { JournalRecord, PodRecord } from '../core/journal-record.ts';
import type { Pod } from '../model/pod.ts';
import type { ContainerStatus, PodStatus } from '../model/pod-status.ts';
import type { Journal } from '../ports/journal.ts';
import type { PodReports } from '../ports/pod-reports.ts';
import { Counter } from './counter.ts';
import { gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import type { Metric, Sample } from './metric.ts';

/** Seconds: a hook takes milliseconds, or what an application needs to drain. */
const HOOK_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

interface PodFigures {
  readonly phase: string;
  readonly containers: readonly string[];
}

export class PodMetrics implements PodReports {
  readonly #figures = new Map<string, PodFigures>();
  /** By uid, of Pods that have some: what the exit of a container does not say. */
  readonly #initContainers = new Map<string, ReadonlySet<string>>();
  readonly #deliveries = new Counter('hooklet_hook_deliveries_total', 'Hooks that were run, by how it ended; each try counts.');
  readonly #redeliveries = new Counter('hooklet_hook_redeliveries_total', 'Hooks delivered again because nobody knew how they had ended.');
  readonly #durations = new Histogram('hooklet_hook_duration_seconds', 'How long hooks took.', HOOK_BUCKETS);
  readonly #skipped = new Counter('hooklet_hook_skipped_total', 'Hooks that were due and could not be run.');
  readonly #terminated = new Counter('terminated_containers_total', 'Containers that ended, by exit code.');
  readonly #restarts = new Counter('hooklet_container_restarts_total', 'Starts of containers after the first.');
  readonly #failedStarts = new Counter('hooklet_container_start_failures_total', 'Containers that could not be made or started.');
  readonly #probes = new Counter('hooklet_probe_failures_total', 'Attempts of probes that did not simply succeed.');
  readonly #images = new Counter('hooklet_image_pull_failures_total', 'Images that could not be pulled.');

  /** Follows the journal from here on; returns the way to stop. */
  follow(journal: Pick<Journal, 'openPods' | 'onRecord'>): () => void {
    for (const { records } of journal.openPods()) for (const record of records) this.#remember(record);
    return journal.onRecord(({ record }) => this.#hear(record));
  }

  status(uid: string, { phase, initContainerStatuses = [], containerStatuses = [] }: PodStatus): void {
    this.#figures.set(uid, { phase, containers: [...initContainerStatuses, ...containerStatuses].map(stateOf) });
  }

  metrics(): readonly Metric[] {
    return [
      gauge('hooklet_pods', 'Pods of this node by phase.', () =>
        counted(
          'phase',
          [...this.#figures.values()].map(({ phase }) => phase),
        ),
      ),
      gauge('hooklet_containers', 'Containers of this node by state, those of init too.', () =>
        counted(
          'state',
          [...this.#figures.values()].flatMap(({ containers }) => containers),
        ),
      ),
      this.#deliveries,
      this.#redeliveries,
      this.#durations,
      this.#skipped,
      this.#terminated,
      this.#restarts,
      this.#failedStarts,
      this.#probes,
      this.#images,
    ];
  }

  #hear(record: JournalRecord): void {
    switch (record.type) {
      case 'pod.accepted':
      case 'pod.removed':
        return this.#remember(record);
      case 'hook.started':
        if (record.attempt > 1 && record.retry === 0) this.#redeliveries.add({ hook: record.hook, handler: record.handler });
        return;
      case 'hook.finished':
        this.#deliveries.add({ hook: record.hook, handler: record.handler, outcome: record.outcome });
        return this.#durations.observe(record.durationMs / 1000, { hook: record.hook, outcome: record.outcome });
      case 'hook.skipped':
        return this.#skipped.add({ hook: record.hook, reason: record.reason });
      case 'container.started':
        return record.restartCount > 0 ? this.#restarts.add() : undefined;
      case 'container.failed':
        return this.#failedStarts.add();
      case 'container.exited':
        return this.#terminated.add({ container_type: this.#typeOf(record.uid, record.container), exit_code: record.exitCode });
      case 'probe.failed':
        return this.#probes.add({ probe: record.probe, result: record.result ?? 'failure' });
      case 'image.failed':
        return this.#images.add();
      default:
        return undefined;
    }
  }

  #remember(record: PodRecord): void {
    if (record.type === 'pod.removed') {
      this.#figures.delete(record.uid);
      this.#initContainers.delete(record.uid);
    } else if (record.type === 'pod.accepted') {
      const names = initContainersOf(record.spec);
      if (names.length > 0) this.#initContainers.set(record.uid, new Set(names));
    }
  }

  /** As `pkg/kubelet/metrics` names them. */
  #typeOf(uid: string, container: string): 'init_container' | 'container' {
    return this.#initContainers.get(uid)?.has(container) === true ? 'init_container' : 'container';
  }
}

const initContainersOf = ({ spec }: Pod): readonly string[] => (spec.initContainers ?? []).map(({ name }) => name);

const stateOf = ({ state }: ContainerStatus): string =>
  ['running', 'terminated'].find((name) => Object.hasOwn(state ?? {}, name)) ?? 'waiting';

function counted(label: string, values: readonly string[]): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, count]) => ({ labels: { [label]: value }, value: count }));
}
