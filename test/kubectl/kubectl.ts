/** The kubectl of this machine, in a home of its own, asking the server of a test. */
import { execFile, spawn } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kubectl {
  /** 32 of v1.32.4 */
  readonly minor: number;
  run(args: readonly string[]): Promise<Ran>;
  close(): Promise<void>;
}

/** Undefined where there is no kubectl. It asks the server without a login, or as a kubeconfig says. */
export async function openKubectl(server: string, given?: string): Promise<Kubectl | undefined> {
  const path = await findProgram('kubectl');
  if (path === undefined) return undefined;
  const home = await mkdtemp(join(tmpdir(), 'hooklet-kubectl-'));
  const kubeconfig = given ?? join(home, 'config');
  if (given === undefined) await writeFile(kubeconfig, kubeconfigText({ server }), { mode: 0o600 });
  const env = { ...process.env, HOME: home, KUBECONFIG: kubeconfig, TZ: 'UTC' };
  const { stdout } = await promisify(execFile)(path, ['version', '--client', '-o', 'json'], { env });
  const { clientVersion } = JSON.parse(stdout) as { clientVersion: { minor: string } };
  return {
    minor: Number.parseInt(clientVersion.minor, 10),
    async run(args) {
      const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      return { code, stdout: out, stderr: err };
    },
    close: () => rm(home, { recursive: true, force: true }),
  };
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

export interface KubeconfigParts {
  readonly server: string;
  readonly ca?: string;
  /** The name in the server's certificate, where it is not its address. */
  readonly serverName?: string;
  readonly token?: string;
  readonly namespace?: string;
}

export function kubeconfigText({ server, ca, serverName, token, namespace }: KubeconfigParts): string {
  const authority = ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const name = serverName === undefined ? {} : { 'tls-server-name': serverName };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', ...(namespace === undefined ? {} : { namespace }) } }],
    clusters: [{ name: 'test', cluster: { server, ...authority, ...name } }],
    users: [{ name: 'test', user: token === undefined ? {} : { token } }],
  });
}
