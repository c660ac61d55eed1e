/** A canned server behind TLS, and the client's commands against it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../network/self-signed.ts';
import { CannedApi } from './canned-api.ts';
import { runClientCommand } from './client-run.ts';
import { kubeconfigText, type Ran } from './kubectl.ts';

const TOKEN = 'secret';

export class ClientSide {
  readonly api: CannedApi;
  readonly folder: string;
  readonly kubeconfig: string;

  private constructor(api: CannedApi, folder: string) {
    this.api = api;
    this.folder = folder;
    this.kubeconfig = join(folder, 'config');
  }

  /** `nowMs`: of the ages in the tables that the server prints. */
  static async open({ nowMs = Date.now(), pageSize = 500 } = {}): Promise<ClientSide> {
    const tls = selfSigned({ name: 'localhost' });
    const api = new CannedApi(nowMs, { tls, token: TOKEN, pageSize });
    const side = new ClientSide(api, await mkdtemp(join(tmpdir(), 'hooklet-client-')));
    const server = await api.listen();
    await writeFile(side.kubeconfig, kubeconfigText({ server, ca: tls.cert, serverName: 'localhost', token: TOKEN }), { mode: 0o600 });
    return side;
  }

  /** A command line without the program's name, as one types it; with a list where an argument has spaces. */
  run(line: string | readonly string[]): Promise<Ran> {
    return runClientCommand(typeof line === 'string' ? line.split(' ') : line, this.kubeconfig);
  }

  /** A file beside the kubeconfig; returns its path. */
  async file(name: string, content: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  async close(): Promise<void> {
    await this.api.close();
    await rm(this.folder, { recursive: true });
  }
}
