/** The API behind a real listener on loopback, with a certificate of its own and a kubeconfig for it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiParts, type OpenedApi, openApi } from '../../src/apiserver/open-api.ts';
import { ApiServer } from '../../src/apiserver/server.ts';
import { MemoryObjectStore } from '../../src/fakes/memory-object-store.ts';
import { SystemClock } from '../../src/host/system-clock.ts';
import { selfSigned } from '../network/self-signed.ts';

export interface ServedApi {
  readonly api: OpenedApi;
  readonly server: ApiServer;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  /** For programs: HOME and KUBECONFIG of their own. */
  readonly directory: string;
  readonly kubeconfig: string;
  readonly logged: readonly string[];
  close(): Promise<void>;
}

/** Whoever brings a token is the user of that name; the administrator's is "admin". */
export async function serveApi(parts: Partial<ApiParts> = {}): Promise<ServedApi> {
  const tls = selfSigned({ addresses: ['127.0.0.1'] });
  const logged: string[] = [];
  const logger = { info: () => {}, warn: (message: string, fields?: object) => logged.push(`${message} ${JSON.stringify(fields ?? {})}`) };
  const authenticator: ApiParts['access']['authenticator'] = {
    authenticate: ({ headers }) => {
      const username = /^Bearer (\w+)$/.exec(headers.authorization ?? '')?.[1];
      return username === undefined ? undefined : { username, groups: ['system:authenticated'] };
    },
  };
  const api = await openApi({
    store: new MemoryObjectStore(),
    clock: new SystemClock(),
    logger,
    hooklet: '0.0.0',
    access: { authenticator, authorizer: { authorize: ({ user }) => ({ allowed: user.username === 'admin' }) } },
    resources: { clusterCa: tls.cert, pods: { refuse: () => [] } },
    ...parts,
  });
  const server = new ApiServer({ handler: api.handler, logger, tls, hosts: [] });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const directory = await mkdtemp(join(tmpdir(), 'hooklet-api-'));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(port, tls.cert)), { mode: 0o600 });
  return {
    api,
    server,
    port,
    ca: tls.cert,
    directory,
    kubeconfig,
    logged,
    close: async () => {
      await server.close();
      await api.close();
      await rm(directory, { recursive: true });
    },
  };
}

const kubeconfigOf = (port: number, ca: string): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    { name: 'it', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
  ],
  users: [
    { name: 'admin', user: { token: 'admin' } },
    { name: 'nobody', user: { token: 'nobody' } },
  ],
  contexts: [
    { name: 'admin', context: { cluster: 'it', user: 'admin' } },
    { name: 'nobody', context: { cluster: 'it', user: 'nobody' } },
  ],
  'current-context': 'admin',
});
