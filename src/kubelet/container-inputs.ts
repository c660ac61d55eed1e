/** What a container is configured from, fetched when it is made: its environment and what it mounts. */
import { containerEnv, type EnvObjects, envFileId, envSources } from '../core/container/container-env.ts';
import type { ContainerMount } from '../core/runtime-spec.ts';
import type { Container } from '../model/pod.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import { tellPodEvent } from './tell-pod-event.ts';
import type { WorkerContext } from './worker-context.ts';

export interface ContainerInputs {
  readonly env: ReadonlyMap<string, string>;
  readonly mounts: readonly ContainerMount[];
}

/** Rejects with `containerNotConfigured`, in upstream's words; what is missing may come, and the worker tries again. */
export async function containerInputs(context: WorkerContext, spec: Container, restartCount: number): Promise<ContainerInputs> {
  const { pod, parts } = context;
  const podIPs = addressesOf(context);
  const env = await environment(context, spec, podIPs);
  return { env, mounts: await parts.volumes.containerMounts(pod, spec, { restartCount, podIPs, env }) };
}

/** A Pod on the node's network has the node's addresses. */
function addressesOf({ pod, log, parts }: WorkerContext): readonly string[] {
  if (pod.spec.hostNetwork === true) return parts.host.addresses;
  const ip = log.history.sandbox?.ip;
  return ip === undefined ? [] : [ip];
}

async function environment(context: WorkerContext, spec: Container, podIPs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { pod, parts } = context;
  const { host, objects } = parts;
  const made = containerEnv({
    pod,
    container: spec,
    objects: await fetchObjects(context, spec),
    surroundings: { nodeName: host.nodeName, hostIPs: host.addresses, podIPs },
    allocatable: host.allocatable,
    serviceEnv: await objects.serviceEnv(pod.metadata.namespace, pod.spec.enableServiceLinks !== false),
  });
  if ('error' in made) throw new HookletError('containerNotConfigured', made.error, { retry: 'later' });
  for (const message of made.skipped)
    await tellPodEvent(context, { eventType: 'Warning', reason: 'InvalidEnvironmentVariableNames', message });
  return made.variables;
}

async function fetchObjects({ pod, parts }: WorkerContext, spec: Container): Promise<EnvObjects> {
  const { namespace } = pod.metadata;
  const sources = envSources(spec);
  const [configMaps, secrets, files] = await Promise.all([
    byName(sources.configMaps, async (name) => (await parts.objects.configMap(namespace, name))?.texts),
    byName(sources.secrets, async (name) => textsOf(await parts.objects.secret(namespace, name))),
    byName(sources.files, (file) => parts.volumes.envFile(pod, file)),
  ]);
  return { configMaps, secrets, files: new Map([...files].map(([file, text]) => [envFileId(file), text])) };
}

async function byName<K, V>(names: readonly K[], get: (name: K) => Promise<V | undefined>): Promise<ReadonlyMap<K, V>> {
  const found = await Promise.all(names.map(async (name) => [name, await get(name)] as const));
  return new Map(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

const textsOf = (bytes: ReadonlyMap<string, Uint8Array> | undefined): ReadonlyMap<string, string> | undefined =>
  bytes === undefined ? undefined : new Map([...bytes].map(([key, data]) => [key, Buffer.from(data).toString()]));
