/**
 * Follows a directory of manifests and tells `StaticPods` what its files ask for.
 *
 * F1 A file that cannot be read, or holds no valid Pod, leaves what it had; why is logged once for each state of it.
 * F2 So does a directory that cannot be read. Only the first reading may fail.
 * F3 A change is looked at once nothing has changed for a moment: most are written in several steps.
 * F4 What the watch missed is seen at the next of the readings that come anyway.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { addMs, earlier, type Instant } from '../core/instant.ts';
import { foldRecords } from '../core/pod/pod-history.ts';
import { type Pod, podKey } from '../model/pod.ts';
import type { Clock } from '../ports/clock.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { OpenPod } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';
import type { ManifestDirectory, ManifestFile } from '../ports/manifest-directory.ts';
import { isStaticPod, manifestOf } from './static-pod.ts';
import { readStaticPod } from './static-pod-manifest.ts';
import type { StaticPods } from './static-pods.ts';

export interface StaticPodFilesParts {
  readonly directory: ManifestDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeName: string;
  readonly pods: Pick<StaticPods, 'want'>;
  /** What earlier agents left. */
  readonly left: readonly OpenPod[];
}

interface KnownFile {
  /** Of what was read last. */
  readonly state: string;
  readonly pod?: Pod | undefined;
}

/** `pkg/kubelet/apis/config/v1beta1/defaults.go` fileCheckFrequency */
const READ_EVERY_MS = 20_000;
const QUIET_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** Problems of one file that a line of the log names: mending the first is the way to the others. */
const SHOWN = 5;

export class StaticPodFiles {
  readonly #parts: StaticPodFilesParts;
  readonly #known = new Map<string, KnownFile>();
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  #stopListening: () => void = () => {};
  #changed = Promise.withResolvers<void>();
  /** The last thing that went wrong with the directory, or between its files: told once. */
  #told = '';

  constructor(parts: StaticPodFilesParts) {
    this.#parts = parts;
    for (const { records } of parts.left) this.#remember(foldRecords(records).accepted);
  }

  /** Resolves once what is there has been told. Rejects with `badInput` when the directory cannot be read. */
  async start(): Promise<void> {
    this.#stopListening = this.#parts.directory.onChange(() => this.#changed.resolve());
    try {
      await this.#read();
    } catch (error) {
      this.#stopListening();
      throw error;
    }
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopListening();
    this.#isStopped = true;
    this.#changed.resolve();
    await this.#running;
  }

  /** F1 holds over a restart too. */
  #remember(pod: Pod | undefined): void {
    if (pod === undefined || !isStaticPod(pod)) return;
    const file = manifestOf(pod);
    if (file !== undefined) this.#known.set(file, { state: '', pod });
  }

  async #follow(): Promise<void> {
    while (await this.#untilDue()) {
      try {
        await this.#read();
      } catch (error) {
        this.#tellOnce(`the manifests cannot be read; static Pods stay as they are: ${messageOf(error)}`);
      }
    }
  }

  /** False: it was stopped. */
  async #untilDue(): Promise<boolean> {
    const { clock } = this.#parts;
    await this.#waitFor(addMs(clock.now(), READ_EVERY_MS));
    const last = addMs(clock.now(), LONGEST_WAIT_MS);
    for (let quiet = false; !quiet && !this.#isStopped; ) {
      this.#changed = Promise.withResolvers();
      const moment = addMs(clock.now(), QUIET_MS);
      quiet = (await this.#waitFor(earlier(moment, last))) === 'timeOver';
    }
    return !this.#isStopped;
  }

  async #waitFor(moment: Instant): Promise<'timeOver' | 'changed'> {
    const timer = new AbortController();
    const time = this.#parts.clock.waitUntil(moment, timer.signal).then(
      () => 'timeOver' as const,
      () => 'changed' as const,
    );
    const first = await Promise.race([time, this.#changed.promise.then(() => 'changed' as const)]);
    timer.abort();
    return first;
  }

  async #read(): Promise<void> {
    const files = await this.#parts.directory.read();
    const names = new Set(files.map(({ name }) => name));
    for (const name of [...this.#known.keys()]) if (!names.has(name)) this.#known.delete(name);
    for (const file of files) this.#look(file);
    this.#parts.pods.want(this.#inOrder());
  }

  #look({ name, content }: ManifestFile): void {
    const before = this.#known.get(name);
    const state = 'problem' in content ? content.problem : createHash('sha256').update(content).digest('hex');
    if (before?.state === state) return;
    const path = join(this.#parts.directory.path, name);
    const { pod, problems, warnings } =
      'problem' in content
        ? { pod: undefined, problems: [`${path}: ${content.problem}`], warnings: [] }
        : readStaticPod({ path, name, content }, this.#parts.nodeName);
    for (const warning of warnings) this.#parts.logger.warn('a static Pod may not be what was meant', { problem: warning });
    const stays = before?.pod === undefined ? 'it has no Pod' : `it keeps ${podKey(before.pod)}`;
    if (problems.length > 0) this.#parts.logger.warn(`a manifest is not used; ${stays}`, { problem: problems.slice(0, SHOWN).join('; ') });
    this.#known.set(name, { state, pod: pod ?? before?.pod });
  }

  /** Of several of one name the first file's; which would be started must not depend on who was read first. */
  #inOrder(): readonly Pod[] {
    const taken = new Map<string, string>();
    const pods: Pod[] = [];
    const clashes: string[] = [];
    for (const [file, { pod }] of [...this.#known].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (pod === undefined) continue;
      const first = taken.get(podKey(pod));
      if (first === undefined) pods.push(pod);
      else clashes.push(`"${file}" and "${first}" both name the Pod ${podKey(pod)}; that of "${first}" is run`);
      taken.set(podKey(pod), first ?? file);
    }
    this.#tellOnce(clashes.join('; '));
    return pods;
  }

  #tellOnce(problem: string): void {
    if (problem !== this.#told && problem !== '') this.#parts.logger.warn(problem);
    this.#told = problem;
  }
}
