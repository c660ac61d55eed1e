/** A `crash-agent.ts` that runs: what it says as it says it, and how it ended. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PrintedRecord } from '../../src/core/journal-record.ts';
import type { CallLine } from './call-watch.ts';
import type { CrashAgentLine, CrashOrder } from './crash-agent.ts';

const program = fileURLToPath(new URL('crash-agent.ts', import.meta.url));

/** As `bin/hooklet` sets it: a life of two seconds should not be spent on compiling twice. */
const env = { UV_THREADPOOL_SIZE: '16', NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/hooklet', import.meta.url)) };

export type CrashLine = PrintedRecord | CrashAgentLine | CallLine;

/** Far above what any life takes. */
const PATIENCE_MS = 60_000;

export class CrashRun {
  readonly lines: CrashLine[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<NodeJS.Signals | number | null>;
  #look: () => void = () => {};
  #stderr = '';
  #over = false;

  constructor(order: CrashOrder) {
    this.#child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(order)], {
      env: { ...process.env, ...env },
    });
    this.#child.stdin.on('error', () => {}); // told to a program that is dead
    createInterface(this.#child.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line) as CrashLine);
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

  /** Keys of the writes so far, in order. */
  get writes(): readonly string[] {
    return this.lines.flatMap((line) => (line.type === 'write' ? [line.key] : []));
  }

  tell(what: 'stop' | 'leave'): void {
    this.#child.stdin.write(`${what}\n`);
  }

  /** The signal that ended it, else its exit code; ended by us, and so told, when it does not come to an end. */
  async ended(): Promise<NodeJS.Signals | number | null | 'hangs'> {
    const patience = new AbortController();
    const hangs = new Promise<'hangs'>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS, 'hangs');
      patience.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    const end = await Promise.race([this.#ended, hangs]);
    patience.abort();
    if (end === 'hangs') await this.kill();
    return end;
  }

  async kill(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Resolves once a line fits; rejects when the program ends before. */
  async until(what: string, fits: (line: CrashLine) => boolean): Promise<void> {
    const fail = (why: string): Error => new Error(`${what}: ${why}; ${this.account()}`);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(fail(`not within ${PATIENCE_MS} ms`)), PATIENCE_MS);
      this.#look = () => {
        const found = this.lines.some(fits);
        if (!found && !this.#over) return;
        clearTimeout(timer);
        this.#look = () => {};
        if (found) resolve();
        else reject(fail('the agent has ended'));
      };
      this.#look();
    });
  }

  account(): string {
    return `it said: ${this.#stderr}\n${this.lines.map((line) => JSON.stringify(line).slice(0, 300)).join('\n')}`;
  }
}
