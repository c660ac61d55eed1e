/** A program that goes on, as a test looks at it: what it said so far, and waiting for what it should say. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Far above what any step of any test takes. */
const PATIENCE_MS = 60_000;

export class ChildOutput {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  #over = false;
  #news = Promise.withResolvers<void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
      this.#tell();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
      this.#tell();
    });
    child.once('close', () => {
      this.#over = true;
      this.#tell();
    });
  }

  /** Resolves once its standard output matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    late.addEventListener('abort', () => this.#tell());
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found !== null) return found;
      if (this.#over || late.aborted) throw new Error(`it never said ${pattern}: ${this.stdout}${this.stderr}`);
      await this.#news.promise;
    }
  }

  /** Resolves with its exit code, after it was sent this signal if one is given. */
  async ends(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    if (!this.#over) await once(this.child, 'close');
    clearTimeout(timer);
    return this.child.exitCode;
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}
