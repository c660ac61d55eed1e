/** A directory that lives as long as its Pod does, on disk or in memory (`pkg/volume/emptydir`). */
import { chmod, chown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Pod, Volume } from '../model/pod.ts';
import { podContainers } from '../model/pod-containers.ts';
import { bytes, canonicalQuantity, parseQuantity } from '../model/quantity.ts';
import type { HostMounts } from '../ports/host-mounts.ts';

export type EmptyDir = NonNullable<Volume['emptyDir']>;

/** Every user of the Pod may write; with an fsGroup what is made there belongs to that group. */
const MODE = 0o777;
const GROUP_MODE = 0o2777;

/** Made in one go: what is there under its own name is complete, so that no half of a killed agent's is taken for it. */
export async function makeDirectory(path: string, fsGroup: number | undefined): Promise<void> {
  if ((await lstat(path).catch(() => undefined)) !== undefined) return;
  const parent = dirname(path);
  // No volume has a name that begins like this.
  const unfinished = join(parent, `.${path.slice(parent.length + 1)}`);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (fsGroup !== undefined) await chown(unfinished, -1, fsGroup);
  await chmod(unfinished, fsGroup === undefined ? MODE : GROUP_MODE);
  await rename(unfinished, path);
}

/** A file system in memory there; `sizeBytes` absent: as much as the kernel gives. Idempotent. */
export async function makeInMemory(
  mounts: HostMounts,
  path: string,
  { fsGroup, sizeBytes }: { readonly fsGroup: number | undefined; readonly sizeBytes: number | undefined },
): Promise<void> {
  await makeDirectory(path, fsGroup);
  if ((await mounts.within(path)).includes(path)) return;
  await mounts.tmpfs(path, {
    mode: fsGroup === undefined ? MODE : GROUP_MODE,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(fsGroup === undefined ? {} : { gid: fsGroup }),
  });
}

/** What it may hold in memory: its own limit, or what the Pod may use, or the node has, whichever is least (`calculateEmptyDirMemorySize`). */
export function memoryBytesOf({ sizeLimit }: EmptyDir, pod: Pick<Pod, 'spec'>, nodeMemoryBytes: number): number {
  const limits = [nodeMemoryBytes, podMemoryBytes(pod), bytes(sizeLimit ?? '0')];
  return Math.min(...limits.filter((limit) => limit > 0));
}

/** 0 unless every container has a limit: then its cgroup has none either. Init containers run before the others, sidecars beside them. */
function podMemoryBytes(pod: Pick<Pod, 'spec'>): number {
  const containers = podContainers(pod).map(({ spec, role }) => ({ role, limit: bytes(spec.resources?.limits?.['memory'] ?? '0') }));
  if (containers.some(({ limit }) => limit === 0)) return 0;
  const together = containers.filter(({ role }) => role !== 'init').reduce((sum, { limit }) => sum + limit, 0);
  return Math.max(together, ...containers.filter(({ role }) => role === 'init').map(({ limit }) => limit));
}

/** What the Pod is evicted with, when the volume holds more than it may (`eviction_manager.go` `emptyDirMessageFmt`); else undefined. */
export function overfullMessage({ name, emptyDir }: Volume, usedBytes: number): string | undefined {
  const limit = parseQuantity(emptyDir?.sizeLimit ?? '0');
  if (limit === undefined || limit.nanos <= 0n || usedBytes <= bytes(emptyDir?.sizeLimit ?? '0')) return undefined;
  return `Usage of EmptyDir volume "${name}" exceeds the limit "${canonicalQuantity(limit)}". `;
}
