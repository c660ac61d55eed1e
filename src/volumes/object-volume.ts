/** Volumes whose files follow objects: what stands in them now, fetched and put together. */
import type { Allocatable } from '../core/container/field-reference.ts';
import type { Pod, ProjectedVolumeSource, Volume, VolumeProjection } from '../model/pod.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { PodObjects } from '../ports/pod-objects.ts';
import type { VolumeFiles } from './atomic-writer.ts';
import type { PodTokens } from './pod-tokens.ts';
import { commonUser, configMapFiles, downwardFiles, secretFiles } from './volume-files.ts';

export interface ObjectVolumeParts {
  readonly objects: Pick<PodObjects, 'configMap' | 'secret'>;
  readonly tokens: PodTokens;
  readonly allocatable: Allocatable;
}

const DEFAULT_MODE = 0o644;

/** Rejects with a plain error with upstream's words when something is missing. */
export async function filesOf(pod: Pod, volume: Volume, parts: ObjectVolumeParts): Promise<VolumeFiles> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const { namespace } = pod.metadata;
  if (configMap !== undefined) {
    const { name = '', defaultMode = DEFAULT_MODE } = configMap;
    return configMapFiles({ ...configMap, name, defaultMode }, await parts.objects.configMap(namespace, name));
  }
  if (secret !== undefined) {
    const { secretName: name = '', defaultMode = DEFAULT_MODE } = secret;
    return secretFiles({ ...secret, name, defaultMode }, await parts.objects.secret(namespace, name));
  }
  if (downwardAPI !== undefined)
    return downwardFiles({ ...downwardAPI, defaultMode: downwardAPI.defaultMode ?? DEFAULT_MODE }, pod, parts.allocatable);
  return projectedFiles({ pod, volume: volume.name }, projected ?? {}, parts);
}

interface Owner {
  readonly pod: Pod;
  readonly volume: string;
}

/** Of two sources with one path the later one counts. Everything that is missing is told at once (`collectData`). */
async function projectedFiles(owner: Owner, source: ProjectedVolumeSource, parts: ObjectVolumeParts): Promise<VolumeFiles> {
  const { sources = [], defaultMode = DEFAULT_MODE } = source;
  const files = new Map<string, { readonly data: Uint8Array; readonly mode: number }>();
  const failures: string[] = [];
  for (const projection of sources) {
    try {
      for (const [path, file] of await projectionFiles(owner, projection, { ...parts, defaultMode })) files.set(path, file);
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  if (failures.length === 0) return files;
  throw new Error(failures.length === 1 ? (failures[0] as string) : `[${failures.join(', ')}]`);
}

type ProjectionParts = ObjectVolumeParts & { readonly defaultMode: number };

async function projectionFiles(owner: Owner, projection: VolumeProjection, parts: ProjectionParts): Promise<VolumeFiles> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  const { pod } = owner;
  const { objects, defaultMode } = parts;
  if (configMap !== undefined) {
    const { name = '' } = configMap;
    return configMapFiles({ ...configMap, name, defaultMode }, await objects.configMap(pod.metadata.namespace, name));
  }
  if (secret !== undefined) {
    const { name = '' } = secret;
    return secretFiles({ ...secret, name, defaultMode }, await objects.secret(pod.metadata.namespace, name));
  }
  if (downwardAPI !== undefined) return downwardFiles({ ...downwardAPI, defaultMode }, pod, parts.allocatable);
  return serviceAccountToken === undefined ? new Map() : tokenFile(owner, serviceAccountToken, parts);
}

type TokenSource = NonNullable<VolumeProjection['serviceAccountToken']>;

/** Once it is known whose it is, nobody else may read it (`projected.go`). */
async function tokenFile({ pod, volume }: Owner, source: TokenSource, { tokens, defaultMode }: ProjectionParts): Promise<VolumeFiles> {
  const token = await tokens.get(pod, volume, source);
  const uid = commonUser(pod);
  const isOfOne = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
  const mode = isOfOne ? 0o600 : defaultMode;
  return new Map([[source.path, { data: Buffer.from(token), mode, ...(uid === undefined ? {} : { uid }) }]]);
}
