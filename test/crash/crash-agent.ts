/**
 * An agent to which something happens at a named moment: `node crash-agent.ts <json of CrashOrder>`. It is wired as
 * `hooklet run` is; only its journal and its runtime are watched on their way in.
 *
 * 1. `dieAt`: `kill -9` of itself at one append to the journal, right before it or once it is durable and nobody knows.
 * 2. `disturb`: its containerd is killed, or stands still, while one call is under way.
 * 3. `bareCri`: the runtime offers CRI and nothing more.
 * 4. It asks for the end of its Pods once so many containers were ready, in its own life or in that of an agent before.
 * 5. Everything is one JSON object a line on stdout. On stdin `leave` ends the agent and nothing else.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readPodFiles } from '../../src/cli/read-pod-files.ts';
import { RunSession, type StartKubelet } from '../../src/cli/run-session.ts';
import { startKubelet } from '../../src/compose/start-kubelet.ts';
import { openNode } from '../../src/compose.ts';
import type { JournalRecord } from '../../src/core/journal-record.ts';
import type { Journal } from '../../src/ports/journal.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { Runtime } from '../../src/ports/runtime.ts';
import { containerdPid } from '../e2e/kill-containerd.ts';
import { CallWatch, type Disturbance } from './call-watch.ts';

export interface Death {
  /** `writeKey` of the append. */
  readonly write: string;
  readonly moment: 'before' | 'after';
}

export interface CrashOrder {
  readonly stateDir: string;
  readonly files: readonly string[];
  /** Absent: it runs until it is told to end. */
  readonly endAfterReady?: number;
  readonly lingerMs?: number;
  readonly dieAt?: Death;
  readonly disturb?: Disturbance;
  readonly bareCri?: boolean;
}

export type CrashAgentLine =
  | { readonly type: 'write'; readonly key: string }
  /** Every Pod is removed, and the runtime still runs. */
  | { readonly type: 'gone' };

export const printLine = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** What tells one write of a story from its others, however often the story is played. */
export function writeKey(records: readonly JournalRecord[]): string {
  const facts = records.filter(({ type }) => type !== 'event');
  return (facts.length === 0 ? records : facts).map(recordKey).join(' + ');
}

function recordKey(record: JournalRecord): string {
  const { type, container, restartCount, hook, attempt, signal, reason } = record as JournalRecord & Readonly<Record<string, unknown>>;
  const instance = container === undefined ? [] : [restartCount === undefined ? container : `${container}/${restartCount}`];
  return [type, ...instance, hook, attempt, signal, type === 'event' ? reason : undefined].filter((part) => part !== undefined).join(' ');
}

function watchedJournal(journal: Journal, death: Death | undefined): Journal {
  const die = (): void => void process.kill(process.pid, 'SIGKILL');
  return {
    append: async (records) => {
      const key = writeKey(records);
      printLine({ type: 'write', key } satisfies CrashAgentLine);
      const moment = death?.write === key ? death.moment : undefined;
      if (moment === 'before') die();
      await journal.append(records);
      if (moment === 'after') die();
    },
    openPods: () => journal.openPods(),
    read: (options) => journal.read(options),
    onRecord: (listener) => journal.onRecord(listener),
    prune: (limits) => journal.prune(limits),
    close: () => journal.close(),
  };
}

function offered({ cri, nativeExec, signals, ...rest }: Runtime, watch: CallWatch, { bareCri = false }: CrashOrder): Runtime {
  if (bareCri) return { cri: watch.port('cri', cri), close: () => rest.close() };
  if (nativeExec === undefined || signals === undefined) throw new Error('The runtime offers no execs or no signals of its own');
  return { ...rest, cri: watch.port('cri', cri), nativeExec: watch.port('exec', nativeExec), signals: watch.port('signals', signals) };
}

/** Asks for the end once `wanted` containers were ready, counted over all agents that had these Pods. */
function endAfterReady(journal: Journal, session: RunSession, { endAfterReady: wanted, lingerMs = 0 }: CrashOrder): void {
  let ready = journal.openPods().flatMap(({ records }) => records.filter(({ type }) => type === 'container.ready')).length;
  const look = (): void => {
    if (ready === wanted) setTimeout(() => session.stop(), lingerMs);
  };
  journal.onRecord(({ record }) => {
    if (record.type !== 'container.ready') return;
    ready += 1;
    look();
  });
  look();
}

const logger: Logger = {
  info: (message, fields) => console.error(new Date().toISOString(), 'info', message, JSON.stringify(fields)),
  warn: (message, fields) => console.error(new Date().toISOString(), 'warn', message, JSON.stringify(fields)),
};

if (import.meta.main) {
  const order = JSON.parse(parseArgs({ allowPositionals: true }).positionals[0] ?? '') as CrashOrder;
  const { pods: manifests } =
    order.files.length === 0 ? { pods: [] } : await readPodFiles({ files: order.files, stdin: process.stdin, warn: console.error });
  const node = await openNode({ stateDir: order.stateDir, logger }, { command: 'crash-agent' });
  const watch = new CallWatch(order.disturb, () => containerdPid(node.paths));
  const journal = watchedJournal(node.journal, order.dieAt);
  journal.onRecord(({ record }) => record.type === 'pod.accepted' && watch.arm());
  let leaveWorkers = (): Promise<void> => Promise.resolve();
  const startWatched: StartKubelet = async (...parts) => {
    const started = await startKubelet(...parts);
    leaveWorkers = () => started.workers.leave();
    return started;
  };
  const parts = {
    node: { ...node, journal, runtime: offered(node.runtime, watch, order) },
    startKubelet: startWatched,
    show: printLine,
    logger,
  };
  const session = new RunSession(parts, { manifests, logs: false });
  createInterface(process.stdin).on('line', async (line) => {
    if (line === 'stop') return session.stop();
    await leaveWorkers();
    await node.close({ stopRuntime: false });
    process.exit(0);
  });
  if (order.endAfterReady !== undefined) endAfterReady(journal, session, order);
  await session.run();
  printLine({ type: 'gone' } satisfies CrashAgentLine);
  await node.close({ stopRuntime: false });
  process.exit(0);
}
