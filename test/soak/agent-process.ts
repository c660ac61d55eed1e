/** The driver's hold on the agent under test: orders in, what happened out. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AgentLine, AgentMeasure, AgentOrder } from './agent-orders.ts';

/** As `bin/hooklet` starts the program; and its garbage can be collected when it is asked to. */
const NODE_OPTIONS = ['--max-semi-space-size=1', '--heap-growing-percent=15', '--no-opt', '--no-maglev', '--expose-gc'];
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '16', MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536' };
const PROGRAM = fileURLToPath(new URL('./soak-agent.ts', import.meta.url));

/** Longer than any answer takes; the end of an agent waits for calls of two minutes. */
const PATIENCE_MS = 180_000;

export interface AgentListener {
  record(line: Extract<AgentLine, { type: 'record' }>['record']): void;
  gone(uid: string): void;
  warning(message: string, fields: unknown): void;
}

export class AgentProcess {
  readonly #child: ChildProcess;
  readonly #listener: AgentListener;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited: Promise<unknown>;
  #orders = 0;

  private constructor(child: ChildProcess, listener: AgentListener) {
    this.#child = child;
    this.#listener = listener;
    this.#exited = once(child, 'exit').then(([code, signal]) => this.#fail(new Error(`The agent ended (${code ?? signal})`)));
    // It has ended; what is asked is answered by that.
    child.stdin?.on('error', () => undefined);
    if (child.stdout === null) throw new Error('Cannot read what the agent says');
    createInterface(child.stdout).on('line', (line) => this.#take(JSON.parse(line) as AgentLine));
  }

  /** Resolves once it takes orders. */
  static async start(stateDir: string, listener: AgentListener): Promise<AgentProcess> {
    const args = [...NODE_OPTIONS, '--disable-warning=ExperimentalWarning', PROGRAM, stateDir];
    // A session of its own: Ctrl-C reaches it through us alone.
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...ENVIRONMENT },
      detached: true,
    });
    const agent = new AgentProcess(child, listener);
    await agent.#ready.promise;
    return agent;
  }

  /** NaN when it has ended. */
  rssMiB(): number {
    try {
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1]) / 1024;
    } catch {
      return Number.NaN;
    }
  }

  put(yaml: string): Promise<string> {
    return this.order({ do: 'put', yaml }) as Promise<string>;
  }

  measure(heapFile: string | undefined): Promise<AgentMeasure> {
    return this.order({ do: 'measure', ...(heapFile === undefined ? {} : { heapFile }) }) as Promise<AgentMeasure>;
  }

  /** Rejects when the agent does not do it, does not answer, or ends. */
  async order(order: AgentOrder): Promise<unknown> {
    this.#orders += 1;
    const id = this.#orders;
    const asked = Promise.withResolvers<unknown>();
    const timer = setTimeout(
      () => asked.reject(new Error(`The agent did not answer "${order.do}" within ${PATIENCE_MS / 1000} s`)),
      PATIENCE_MS,
    );
    this.#asked.set(id, asked);
    this.#child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`);
    try {
      return await asked.promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  /** Resolves when the process has ended. */
  async close({ stopRuntime }: { readonly stopRuntime: boolean }): Promise<void> {
    await this.order({ do: 'close', stopRuntime });
    await this.#exited;
  }

  /** Whatever state it is in. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #take(line: AgentLine): void {
    switch (line.type) {
      case 'ready':
        return this.#ready.resolve();
      case 'record':
        return this.#listener.record(line.record);
      case 'gone':
        return this.#listener.gone(line.uid);
      case 'warning':
        return this.#listener.warning(line.message, line.fields);
      case 'answer': {
        const asked = this.#asked.get(line.id);
        if (line.error === undefined) asked?.resolve(line.value);
        else asked?.reject(new Error(line.error));
      }
    }
  }

  #fail(error: Error): void {
    this.#ready.reject(error);
    for (const { reject } of this.#asked.values()) reject(error);
  }
}
