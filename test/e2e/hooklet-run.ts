/** One `hooklet run -o json`: its records as they come, and the ways to wait for them. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { PrintedRecord } from '../../src/core/journal-record.ts';

type RecordType = PrintedRecord['type'];
export type RecordOf<T extends RecordType> = Extract<PrintedRecord, { readonly type: T }>;

/** What a record is about; what is left out may be anything. `pod` without its namespace. */
export interface About {
  readonly pod?: string;
  readonly container?: string;
  readonly hook?: 'postStart' | 'preStop';
  readonly restartCount?: number;
}

/** Far above what any step of any test takes; a record that never comes must not cost the whole file. */
const PATIENCE_MS = 90_000;

export class HookletRun {
  readonly records: PrintedRecord[] = [];
  /** What stood on stdout and was no JSON: always a mistake. */
  readonly garbage: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #stderr = '';
  #over = false;

  constructor(child: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable }) {
    this.#child = child;
    createInterface(child.stdout).on('line', (line) => this.#take(line));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.#ended = once(child, 'close').then(([code]) => {
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

  /** The records so far of one type. */
  all<T extends RecordType>(type: T, about: About = {}): readonly RecordOf<T>[] {
    return this.records.filter((record): record is RecordOf<T> => record.type === type && isAbout(record, about));
  }

  /** The types of a Pod's records so far, in order; without its log. */
  types(pod: string): readonly string[] {
    return this.records.filter((record) => record.type !== 'log' && isAbout(record, { pod })).map(({ type }) => type);
  }

  /** Resolves with the first record that fits, past or future; rejects when the program ends without one. */
  async until(fits: (record: PrintedRecord) => boolean): Promise<PrintedRecord> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.records.find(fits);
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`hooklet ended without the record; ${this.#account()}`);
      if (Date.now() >= end) throw new Error(`the record did not come within ${PATIENCE_MS} ms; ${this.#account()}`);
      await this.#news(end - Date.now());
    }
  }

  /** The same, for the first record of one type about something. */
  async untilOne<T extends RecordType>(type: T, about: About = {}): Promise<RecordOf<T>> {
    return (await this.until((record) => record.type === type && isAbout(record, about))) as RecordOf<T>;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** `kill -9`, and wait until it is gone. */
  async kill(): Promise<void> {
    if (!this.#over) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #account(): string {
    return `it said: ${this.#stderr}\n${this.records.map((record) => JSON.stringify(record)).join('\n')}`;
  }

  async #news(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
  }

  #take(line: string): void {
    try {
      this.records.push(JSON.parse(line) as PrintedRecord);
    } catch {
      this.garbage.push(line);
    }
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

export function isAbout(record: PrintedRecord, { pod, container, hook, restartCount }: About): boolean {
  const { pod: its, ...rest } = record as Partial<Record<'pod' | keyof About, unknown>>;
  if (pod !== undefined && its !== `default/${pod}`) return false;
  return Object.entries({ container, hook, restartCount }).every(
    ([name, value]) => value === undefined || rest[name as keyof typeof rest] === value,
  );
}
