/**
 * The real program on real containers, as a user runs it, in a state directory of the test's own. Whatever a test did,
 * `close()` ends what it started and removes everything of that directory from the host.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PrintedRecord } from '../../src/core/journal-record.ts';

const program = fileURLToPath(new URL('../../bin/hooklet', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Hooklet {
  readonly stateDir: string;
  readonly #runs = new Set<HookletRun>();

  private constructor(stateDir: string) {
    this.stateDir = stateDir;
  }

  static async open(): Promise<Hooklet> {
    return new Hooklet(await mkdtemp(join(tmpdir(), 'hooklet-e2e-')));
  }

  /** A file beside the state, removed with it. */
  async file(name: string, text: string): Promise<string> {
    const path = join(`${this.stateDir}-${name}`);
    await writeFile(path, text);
    return path;
  }

  /** Starts `hooklet run … -o json`. */
  run(...args: readonly string[]): HookletRun {
    const run = new HookletRun(['run', ...args, '-o', 'json', '--state-dir', this.stateDir]);
    this.#runs.add(run);
    return run;
  }

  /** Any other command, to its end. */
  async command(...args: readonly string[]): Promise<Ended> {
    const child = spawn(program, [...args, '--state-dir', this.stateDir], { stdio: ['ignore', 'pipe', 'pipe'] });
    return collect(child);
  }

  async close(): Promise<void> {
    for (const run of this.#runs) await run.kill();
    const reset = await this.command('reset', '--yes');
    if (existsSync(this.stateDir)) await rm(this.stateDir, { recursive: true, force: true });
    if (reset.code !== 0) throw new Error(`hooklet reset failed with ${reset.code}: ${reset.stderr}`);
  }
}

/** One `hooklet run`: its records as they come. */
export class HookletRun {
  readonly records: PrintedRecord[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #stderr = '';
  #over = false;

  constructor(args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('Cannot read what hooklet prints');
    createInterface(stdout).on('line', (line) => this.#take(line));
    stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.#ended = once(this.#child, 'close').then(([code]) => {
      this.#over = true;
      this.#tell();
      return code as number | null;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The exit code. */
  async ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Resolves with the first record that fits, past or future; rejects when the program ends without one. */
  async until(fits: (record: PrintedRecord) => boolean): Promise<PrintedRecord> {
    for (;;) {
      const found = this.records.find(fits);
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`hooklet ended without the record; it said: ${this.#stderr}\n${JSON.stringify(this.records, null, 1)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** `kill -9`, and wait until it is gone. */
  async kill(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #take(line: string): void {
    this.records.push(JSON.parse(line) as PrintedRecord);
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

async function collect(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
