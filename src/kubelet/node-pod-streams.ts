/**
 * The streams and logs of this node's Pods: which container the history means, and what the runtime or the log has of it.
 *
 * S1 A stream goes to the newest instance, and only while it may run; a log to the instance that its id names.
 * S2 A log that is followed is complete once the instance has ended and the runtime has written down what was in its pipes:
 *    CRI shows the end after that, and the event of it comes before (docs/decisions/0008).
 */
import { join } from 'node:path';
import { isAlive } from '../core/container/container-history.ts';
import { addMs } from '../core/instant.ts';
import type { PodHistory } from '../core/pod/pod-history.ts';
import { dnsLabel, podUid } from '../model/name-rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime, RuntimeStream } from '../ports/container-runtime.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { Journal } from '../ports/journal.ts';
import type { OpenLogText, PodLogRequest, PodStreamRequest, PodStreams } from '../ports/pod-streams.ts';

export interface PodStreamsParts {
  /** What is known of a Pod of this node: `PodWorkers.historyOf`. */
  readonly historyOf: (uid: string) => PodHistory | undefined;
  readonly cri: Pick<ContainerRuntime, 'streamUrl' | 'listContainers'>;
  readonly journal: Pick<Journal, 'onRecord'>;
  readonly clock: Clock;
  readonly paths: Pick<HostPaths, 'logsDir'>;
  readonly openLogText: OpenLogText;
}

/** One instance of a container. */
interface Instance {
  readonly uid: string;
  readonly container: string;
  readonly containerId: string;
}

/** The net below the journal's records: an end that could only be kept in memory is told by none. */
const LOOK_EVERY_MS = 2000;
/** How long the runtime may take to write down the rest; a process that left its container may hold the pipes for ever. */
const DRAIN_MS = 3000;
const DRAIN_LOOK_MS = 50;

export class NodePodStreams implements PodStreams {
  readonly #parts: PodStreamsParts;

  constructor(parts: PodStreamsParts) {
    this.#parts = parts;
  }

  async streamUrl(request: PodStreamRequest): Promise<URL | undefined> {
    const stream = this.#runtimeStream(request);
    if (stream === undefined) return undefined;
    try {
      return await this.#parts.cri.streamUrl(stream);
    } catch (error) {
      if (hasCode(error, 'runtimeNotFound')) return undefined;
      throw error;
    }
  }

  async openLog({ uid, container, containerId, options, signal }: PodLogRequest): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { paths, openLogText } = this.#parts;
    const restartCount = this.#restartCount({ uid, container, containerId });
    // They name directories below.
    if (restartCount === undefined || podUid(uid) !== undefined || dnsLabel(container) !== undefined) return undefined;
    return openLogText({
      file: join(paths.logsDir, uid, container, `${restartCount}.log`),
      options,
      untilComplete: (over) => this.#untilComplete({ uid, container, containerId }, over),
      signal,
    });
  }

  #runtimeStream(request: PodStreamRequest): RuntimeStream | undefined {
    const history = this.#parts.historyOf(request.uid);
    if (request.kind === 'portforward') {
      const sandboxId = history?.sandbox?.id;
      return sandboxId === undefined ? undefined : { kind: 'portforward', sandboxId, ports: request.ports };
    }
    const run = containerOf(history, request.container)?.run;
    if (run?.containerId === undefined || !isAlive(run)) return undefined;
    const { containerId } = run;
    const { stdin, stdout, stderr, tty } = request;
    const streams = { stdin, stdout, stderr, tty };
    return request.kind === 'exec'
      ? { kind: 'exec', containerId, command: request.command, ...streams }
      : { kind: 'attach', containerId, ...streams };
  }

  #restartCount({ uid, container, containerId }: Instance): number | undefined {
    const known = containerOf(this.#parts.historyOf(uid), container);
    return [known?.run, known?.previous].find((run) => run?.containerId === containerId)?.restartCount;
  }

  /** S2 */
  async #untilComplete(instance: Instance, over: AbortSignal): Promise<void> {
    await this.#untilEnded(instance, over);
    const { clock, cri } = this.#parts;
    const deadline = clock.now().wallMs + DRAIN_MS;
    while (!over.aborted && clock.now().wallMs < deadline) {
      const containers = await cri.listContainers(instance.uid).catch(() => undefined);
      const isRunning = containers?.some(({ id, phase }) => id === instance.containerId && phase === 'running') ?? true;
      if (!isRunning) return;
      await clock.waitUntil(addMs(clock.now(), DRAIN_LOOK_MS), over).catch(() => {});
    }
  }

  async #untilEnded(instance: Instance, over: AbortSignal): Promise<void> {
    const { clock, journal, historyOf } = this.#parts;
    const { uid, container, containerId } = instance;
    const restartCount = this.#restartCount(instance);
    const told = new AbortController();
    const stopListening = journal.onRecord(({ record }) => {
      const isItsEnd = record.type === 'container.exited' && record.container === container && record.restartCount === restartCount;
      if (record.uid === uid && (isItsEnd || record.type === 'pod.removed')) told.abort();
    });
    const mayRun = (): boolean => {
      const run = containerOf(historyOf(uid), container)?.run;
      return run?.containerId === containerId && (run.phase === 'created' || isAlive(run));
    };
    const leave = (): void => told.abort();
    over.addEventListener('abort', leave);
    try {
      while (!told.signal.aborted && !over.aborted && mayRun()) {
        await clock.waitUntil(addMs(clock.now(), LOOK_EVERY_MS), told.signal).catch(() => {});
      }
    } finally {
      stopListening();
      over.removeEventListener('abort', leave);
    }
  }
}

/** Names of a request are looked up as names, never as what an object inherits. */
function containerOf(history: PodHistory | undefined, name: string): PodHistory['containers'][string] | undefined {
  return history !== undefined && Object.hasOwn(history.containers, name) ? history.containers[name] : undefined;
}
