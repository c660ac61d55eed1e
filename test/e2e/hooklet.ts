/**
 * The real program on real containers, as a user runs it, in a state directory of the test's own. Whatever a test did,
 * `close()` ends what it started and removes everything of that directory from the host.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { hostPaths } from '../../src/host/host-paths.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { HookletRun } from './hooklet-run.ts';

export const program = fileURLToPath(new URL('../../bin/hooklet', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface OpenOptions {
  readonly withStateDir?: boolean;
  readonly within?: string;
}

export class Hooklet {
  readonly stateDir: string;
  readonly #runs = new Set<HookletRun>();
  readonly #files = new Set<string>();

  private constructor(stateDir: string) {
    this.stateDir = stateDir;
  }

  /** `withStateDir: false`: its directory is still to be made, and a test can see whether it is. */
  static async open({ withStateDir = true, within = tmpdir() }: OpenOptions = {}): Promise<Hooklet> {
    const stateDir = await mkdtemp(join(within, 'hooklet-e2e-'));
    if (!withStateDir) await rmdir(stateDir);
    return new Hooklet(stateDir);
  }

  paths(): Promise<HostPaths> {
    return hostPaths(this.stateDir);
  }

  /** A file beside the state, removed with it. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = `${this.stateDir}-${name}`;
    this.#files.add(path);
    await writeFile(path, content);
    return path;
  }

  /** Starts `hooklet run … -o json`. */
  run(...args: readonly string[]): HookletRun {
    return this.#started(spawn(program, [...this.#args('run', args), '-o', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** The same, with the Pods on standard input: `hooklet run - … -o json`. */
  runInput(input: string, ...args: readonly string[]): HookletRun {
    const child = spawn(program, [...this.#args('run', ['-', ...args]), '-o', 'json'], { stdio: 'pipe' });
    child.stdin.end(input);
    return this.#started(child);
  }

  /** Any other command, to its end. */
  command(name: string, ...args: readonly string[]): Promise<Ended> {
    return runToEnd(program, this.#args(name, args));
  }

  async close(): Promise<void> {
    for (const run of this.#runs) await run.kill();
    const reset = await this.command('reset', '--yes');
    for (const path of this.#files) await rm(path, { recursive: true, force: true });
    if (existsSync(this.stateDir)) await rm(this.stateDir, { recursive: true, force: true });
    if (reset.code !== 0) throw new Error(`hooklet reset failed with ${reset.code}: ${reset.stderr}`);
  }

  #args(name: string, args: readonly string[]): readonly string[] {
    return [name, ...args, '--state-dir', this.stateDir];
  }

  #started(child: ConstructorParameters<typeof HookletRun>[0]): HookletRun {
    const run = new HookletRun(child);
    this.#runs.add(run);
    return run;
  }
}

/** Runs any program and collects what it says. */
export async function runToEnd(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
