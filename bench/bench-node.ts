/**
 * A node for measuring, on a state directory of its own: the same client, containerd and images for bare calls and for
 * hooklet. Whatever happened, `close()` removes everything of it.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNode, openReset } from '../src/compose.ts';
import type { ContainerSignals } from '../src/ports/container-signals.ts';
import type { ExecProcesses } from '../src/ports/exec-processes.ts';
import type { OpenNode } from '../src/ports/open-node.ts';
import { READY_LINE } from './bench-pods.ts';

/** Longer than anything that is measured takes. */
const PATIENCE_MS = 60_000;

export interface BenchNode {
  readonly node: OpenNode;
  readonly nativeExec: ExecProcesses;
  readonly signals: ContainerSignals;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Resolves with the moment (`performance.now()`) at which containerd told of the container's end. */
  exitOf(containerId: string): Promise<number>;
  /** Resolves once the container can be told to stop. */
  untilServing(uid: string, restartCount: number): Promise<void>;
  close(): Promise<void>;
}

export async function openBenchNode(signal: AbortSignal): Promise<BenchNode> {
  const stateDir = await mkdtemp(join(tmpdir(), 'hooklet-bench-'));
  try {
    const node = await openNode({ stateDir }, { command: 'npm run bench' });
    return benchNode(node, stateDir, signal);
  } catch (error) {
    await resetState(stateDir);
    throw error;
  }
}

function benchNode(node: OpenNode, stateDir: string, signal: AbortSignal): BenchNode {
  const { nativeExec, signals, events } = node.runtime;
  if (nativeExec === undefined || signals === undefined || events === undefined) throw new Error('The benchmark needs a containerd');
  const exits = new Map<string, PromiseWithResolvers<number>>();
  const exitOf = (containerId: string): PromiseWithResolvers<number> => {
    const known = exits.get(containerId) ?? Promise.withResolvers<number>();
    exits.set(containerId, known);
    return known;
  };
  const stopListening = events.subscribe((event) => {
    if (event.kind === 'containerExited') exitOf(event.containerId).resolve(performance.now());
  });
  return {
    node,
    nativeExec,
    signals,
    signal,
    exitOf: (containerId) => within(exitOf(containerId).promise, signal, `the end of container ${containerId}`),
    untilServing: (uid, restartCount) => within(untilServing(node, uid, restartCount), signal, `the log of Pod ${uid}`),
    close: async () => {
      stopListening();
      await node.close({ stopRuntime: true });
      await resetState(stateDir);
    },
  };
}

async function untilServing(node: OpenNode, uid: string, restartCount: number): Promise<void> {
  const found = new AbortController();
  const file = join(node.paths.logsDir, uid, 'main', `${restartCount}.log`);
  await new Promise<void>((resolve) => {
    node.logs.follow(file, ({ text }) => text === READY_LINE && resolve(), found.signal);
  });
  found.abort();
}

/** Rejects when it takes unreasonably long, or when the benchmark is interrupted. */
export async function within<T>(promise: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Waited ${PATIENCE_MS} ms for ${what}`)), PATIENCE_MS);
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Ends the containerd of a state directory, if one runs, and removes the directory. */
export async function resetState(stateDir: string): Promise<void> {
  const reset = await openReset({ stateDir });
  try {
    await reset.reset();
  } finally {
    await reset.close();
  }
}
