/**
 * What stands in the files of a volume that follows objects: pure, from what was fetched
 * (`pkg/volume/configmap`, `secret`, `downwardapi`, `projected`). Failures carry upstream's words.
 */
import { type Allocatable, metadataField, resourceField } from '../core/container/field-reference.ts';
import type { DownwardAPIVolumeFile, KeyToPath, Pod } from '../model/pod.ts';
import type { ConfigMapData, SecretData } from '../ports/pod-objects.ts';
import type { VolumeFile, VolumeFiles } from './atomic-writer.ts';

export interface KeyedSource {
  readonly name: string;
  /** Absent or empty: every key, each as a file of its own name. */
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
  /** Of files whose item gives none. */
  readonly defaultMode: number;
}

/** Throws a plain error. `data` is absent when there is no such object. */
export function configMapFiles(source: KeyedSource, data: ConfigMapData | undefined): VolumeFiles {
  if (data === undefined && source.optional !== true) throw new Error(`configmap "${source.name}" not found`);
  const texts = [...(data?.texts ?? [])].map(([key, text]) => [key, Buffer.from(text)] as const);
  return keyedFiles(
    source,
    new Map<string, Uint8Array>([...texts, ...(data?.bytes ?? [])]),
    'configmap references non-existent config key',
  );
}

/** Throws a plain error. `data` is absent when there is no such object. */
export function secretFiles(source: KeyedSource, data: SecretData | undefined): VolumeFiles {
  if (data === undefined && source.optional !== true) throw new Error(`secret "${source.name}" not found`);
  return keyedFiles(source, data ?? new Map(), 'references non-existent secret key');
}

function keyedFiles({ items = [], optional, defaultMode }: KeyedSource, data: SecretData, missing: string): VolumeFiles {
  if (items.length === 0) return new Map([...data].map(([key, bytes]) => [key, { data: bytes, mode: defaultMode }]));
  const files = new Map<string, VolumeFile>();
  for (const { key, path, mode = defaultMode } of items) {
    const bytes = data.get(key);
    if (bytes !== undefined) files.set(path, { data: bytes, mode });
    else if (optional !== true) throw new Error(`${missing}: ${key}`);
  }
  return files;
}

export interface DownwardSource {
  readonly items?: readonly DownwardAPIVolumeFile[] | undefined;
  readonly defaultMode: number;
}

/** Throws a plain error. */
export function downwardFiles({ items = [], defaultMode }: DownwardSource, pod: Pod, allocatable: Allocatable): VolumeFiles {
  return new Map(
    items.map(({ path, fieldRef, resourceFieldRef, mode = defaultMode }) => {
      const value =
        resourceFieldRef === undefined
          ? metadataField(pod, fieldRef?.fieldPath ?? '')
          : resourceField(pod, {}, resourceFieldRef, allocatable);
      if ('error' in value) throw new Error(value.error);
      return [path, { data: Buffer.from(value.value), mode }];
    }),
  );
}

/** The one user that all containers run as, if there is one: a token may then belong to that user (`FsUserFrom`). */
export function commonUser({ spec }: Pick<Pod, 'spec'>): number | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const users = new Set(containers.map(({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser));
  return users.size === 1 ? [...users][0] : undefined;
}
