/**
 * The life of one `hooklet run` on an open node: Pods into the source, records out, until every Pod is removed. It owns
 * when the Pods are asked to go; it does not own any step of their lives.
 *
 * R1 New Pods start once every Pod that an earlier command left, and that is not to go on, is removed.
 * R2 `--for` is counted for each Pod: from its `pod.accepted`, for a Pod that goes on from the takeover.
 * R3 The first `stop()` asks for a graceful end of every Pod, the second shortens the grace to `SHORT_GRACE_SECONDS`.
 * R4 The third one leaves: `run()` resolves as soon as the calls under way are through, Pods that are not removed stay as
 *    they are, and the next command goes on with their end. Without it a leftover that nobody can remove would keep us.
 * R5 When all Pods have ended by themselves they are deleted too. Unless it leaves, `run()` resolves when nothing
 *    of any Pod is left.
 */
import { addMs } from '../core/instant.ts';
import type { PrintedRecord } from '../core/journal-record.ts';
import type { PodSettings } from '../core/pod/pod-view.ts';
import type { TakeOver } from '../core/pod/take-over.ts';
import { LocalPodSource } from '../kubelet/local-pod-source.ts';
import { acceptManifest } from '../kubelet/take-over.ts';
import { type PodManifest, podKey } from '../model/pod.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { OpenPod, StoredRecord } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';
import type { OpenNode } from '../ports/open-node.ts';
import { NoticedJournal } from './noticed-journal.ts';
import { RecordFeed } from './record-feed.ts';

const SHORT_GRACE_SECONDS = 1;
const STOPS_TO_LEAVE = 3;

/** `startKubelet` of `compose.ts`. */
export type StartKubelet = (
  node: OpenNode,
  wanted: readonly PodManifest[],
  source: LocalPodSource,
  options: { readonly logger: Logger; readonly settings?: PodSettings },
) => Promise<{ readonly plan: TakeOver; readonly workers: { leave(): Promise<void> } }>;

export interface RunParts {
  readonly node: OpenNode;
  readonly startKubelet: StartKubelet;
  readonly show: (record: PrintedRecord) => void;
  readonly logger: Logger;
}

export interface RunRequest {
  readonly manifests: readonly PodManifest[];
  readonly forMs?: number;
  readonly logs: boolean;
  readonly settings?: PodSettings;
}

export interface RunEnd {
  /** Every Pod that this run had to do with, those left by an earlier command too. */
  readonly uids: readonly string[];
  /** The Pods that were asked for. */
  readonly ownUids: readonly string[];
  /** The journal's records after this one happened in this run. */
  readonly afterSeq: number;
  readonly journalFailed: boolean;
  /** "namespace/name" of the Pods that were not removed when it left (R4). */
  readonly leftPods: readonly string[];
}

export class RunSession {
  readonly #parts: RunParts;
  readonly #request: RunRequest;
  readonly #source = new LocalPodSource();
  readonly #feed: RecordFeed;
  readonly #journal: NoticedJournal;
  readonly #over = new AbortController();
  readonly #uids = new Set<string>();
  readonly #ownUids = new Set<string>();
  readonly #accepted = new Set<string>();
  readonly #ended = new Set<string>();
  #firstSeq: number | undefined;
  #stops = 0;
  #look: () => void = () => {};

  constructor(parts: RunParts, request: RunRequest) {
    this.#parts = parts;
    this.#request = request;
    const { logs, paths, journal } = parts.node;
    this.#feed = new RecordFeed({
      ...(request.logs ? { logs } : {}),
      logsDir: paths.logsDir,
      show: parts.show,
      onError: (error) => parts.logger.warn('something that happened could not be shown; the journal has it', { error: messageOf(error) }),
    });
    this.#journal = new NoticedJournal(journal, {
      onAppended: () => this.#look(),
      onFailing: (error) => parts.logger.warn('the journal cannot be written: starts wait, stops go on; free space on its disk', { error }),
    });
  }

  /** Asks for the end; may come at any time, also before `run()`. */
  stop(): void {
    this.#stops += 1;
    this.#deleteAll();
    this.#look();
  }

  async run(): Promise<RunEnd> {
    const stopWatching = [this.#journal.onRecord((stored) => this.#seen(stored)), this.#source.onChange(() => this.#look())];
    try {
      for (const left of this.#journal.openPods()) this.#find(left);
      await this.#runPods();
    } finally {
      this.#over.abort('the run is over');
      for (const stop of stopWatching) stop();
      await this.#feed.end();
    }
    const afterSeq = (this.#firstSeq ?? 1) - 1;
    const leftPods = this.#isLeaving() ? this.#source.list().map(({ pod }) => podKey(pod)) : [];
    return { uids: [...this.#uids], ownUids: [...this.#ownUids], afterSeq, journalFailed: this.#journal.hasFailed, leftPods };
  }

  async #runPods(): Promise<void> {
    const { node, startKubelet, logger } = this.#parts;
    const { plan, workers } = await startKubelet({ ...node, journal: this.#journal }, this.#request.manifests, this.#source, {
      logger,
      ...(this.#request.settings === undefined ? {} : { settings: this.#request.settings }),
    });
    try {
      this.#takeUp(plan);
      await this.#leftoversGone(plan);
      this.#startPods(plan);
      await this.#until(() => this.#stops > 0 || this.#allEnded());
      this.#deleteAll();
      await this.#until(() => this.#allGone());
    } finally {
      await workers.leave();
    }
  }

  #find(left: OpenPod): void {
    this.#feed.followLeft(left, this.#parts.node.clock.now().wallMs);
    if (left.records.some(({ type }) => type === 'pod.ended')) this.#ended.add(left.uid);
  }

  #seen({ seq, record }: StoredRecord): void {
    this.#firstSeq ??= seq;
    if (record.uid !== undefined) this.#uids.add(record.uid);
    this.#feed.push(record);
    if (record.type === 'pod.accepted') this.#accept(record.uid);
    if (record.type === 'pod.ended' || record.type === 'pod.rejected') this.#ended.add(record.uid);
    this.#look();
  }

  #accept(uid: string): void {
    this.#accepted.add(uid);
    void this.#deleteInTime(uid);
  }

  async #deleteInTime(uid: string): Promise<void> {
    const { clock } = this.#parts.node;
    const { forMs } = this.#request;
    if (forMs === undefined) return;
    const isTime = await clock.waitUntil(addMs(clock.now(), forMs), this.#over.signal).then(
      () => true,
      () => false,
    );
    if (isTime) this.#source.delete(uid);
  }

  #takeUp({ continues, ends }: TakeOver): void {
    for (const { metadata } of continues) {
      this.#ownUids.add(metadata.uid);
      this.#uids.add(metadata.uid);
      this.#accept(metadata.uid);
    }
    for (const { pod } of ends) {
      this.#uids.add(pod.metadata.uid);
      this.#accepted.add(pod.metadata.uid);
    }
    if (this.#stops > 0) this.#deleteAll();
  }

  #leftoversGone({ ends }: TakeOver): Promise<void> {
    return this.#until(() => ends.every(({ pod }) => this.#source.get(pod.metadata.uid) === undefined));
  }

  #isLeaving(): boolean {
    return this.#stops >= STOPS_TO_LEAVE;
  }

  #startPods({ starts }: TakeOver): void {
    if (this.#stops > 0) return;
    for (const manifest of starts) {
      const pod = acceptManifest(manifest, this.#parts.node.clock.now().wallMs);
      this.#ownUids.add(pod.metadata.uid);
      this.#source.put(pod);
    }
  }

  #deleteAll(): void {
    for (const { pod } of this.#source.list()) this.#source.delete(pod.metadata.uid, this.#stops > 1 ? SHORT_GRACE_SECONDS : undefined);
  }

  #allEnded(): boolean {
    return this.#source.list().every(({ pod, deletion }) => deletion !== undefined || this.#ended.has(pod.metadata.uid));
  }

  /** A Pod that could never be written down has not begun to live, and a full disk must not keep us here. */
  #allGone(): boolean {
    return this.#source.list().every(({ pod }) => this.#journal.isFailing && !this.#accepted.has(pod.metadata.uid));
  }

  /** Looks whenever a Pod changed, a record came, or somebody asked for the end. Nothing is waited for when it leaves. */
  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (!condition() && !this.#isLeaving()) return;
        this.#look = () => {};
        resolve();
      };
      this.#look();
    });
  }
}
