/**
 * What a run shows: the journal's records with the containers' log lines between them. Owns the following of logs.
 *
 * F1 Records are shown in the order in which they came.
 * F2 All lines of a container instance are shown before its `container.exited`, or before `end()` resolves.
 * F3 What cannot be shown, or no log can be read for, is told to `onError`; everything after it is shown.
 * F4 A record waits for nothing but the logs of the container that it shows as ended, and for the records before it.
 */
import { join } from 'node:path';
import { isAlive } from '../core/container/container-history.ts';
import type { JournalRecord, PrintedRecord } from '../core/journal-record.ts';
import { foldRecords } from '../core/pod/pod-history.ts';
import type { ContainerLogLine, ContainerLogs, FollowedLog } from '../ports/container-logs.ts';
import type { OpenPod } from '../ports/journal.ts';

export interface RecordFeedParts {
  /** Absent: no logs are shown. */
  readonly logs?: ContainerLogs;
  /** Of all Pods; one directory a Pod (`HostPaths.logsDir`). */
  readonly logsDir: string;
  readonly show: (record: PrintedRecord) => void;
  readonly onError: (error: unknown) => void;
}

interface Instance {
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly restartCount: number;
}

export class RecordFeed {
  readonly #parts: RecordFeedParts;
  readonly #followed = new Map<string, FollowedLog>();
  readonly #over = new AbortController();
  #shown: Promise<void> = Promise.resolve();

  constructor(parts: RecordFeedParts) {
    this.#parts = parts;
  }

  push(record: JournalRecord): void {
    this.#shown = this.#shown.then(() => this.#show(record)).catch(this.#parts.onError);
  }

  /** Follows what the living containers of a Pod that was left write from `sinceMs` on; what was before, others have shown. */
  followLeft({ uid, records }: OpenPod, sinceMs: number): void {
    const pod = records[0]?.pod;
    if (pod === undefined) return;
    for (const [container, { run }] of Object.entries(foldRecords(records).containers)) {
      if (run === undefined || !isAlive(run)) continue;
      this.#follow({ pod, uid, container, restartCount: run.restartCount }, sinceMs);
    }
  }

  /** Shows what is left to show. */
  async end(): Promise<void> {
    await this.#shown;
    await Promise.all([...this.#followed.values()].map((log) => this.#drained(log)));
    this.#followed.clear();
    this.#over.abort('the run is over');
  }

  async #show(record: JournalRecord): Promise<void> {
    if (record.type === 'container.exited') {
      const key = keyOf(record);
      await this.#drained(this.#followed.get(key));
      this.#followed.delete(key);
    }
    this.#tell(record);
    if (record.type === 'container.started') this.#follow(record);
  }

  /** Lines that cannot be had must not cost the record that waits for them. */
  async #drained(log: FollowedLog | undefined): Promise<void> {
    await log?.drained().catch(this.#parts.onError);
  }

  #tell(record: PrintedRecord): void {
    try {
      this.#parts.show(record);
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  #follow(instance: Instance, sinceMs = Number.NEGATIVE_INFINITY): void {
    const { logs, logsDir } = this.#parts;
    const key = keyOf(instance);
    if (logs === undefined || this.#followed.has(key)) return;
    const { pod, uid, container, restartCount } = instance;
    const onLine = (line: ContainerLogLine): void => {
      if (Date.parse(line.time) < sinceMs) return;
      const cut = line.cutBytes === 0 ? '' : ` … ${line.cutBytes} bytes cut`;
      this.#tell({ time: line.time, pod, uid, type: 'log', container, stream: line.stream, text: `${line.text}${cut}` });
    };
    this.#followed.set(key, logs.follow(join(logsDir, uid, container, `${restartCount}.log`), onLine, this.#over.signal));
  }
}

const keyOf = ({ uid, container, restartCount }: Instance): string => `${uid}/${container}/${restartCount}`;
