/**
 * A node of one test file: `hooklet up` in a state directory of its own, and the means to talk to its API. Whatever a test
 * did, `close()` ends what it started and removes everything of that directory from the host.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { HttpsKubeApi } from '../../src/kubeapi/https-kube-api.ts';
import { Hooklet } from './hooklet.ts';
import { Kubectl } from './kubectl.ts';
import { newestKubectl } from './kubectl-programs.ts';
import { Up } from './up.ts';

/** As `Up` starts it. */
export const NODE_NAME = 'here';

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }];
  readonly users: readonly [{ readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }];
}

export class UpNode {
  readonly hooklet: Hooklet;
  readonly #args: readonly string[];
  #up: Up | undefined;

  private constructor(hooklet: Hooklet, args: readonly string[]) {
    this.hooklet = hooklet;
    this.#args = args;
  }

  /** `args`: further ones of `hooklet up`. */
  static async open(args: readonly string[] = []): Promise<UpNode> {
    const node = new UpNode(await Hooklet.open(), args);
    try {
      await node.start();
      return node;
    } catch (error) {
      // Why it did not start says more than why nothing could be removed.
      await node.close().catch(() => {});
      throw error;
    }
  }

  get stateDir(): string {
    return this.hooklet.stateDir;
  }

  get kubeconfig(): string {
    return join(this.stateDir, 'admin.kubeconfig');
  }

  get pid(): number {
    return this.#up?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.#up = await Up.start(this.hooklet, this.#args);
  }

  /** Its Pods go on. */
  async stop(): Promise<void> {
    this.#up?.signal('SIGTERM');
    await this.#up?.ended();
    this.#up = undefined;
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
