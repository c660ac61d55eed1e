/** One `hooklet up`: what it logs as it comes, and kubectl on its API. Its state directory is a `Hooklet`'s, which removes it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ProcHostProcesses } from '../../src/host/proc-host-processes.ts';
import type { DeliveryRow } from '../../src/printing/delivery-rows.ts';
import type { Json } from '../apiserver/test-api.ts';
import { type Ended, type Hooklet, program, runToEnd } from './hooklet.ts';
import { until } from './host/host-traces.ts';

export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Far above what a start takes, containerd and its images included. */
const START_MS = 90_000;

export class Up {
  readonly lines: LogLine[] = [];
  /** What stood on stderr and was no JSON: always a mistake. */
  readonly garbage: string[] = [];
  readonly #hooklet: Hooklet;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #isOver = false;

  private constructor(hooklet: Hooklet, child: ChildProcess & { readonly stderr: Readable }) {
    this.#hooklet = hooklet;
    this.#child = child;
    createInterface(child.stderr).on('line', (line) => this.#take(line));
    this.#ended = once(child, 'close').then(([code]) => {
      this.#isOver = true;
      return code as number | null;
    });
  }

  /** Resolves once its API answers and it has taken over, which it says. */
  static async start(hooklet: Hooklet, args: readonly string[] = [], env: NodeJS.ProcessEnv = process.env): Promise<Up> {
    const all = ['up', '--log-format', 'json', '--listen', '127.0.0.1:0', '--node-name', 'here', '--state-dir', hooklet.stateDir, ...args];
    const up = new Up(hooklet, spawn(program, all, { stdio: ['ignore', 'ignore', 'pipe'], env }));
    try {
      await until('hooklet up serves', () => up.#isOver || up.said('the API is up') !== undefined, START_MS);
      if (up.#isOver) throw new Error('hooklet up has ended');
      return up;
    } catch (error) {
      await up.kill();
      throw new Error(`${String(error)}: ${JSON.stringify(up.lines)} ${up.garbage.join('\n')}`);
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  said(message: string): LogLine | undefined {
    return this.lines.find((line) => line.message === message);
  }

  async kubectl(...args: readonly string[]): Promise<Ended> {
    const { stateDir } = this.#hooklet;
    const env = { PATH: process.env['PATH'] ?? '', HOME: stateDir, KUBECONFIG: join(stateDir, 'admin.kubeconfig') };
    return runToEnd('kubectl', args, env);
  }

  /** What must succeed: a line of words, split at spaces. */
  async ok(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(...line.split(' '));
    if (code !== 0) throw new Error(`kubectl ${line} ended with ${code}: ${stderr}`);
    return stdout;
  }

  async apply(name: string, manifest: string): Promise<void> {
    await this.ok(`apply -f ${await this.#hooklet.file(`${name}.yaml`, manifest)}`);
  }

  /** Undefined: the API has none. */
  async pod(name: string): Promise<Json | undefined> {
    const { code, stdout } = await this.kubectl('get', 'pod', name, '-o', 'json');
    return code === 0 ? JSON.parse(stdout) : undefined;
  }

  untilReady(name: string): Promise<void> {
    return until(`the Pod ${name} is ready`, async () => isReady(await this.pod(name)), 30_000);
  }

  untilGone(name: string): Promise<void> {
    return until(`the Pod ${name} is gone`, async () => (await this.pod(name)) === undefined, 30_000);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** `kill -9`, and wait until it is gone. */
  async kill(): Promise<void> {
    if (!this.#isOver) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #take(line: string): void {
    try {
      this.lines.push(JSON.parse(line) as LogLine);
    } catch {
      this.garbage.push(line);
    }
  }
}

export const isReady = (pod: Json | undefined): boolean =>
  pod?.status.conditions?.some((condition: Json) => condition.type === 'Ready' && condition.status === 'True') === true;

/** Every delivery that the journal has, as "pod hook attempt outcome". */
export async function deliveries(hooklet: Hooklet): Promise<readonly string[]> {
  const { stdout } = await hooklet.command('hooks', '-o', 'json');
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as DeliveryRow);
  return rows.map(({ pod, hook, attempt, outcome }) => `${pod.replace('default/', '')} ${hook} ${attempt} ${outcome}`).sort();
}

/** Shells in the containers of this hooklet whose command line has this word in it, without what they forked: "pid started". */
export async function shellsWith(hooklet: Hooklet, word: string): Promise<readonly string[]> {
  const { cgroupParent } = await hooklet.paths();
  const found = new ProcHostProcesses().find('sh').filter(({ argv }) => argv.some((arg) => arg.includes(word)));
  return found
    .filter(({ pid, parentPid }) => isWithin(pid, cgroupParent) && !found.some((other) => other.pid === parentPid))
    .map(({ pid, startTicks }) => `${pid} ${startTicks}`)
    .sort();
}

function isWithin(pid: number, cgroup: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`${cgroup}/`);
  } catch {
    return false; // it has ended
  }
}
