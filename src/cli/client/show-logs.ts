/** `hooklet logs`: what one container wrote, byte by byte. */
import type { ApiPod } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { accepted, isNotFound } from './api-refusal.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import { resourcePath } from './find-resource.ts';
import { targetsOf } from './resource-args.ts';

export interface LogsOptions extends ClientOptions {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tail?: number;
  /** Milliseconds. */
  readonly since?: number;
  readonly timestamps?: boolean;
}

export async function showLogs(pod: string, options: LogsOptions, session: ClientSession): Promise<void> {
  const [target] = await targetsOf(pod.includes('/') ? [pod] : ['pods', pod], session.finder);
  if (target?.name === undefined || target.resource.plural !== 'pods') {
    throw new HookletError('badInput', `error: "${pod}" is no Pod: only Pods have logs`);
  }
  const path = resourcePath(target.resource, session.namespace, target.name);
  const answer = await session.client.request({ method: 'GET', path });
  if (isNotFound(answer)) {
    const text = `error: error from server (NotFound): pods "${target.name}" not found in namespace "${session.namespace}"`;
    throw new HookletError('apiRefused', text);
  }
  const found = accepted(answer) as ApiPod;
  const query = { container: chooseContainer(found, options, session), ...logQuery(options) };
  await session.untilStopped(async (signal) => {
    for await (const bytes of session.client.stream({ path: `${path}/log`, query, accept: '*/*', signal })) session.print(bytes);
  });
}

function logQuery({ follow, previous, tail, since, timestamps }: LogsOptions): Readonly<Record<string, string>> {
  return {
    ...(follow === true ? { follow: 'true' } : {}),
    ...(previous === true ? { previous: 'true' } : {}),
    ...(tail === undefined ? {} : { tailLines: String(tail) }),
    ...(since === undefined ? {} : { sinceSeconds: String(Math.max(1, Math.round(since / 1000))) }),
    ...(timestamps === true ? { timestamps: 'true' } : {}),
  };
}

const DEFAULT_CONTAINER_ANNOTATION = 'kubectl.kubernetes.io/default-container';

export function chooseContainer({ metadata, spec }: ApiPod, { container }: Pick<LogsOptions, 'container'>, session: ClientSession): string {
  const regular = (spec?.containers ?? []).map(({ name }) => name);
  const ephemeral = (spec?.ephemeralContainers ?? []).map(({ name }) => name);
  const init = (spec?.initContainers ?? []).map(({ name }) => name);
  const all = [...regular, ...ephemeral, ...init];
  if (container !== undefined) {
    if (all.includes(container)) return container;
    throw new HookletError('badInput', `error: container ${container} is not valid for pod ${metadata?.name ?? ''}`);
  }
  const annotated = metadata?.annotations?.[DEFAULT_CONTAINER_ANNOTATION];
  if (annotated !== undefined && all.includes(annotated)) return annotated;
  if (annotated !== undefined) session.note(`Default container name "${annotated}" not found in pod ${metadata?.name ?? ''}`);
  const [first = ''] = regular;
  const names = [...regular, ...ephemeral.map((name) => `${name} (ephem)`), ...init.map((name) => `${name} (init)`)];
  if (all.length > 1) session.note(`Defaulted container "${first}" out of: ${names.join(', ')}`);
  return first;
}
