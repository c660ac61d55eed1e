/** A `kill-agent.ts` that runs: what it says as it says it, and how it ended. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PrintedRecord } from '../../src/core/journal-record.ts';
import type { AgentLine, KillOrder } from './kill-agent.ts';

const program = fileURLToPath(new URL('kill-agent.ts', import.meta.url));

export type KillLine = PrintedRecord | AgentLine;

export class KillRun {
  readonly lines: KillLine[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<NodeJS.Signals | number | null>;
  #look: () => void = () => {};
  #stderr = '';
  #over = false;

  constructor(order: KillOrder) {
    this.#child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(order)], {
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    });
    this.#child.stdin.on('error', () => {}); // told to a program that is dead
    createInterface(this.#child.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line) as KillLine);
      this.#look();
    });
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#stderr += data.toString();
    });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#over = true;
      this.#look();
      return (signal ?? code) as NodeJS.Signals | number | null;
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  tell(what: 'stop' | 'leave'): void {
    this.#child.stdin.write(`${what}\n`);
  }

  /** The signal that ended it, else its exit code. */
  ended(): Promise<NodeJS.Signals | number | null> {
    return this.#ended;
  }

  async kill(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Resolves once `holds` of all lines so far; rejects when the program ends before, or `withinMs` are over. */
  async until(what: string, holds: (lines: readonly KillLine[]) => boolean, withinMs = 30_000): Promise<void> {
    const fail = (why: string): Error =>
      new Error(`${what}: ${why}; it said: ${this.#stderr}\n${this.lines.map((line) => JSON.stringify(line).slice(0, 300)).join('\n')}`);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(fail(`not within ${withinMs} ms`)), withinMs);
      this.#look = () => {
        if (!holds(this.lines) && !this.#over) return;
        clearTimeout(timer);
        this.#look = () => {};
        if (holds(this.lines)) resolve();
        else reject(fail('the agent has ended'));
      };
      this.#look();
    });
  }
}
