import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { Programs } from '../ports/programs.ts';

/** Everything that is run takes milliseconds; what takes this long waits for something that will not come. */
const defaultTimeoutMs = 30_000;
const rootDirs = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export class HostPrograms implements Programs {
  readonly searchPath: string;
  readonly #timeoutMs: number;

  constructor(path: string = process.env['PATH'] ?? '/usr/bin:/bin', { timeoutMs = defaultTimeoutMs } = {}) {
    this.#timeoutMs = timeoutMs;
    const dirs = path.split(':').filter((dir) => dir !== '');
    this.searchPath = [...dirs, ...rootDirs.filter((dir) => !dirs.includes(dir))].join(':');
  }

  find(name: string): string | undefined {
    return this.searchPath
      .split(':')
      .map((dir) => join(dir, name))
      .find(isProgram);
  }

  async run(name: string, args: readonly string[], input = ''): Promise<string> {
    try {
      // The C locale: what programs say is read by us.
      const env = { ...process.env, PATH: this.searchPath, LC_ALL: 'C' };
      const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
      child.stdin.on('error', () => {}); // it ended without reading: its exit code tells
      child.stdin.end(input);
      const { stdout, stderr, end } = await this.#untilEnd(child, [name, ...args].join(' '));
      if (end === 0) return stdout;
      throw new HookletError('hostLacks', `"${[name, ...args].join(' ')}" ended with ${end}: ${stderr.trim()}`);
    } catch (error) {
      if (error instanceof HookletError) throw error;
      throw new HookletError('hostLacks', `Cannot run "${name}": ${messageOf(error)}; install it`, { cause: error });
    }
  }

  async #untilEnd(child: ChildProcessByStdio<Writable, Readable, Readable>, command: string): Promise<ProgramEnd> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new HookletError('hostLacks', `"${command}" did not end within ${this.#timeoutMs / 1000} s and was killed`));
    }, this.#timeoutMs);
    try {
      const closed = once(child, 'close') as Promise<[number | null, string | null]>;
      const all = Promise.all([text(child.stdout), text(child.stderr), closed]);
      const [stdout, stderr, [code, signal]] = await Promise.race([all, late.promise]);
      return { stdout, stderr, end: code ?? signal };
    } catch (error) {
      child.kill('SIGKILL');
      // A child of its own may hold them for ever.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

interface ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code, or the name of the signal. */
  readonly end: number | string | null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
