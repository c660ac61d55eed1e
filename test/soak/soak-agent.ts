/**
 * The agent under test, a process of its own so that its heap is its own: `node --expose-gc soak-agent.ts STATE_DIR`. It is
 * wired as `hooklet run` is, takes its orders on stdin and tells all that happens on stdout. It keeps nothing about Pods
 * that are gone. When its driver dies it ends every Pod and itself.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeHeapSnapshot } from 'node:v8';
import { startKubelet } from '../../src/compose/start-kubelet.ts';
import { openNode } from '../../src/compose.ts';
import { MemoryPodObjects } from '../../src/fakes/memory-pod-objects.ts';
import { LocalPodSource } from '../../src/kubelet/local-pod-source.ts';
import type { PodWorkers } from '../../src/kubelet/pod-workers.ts';
import { acceptManifest } from '../../src/kubelet/take-over.ts';
import type { Pod } from '../../src/model/pod.ts';
import { formatProblem } from '../../src/model/problem.ts';
import { readManifests } from '../../src/model/read-manifests.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { OpenNode } from '../../src/ports/open-node.ts';
import type { ConfigMapData } from '../../src/ports/pod-objects.ts';
import type { AgentLine, AgentMeasure, AgentOrder, NumberedOrder } from './agent-orders.ts';

const tell = (line: AgentLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const logger: Logger = { info: () => {}, warn: (message, fields = {}) => tell({ type: 'warning', message, fields }) };

class SoakAgent {
  readonly #node: OpenNode;
  readonly #objects = new MemoryPodObjects();
  /** What the driver wants and has not been told to be gone. */
  readonly #wanted = new Map<string, Pod>();
  readonly #accepted = new Set<string>();
  #source = new LocalPodSource();
  #workers: PodWorkers | undefined;
  /** Orders wait while workers come and go. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(node: OpenNode) {
    this.#node = node;
    node.journal.onRecord(({ record }) => {
      tell({ type: 'record', record });
      if (record.type === 'pod.accepted') this.#accepted.add(record.uid);
    });
  }

  async start(): Promise<void> {
    const before = this.#source;
    this.#source = new LocalPodSource();
    this.#source.onChange((uid) => {
      if (this.#source.get(uid) === undefined) this.#gone(uid);
    });
    const options = { logger, objects: this.#objects };
    ({ workers: this.#workers } = await startKubelet(this.#node, [...this.#wanted.values()], this.#source, options));
    for (const [uid, pod] of [...this.#wanted]) {
      if (this.#source.get(uid) !== undefined) continue;
      // It went, or was asked for and never begun, in the moment in which the earlier workers left.
      if (this.#accepted.has(uid)) this.#gone(uid);
      else this.#source.put(pod);
    }
    for (const { pod, deletion } of before.list()) if (deletion !== undefined) this.#source.delete(pod.metadata.uid, deletion.graceSeconds);
  }

  take({ id, ...order }: NumberedOrder): Promise<void> {
    const done = this.#turn.then(() => this.#do(order as AgentOrder));
    this.#turn = done.catch(() => undefined);
    return done.then(
      (value) => tell({ type: 'answer', id, value }),
      (error: unknown) => tell({ type: 'answer', id, error: String(error) }),
    );
  }

  /** As quick as is clean, when nobody gives orders any more. */
  async abandon(): Promise<void> {
    await this.#turn;
    for (const uid of [...this.#wanted.keys()]) this.#source.delete(uid, 1);
    while (this.#source.list().length > 0) await sleep(100);
    await this.#close(true);
  }

  async #do(order: AgentOrder): Promise<unknown> {
    switch (order.do) {
      case 'put':
        return this.#put(order.yaml);
      case 'delete':
        return this.#source.delete(order.uid, order.graceSeconds);
      case 'setConfigMap':
        return this.#objects.setConfigMap('default', order.name, configMapOf(order.value));
      case 'restart':
        await this.#workers?.leave();
        return this.start();
      case 'measure':
        return measure(order.heapFile);
      case 'close':
        return this.#close(order.stopRuntime);
    }
  }

  #put(yaml: string): string {
    const { pods, errors } = readManifests([{ name: 'soak', text: yaml }], { purpose: 'run' });
    const [read] = pods;
    if (read === undefined || errors.length > 0) throw new Error(errors.map(formatProblem).join('\n'));
    const pod = acceptManifest(read.pod, Date.now());
    this.#wanted.set(pod.metadata.uid, pod);
    this.#source.put(pod);
    return pod.metadata.uid;
  }

  #gone(uid: string): void {
    this.#accepted.delete(uid);
    if (this.#wanted.delete(uid)) tell({ type: 'gone', uid });
  }

  async #close(stopRuntime: boolean): Promise<void> {
    await this.#workers?.leave();
    await this.#node.close({ stopRuntime });
  }
}

const configMapOf = (value: string): ConfigMapData => ({ texts: new Map([['value', value]]), bytes: new Map() });

async function measure(heapFile: string | undefined): Promise<AgentMeasure> {
  if (globalThis.gc === undefined) throw new Error('The agent was started without --expose-gc');
  for (let time = 0; time < 3; time += 1) {
    globalThis.gc();
    // What a finalizer lets go is garbage of the next time.
    await sleep(50);
  }
  const measured = {
    rssKiB: Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]),
    heapUsedBytes: process.memoryUsage().heapUsed,
    openFiles: countOf(openFiles()),
    resources: countOf(process.getActiveResourcesInfo()),
  };
  if (heapFile !== undefined) writeHeapSnapshot(heapFile);
  return measured;
}

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      const kind = /^(\w+):\[/.exec(target)?.[1];
      return [kind ?? (target.startsWith('/dev/') || target.startsWith('anon_inode') ? target : `file ${basename(target)}`)];
    } catch {
      return []; // the directory itself, which is closed again
    }
  });
}

function countOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (import.meta.main) {
  const [stateDir = ''] = parseArgs({ allowPositionals: true }).positionals;
  const node = await openNode({ stateDir, logger }, { command: 'npm run test:soak' });
  const agent = new SoakAgent(node);
  await agent.start();
  tell({ type: 'ready' });
  const orders = createInterface(process.stdin);
  orders.on('line', async (line) => {
    const order = JSON.parse(line) as NumberedOrder;
    await agent.take(order);
    // What was written to a pipe is written at once.
    if (order.do === 'close') process.exit(0);
  });
  orders.on('close', async () => {
    await agent.abandon();
    process.exit(1);
  });
}
