import { join } from 'node:path';
import { HookletError, messageOf } from '../../ports/hooklet-error.ts';
import type { CommandContext } from '../command-context.ts';
import { stateDirOf } from '../node-options.ts';
import type { ApiClient } from './api-client.ts';
import type { ServerOptions } from './client-options.ts';
import { HttpsApiClient } from './https-api-client.ts';
import { readKubeconfig } from './read-kubeconfig.ts';

/** Written by `hooklet up`. */
const ADMIN_KUBECONFIG = 'admin.kubeconfig';

/**
 * The server that `--kubeconfig` names, else the hooklet of the state directory. KUBECONFIG is not asked: whoever has set
 * it for kubectl does not mean this program with it.
 */
export async function openClient(options: ServerOptions, env: CommandContext['env']): Promise<ApiClient> {
  const { kubeconfig } = options;
  const stateDir = stateDirOf(options, env);
  const file = kubeconfig ?? join(stateDir, ADMIN_KUBECONFIG);
  try {
    return new HttpsApiClient(await readKubeconfig(file));
  } catch (error) {
    if (error instanceof HookletError) throw error;
    throw kubeconfig === undefined ? noServer(stateDir, file, error) : unreadable(kubeconfig, error);
  }
}

function noServer(stateDir: string, file: string, error: unknown): HookletError {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const why =
    code === 'ENOENT'
      ? `there is no hooklet to ask: "${stateDir}" holds no ${ADMIN_KUBECONFIG}; start "hooklet up" with this state directory, or name a server with --kubeconfig`
      : `"${file}" cannot be read: ${messageOf(error)}; run this as the user that runs "hooklet up", or name a server with --kubeconfig`;
  return new HookletError('hostLacks', why, { cause: error });
}

const unreadable = (file: string, error: unknown): HookletError =>
  new HookletError('badInput', `the kubeconfig "${file}" cannot be read: ${messageOf(error)}; check its name`, { cause: error });
