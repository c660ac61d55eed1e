/**
 * What image archives are made of, read and checked. Everything in them is a stranger's: JSON is bounded, every blob is
 * named by a digest that the store verifies.
 */
import { HookletError } from '../ports/hooklet-error.ts';
import { normalPath, type ReadAt, type TarEntry } from './tar-index.ts';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface ArchivedBlob {
  readonly descriptor: Descriptor;
  /** Names the blobs that this one refers to, so that containerd's garbage collector keeps them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly from: { readonly bytes: Buffer } | { readonly entry: TarEntry };
}

export interface ArchivedImage {
  readonly names: readonly string[];
  readonly target: Descriptor;
  /** Of the image for this machine; its digest is the image's id. */
  readonly config: Descriptor;
  /** In an order in which every blob comes after those it refers to. */
  readonly blobs: readonly ArchivedBlob[];
}

export interface Archive {
  readonly readAt: ReadAt;
  readonly entries: ReadonlyMap<string, TarEntry>;
}

export interface OciDescriptor extends Descriptor {
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly platform?: { readonly os?: unknown; readonly architecture?: unknown };
}

/** Manifests and configurations have some KiB; containerd itself reads no more than this. */
const maxJson = 8 * 1024 * 1024;
export const maxItems = 1000;

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

const chunkBytes = 1024 * 1024;

export async function* entryChunks(readAt: ReadAt, entry: TarEntry): AsyncGenerator<Buffer> {
  for (let at = 0; at < entry.size; ) {
    const chunk = await readAt(entry.offset + at, Math.min(chunkBytes, entry.size - at));
    if (chunk.length === 0) throw bad('it became shorter while it was read');
    at += chunk.length;
    yield chunk;
  }
}

export function manifestLabels(json: Readonly<Record<string, unknown>>, where: string): Record<string, string> {
  const [config] = descriptors([json['config']], where);
  const layers = descriptors(json['layers'], where).map((layer, i) => [`containerd.io/gc.ref.content.l.${i}`, layer.digest]);
  return Object.fromEntries([['containerd.io/gc.ref.content.config', config?.digest ?? ''], ...layers]);
}

/** Checks what the archive says of a blob; its digest becomes a path, so it must be one. */
export function descriptors(value: unknown, where: string): OciDescriptor[] {
  if (!Array.isArray(value) || value.length > maxItems) throw bad(`${where} has no list of descriptors`);
  return value.map((item) => {
    const { mediaType, digest, size, annotations, platform } = record(item, where);
    if (typeof digest !== 'string' || !/^sha(256|512):[0-9a-f]{64,128}$/.test(digest)) throw bad(`${where} names a blob by no digest`);
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw bad(`${where} gives ${digest} no size`);
    return {
      mediaType: typeof mediaType === 'string' ? mediaType : mediaTypes.manifest,
      digest,
      size,
      annotations: annotations === undefined ? {} : record(annotations, where),
      ...(platform === undefined ? {} : { platform: record(platform, where) }),
    };
  });
}

export const plain = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });
/** Follows one link: `docker save` of old stores a layer once and links to it. */
export function file(archive: Archive, path: string): TarEntry {
  const entry = archive.entries.get(normalPath(path));
  const found = entry?.target === undefined ? entry : archive.entries.get(entry.target);
  if (found === undefined || found.kind !== 'file') throw bad(`it lacks ${path}`);
  return found;
}

export async function readJson(archive: Archive, entry: TarEntry, where: string): Promise<Readonly<Record<string, unknown>>> {
  return record(await readJsonValue(archive, entry, where), where);
}

export async function readJsonValue(archive: Archive, entry: TarEntry, where: string): Promise<unknown> {
  if (entry.size > maxJson) throw bad(`${where} has ${entry.size} bytes; at most ${maxJson} are read`);
  try {
    return JSON.parse((await archive.readAt(entry.offset, entry.size)).toString('utf8'));
  } catch (error) {
    throw new HookletError('badInput', `${where} is no JSON`, { cause: error });
  }
}

export function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${where} is not the object it should be`);
  return value as Record<string, unknown>;
}

export const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= maxItems && value.every((item) => typeof item === 'string');

export const bad = (why: string): HookletError => new HookletError('badInput', why);
