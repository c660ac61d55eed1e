/**
 * `hooklet up` as a user starts it, on real containers and in a state directory of the test's own, with the means to talk
 * to its API. Whatever a test did, `close()` ends what it started and removes everything of that directory from the host.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { HttpsKubeApi } from '../../src/kubeapi/https-kube-api.ts';
import { Hooklet, program } from './hooklet.ts';
import { Kubectl } from './kubectl.ts';
import { newestKubectl } from './kubectl-programs.ts';

/** Far above what a start takes, images and all. */
const PATIENCE_MS = 120_000;

export interface UpOptions {
  /** Further arguments of `hooklet up`. */
  readonly args?: readonly string[];
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }];
  readonly users: readonly [{ readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }];
}

export class Up {
  static readonly nodeName = 'under-test';
  readonly hooklet: Hooklet;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #stderr = '';

  private constructor(hooklet: Hooklet, args: readonly string[]) {
    this.hooklet = hooklet;
    this.#args = args;
  }

  static async open({ args = [] }: UpOptions = {}): Promise<Up> {
    const up = new Up(await Hooklet.open(), args);
    try {
      await up.start();
      return up;
    } catch (error) {
      // Why it did not start says more than why nothing could be removed.
      await up.close().catch(() => {});
      throw error;
    }
  }

  get stateDir(): string {
    return this.hooklet.stateDir;
  }

  get kubeconfig(): string {
    return join(this.stateDir, 'admin.kubeconfig');
  }

  /** What it logged since the first start. */
  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves once the API is served. */
  async start(): Promise<void> {
    const args = ['up', '--state-dir', this.stateDir, '--listen', '127.0.0.1:0', '--node-name', Up.nodeName, ...this.#args];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    const before = this.#stderr.length;
    const serves = Promise.withResolvers<void>();
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
      if (this.#stderr.slice(before).includes('serving https://')) serves.resolve();
    });
    child.once('close', (code) => serves.reject(new Error(`hooklet up ended with ${code}: ${this.#stderr}`)));
    const late = `hooklet up does not serve after ${PATIENCE_MS} ms`;
    const timer = setTimeout(() => serves.reject(new Error(`${late}: ${this.#stderr}`)), PATIENCE_MS);
    await serves.promise.finally(() => clearTimeout(timer));
  }

  /** Ends the program by a signal, with its Pods left running unless it was told to drain; the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    }
    return child.exitCode;
  }

  /** The given program, or the newest there is. */
  async kubectl(path?: string): Promise<Kubectl> {
    return new Kubectl({ directory: this.stateDir, kubeconfig: this.kubeconfig }, path ?? (await newestKubectl()).path);
  }

  /** The API as the administrator, without kubectl. */
  async api(): Promise<HttpsKubeApi> {
    const { clusters, users } = parse(await readFile(this.kubeconfig, 'utf8')) as Kubeconfig;
    const text = (base64: string): string => Buffer.from(base64, 'base64').toString();
    const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
    const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
    return new HttpsKubeApi({ server, ca: text(ca), cert: text(cert), key: text(key), userAgent: 'test' });
  }

  async close(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await this.hooklet.close();
    }
  }
}
