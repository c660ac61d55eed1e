/** What a probe asks for: defaults filled in, variables expanded, ports by name found (`pkg/kubelet/prober/prober.go` `runProbe`). */
import type { Container, HTTPGetAction, TCPSocketAction } from '../../model/pod.ts';
import { expandVariables } from '../container/expand-variables.ts';
import { containerPort, type HttpGetOwner, type HttpRequest, httpGetRequest, PROBE_CLIENT, type Refused } from '../http/http-request.ts';

/** The same bytes as of a hook, but for what upstream's client for probes writes otherwise (`lifecycle.md` 11). */
export const probeHttpRequest = (action: HTTPGetAction, owner: HttpGetOwner): HttpRequest | Refused =>
  httpGetRequest(action, owner, PROBE_CLIENT);

export function probeTcpTarget(
  { host, port }: TCPSocketAction,
  { container, address }: HttpGetOwner,
): { readonly hostname: string; readonly port: number } | Refused {
  const number = containerPort(port, container);
  if (typeof number === 'object') return number;
  return { hostname: host === undefined || host === '' ? address : host, port: number };
}

/**
 * Of a container's variables only what is written literally counts, as it is written; one that comes from elsewhere is
 * empty (`pkg/kubelet/container/helpers.go` `ExpandContainerCommandOnlyStatic`).
 */
export function probeArgv(command: readonly string[], { env = [] }: Pick<Container, 'env'>): readonly string[] {
  const values = new Map(env.map(({ name, value = '' }) => [name, value]));
  return command.map((argument) => expandVariables(argument, values));
}

/** Our own id of an exec of a probe. Nothing records it: what an agent leaves behind is known by its name. */
const EXEC_ID_PREFIX = 'probe-';
export const probeExecId = (unique: string): string => `${EXEC_ID_PREFIX}${unique}`;
