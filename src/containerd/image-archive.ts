/**
 * What an image archive holds, as blobs and names for containerd's content store: an OCI image layout, or the archive
 * of `docker save`, for which the OCI manifest is made here. Everything in it is a stranger's: JSON is bounded, every
 * blob is named by a digest that the store verifies.
 */
import { createHash } from 'node:crypto';
import { HookletError } from '../ports/hooklet-error.ts';
import { fullImageName } from './image-name.ts';
import { ownPlatform } from './own-platform.ts';
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

/** Manifests and configurations have some KiB; containerd itself reads no more than this. */
const maxJson = 8 * 1024 * 1024;
const maxImages = 1000;

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export async function readImageArchive(archive: Archive): Promise<readonly ArchivedImage[]> {
  // Docker 25 and newer writes both; its OCI half lacks nothing and has the original digests.
  const layout = archive.entries.has('oci-layout') && archive.entries.has('index.json') ? await readOciLayout(archive) : [];
  if (layout.length > 0) return layout;
  if (archive.entries.has('manifest.json')) return readDockerArchive(archive);
  if (archive.entries.has('index.json')) throw bad('its index.json names no image; give the manifest the annotation org.opencontainers.image.ref.name');
  throw bad('it holds neither index.json (OCI image layout) nor manifest.json (docker save)');
}

// ---- OCI image layout

interface OciDescriptor extends Descriptor {
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly platform?: { readonly os?: unknown; readonly architecture?: unknown };
}

async function readOciLayout(archive: Archive): Promise<ArchivedImage[]> {
  const index = await readJson(archive, file(archive, 'index.json'), 'index.json');
  const images = new Map<string, { names: string[]; target: OciDescriptor }>();
  for (const target of descriptors(index['manifests'], 'index.json')) {
    const name = imageNameOf(target.annotations);
    if (name === undefined) continue;
    const known = images.get(target.digest);
    if (known === undefined) images.set(target.digest, { names: [name], target });
    else known.names.push(name);
  }
  return Promise.all(
    [...images.values()].map(async ({ names, target }) => {
      const blobs: ArchivedBlob[] = [];
      const config = await collect(archive, target, blobs);
      if (config === undefined) throw bad(`${names[0]} has no image for ${ownPlatform.os}/${ownPlatform.architecture}`);
      return { names, target: plain(target), config, blobs };
    }),
  );
}

/** containerd's and BuildKit's annotation is a whole name; the standard one is a whole name or only a tag. */
function imageNameOf(annotations: Readonly<Record<string, unknown>>): string | undefined {
  const whole = annotations['io.containerd.image.name'];
  if (typeof whole === 'string') return fullImageName(whole);
  const reference = annotations['org.opencontainers.image.ref.name'];
  return typeof reference === 'string' && /[/:]/.test(reference) ? fullImageName(reference) : undefined;
}

/** Adds a descriptor's blobs, children first. Returns the configuration for this machine, if there is one below. */
async function collect(archive: Archive, target: OciDescriptor, blobs: ArchivedBlob[], depth = 0): Promise<Descriptor | undefined> {
  if (depth > 2) throw bad('its indexes are nested too deeply');
  const entry = blobEntry(archive, target);
  const json = await readJson(archive, entry, target.digest);
  const isIndex = target.mediaType === types.index || target.mediaType === types.dockerIndex;
  const config = isIndex ? await collectIndex(archive, { json, target, blobs, depth }) : collectManifest(archive, { json, target, blobs });
  const labels = isIndex ? indexLabels(descriptors(json['manifests'], target.digest)) : manifestLabels(json, target.digest);
  blobs.push({ descriptor: plain(target), labels, from: { entry } });
  return config;
}

interface Collected {
  readonly json: Readonly<Record<string, unknown>>;
  readonly target: OciDescriptor;
  readonly blobs: ArchivedBlob[];
}

async function collectIndex(archive: Archive, found: Collected & { readonly depth: number }): Promise<Descriptor | undefined> {
  let config: Descriptor | undefined;
  for (const child of descriptors(found.json['manifests'], found.target.digest)) {
    // `docker save` of one platform keeps the whole index and leaves the other platforms' blobs out.
    if (!isOwnPlatform(child) || !archive.entries.has(blobPath(child))) continue;
    config ??= await collect(archive, child, found.blobs, found.depth + 1);
  }
  return config;
}

function collectManifest(archive: Archive, { json, target, blobs }: Collected): Descriptor {
  const [config] = descriptors([json['config']], target.digest);
  if (config === undefined) throw bad(`the manifest ${target.digest} has no config`);
  for (const child of [config, ...descriptors(json['layers'], target.digest)]) {
    blobs.push({ descriptor: plain(child), labels: {}, from: { entry: blobEntry(archive, child) } });
  }
  return plain(config);
}

const isOwnPlatform = ({ platform }: OciDescriptor): boolean =>
  platform === undefined || (platform.os === ownPlatform.os && platform.architecture === ownPlatform.architecture);

// ---- docker save

async function readDockerArchive(archive: Archive): Promise<ArchivedImage[]> {
  const manifest: unknown = await readJsonValue(archive, file(archive, 'manifest.json'), 'manifest.json');
  if (!Array.isArray(manifest) || manifest.length === 0 || manifest.length > maxImages) throw bad('its manifest.json lists no image');
  return Promise.all(manifest.map((item) => readDockerImage(archive, item)));
}

async function readDockerImage(archive: Archive, item: unknown): Promise<ArchivedImage> {
  const { Config: configPath, Layers: layerPaths, RepoTags: tags } = record(item, 'manifest.json');
  if (typeof configPath !== 'string' || !isStrings(layerPaths)) throw bad('its manifest.json has no Config or no Layers');
  if (!isStrings(tags) || tags.length === 0) throw bad('its manifest.json has no RepoTags; save the image by name, not by id');
  const configEntry = file(archive, configPath);
  const config = record(await readJsonValue(archive, configEntry, configPath), configPath);
  const diffIds = record(config['rootfs'], configPath)['diff_ids'];
  if (!isStrings(diffIds) || diffIds.length !== layerPaths.length) throw bad(`${configPath} does not have one diff_id a layer`);

  const blobs: ArchivedBlob[] = [await entryBlob(archive, configEntry, types.config)];
  for (const path of layerPaths) {
    const entry = file(archive, path);
    const magic = await archive.readAt(entry.offset, 2);
    blobs.push(await entryBlob(archive, entry, magic[0] === 0x1f && magic[1] === 0x8b ? `${types.layer}+gzip` : types.layer));
  }
  const [first, ...layers] = blobs.map((blob) => blob.descriptor);
  if (first === undefined) throw bad('its manifest.json is empty');
  const json = { schemaVersion: 2, mediaType: types.manifest, config: first, layers };
  const bytes = Buffer.from(JSON.stringify(json));
  const target = { mediaType: types.manifest, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.length };
  blobs.push({ descriptor: target, labels: manifestLabels(json, target.digest), from: { bytes } });
  return { names: tags.map(fullImageName), target, config: first, blobs };
}

async function entryBlob(archive: Archive, entry: TarEntry, mediaType: string): Promise<ArchivedBlob> {
  const hash = createHash('sha256');
  for await (const chunk of entryChunks(archive.readAt, entry)) hash.update(chunk);
  return { descriptor: { mediaType, digest: `sha256:${hash.digest('hex')}`, size: entry.size }, labels: {}, from: { entry } };
}

// ---- both

const chunkBytes = 1024 * 1024;

export async function* entryChunks(readAt: ReadAt, entry: TarEntry): AsyncGenerator<Buffer> {
  for (let at = 0; at < entry.size; ) {
    const chunk = await readAt(entry.offset + at, Math.min(chunkBytes, entry.size - at));
    if (chunk.length === 0) throw bad('it became shorter while it was read');
    at += chunk.length;
    yield chunk;
  }
}

function indexLabels(children: readonly Descriptor[]): Record<string, string> {
  return Object.fromEntries(children.map((child, i) => [`containerd.io/gc.ref.content.m.${i}`, child.digest]));
}

function manifestLabels(json: Readonly<Record<string, unknown>>, where: string): Record<string, string> {
  const [config] = descriptors([json['config']], where);
  const layers = descriptors(json['layers'], where).map((layer, i) => [`containerd.io/gc.ref.content.l.${i}`, layer.digest]);
  return Object.fromEntries([['containerd.io/gc.ref.content.config', config?.digest ?? ''], ...layers]);
}

/** Checks what the archive says of a blob; its digest becomes a path, so it must be one. */
function descriptors(value: unknown, where: string): OciDescriptor[] {
  if (!Array.isArray(value) || value.length > maxImages) throw bad(`${where} has no list of descriptors`);
  return value.map((item) => {
    const { mediaType, digest, size, annotations, platform } = record(item, where);
    if (typeof digest !== 'string' || !/^sha(256|512):[0-9a-f]{64,128}$/.test(digest)) throw bad(`${where} names a blob by no digest`);
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw bad(`${where} gives ${digest} no size`);
    return {
      mediaType: typeof mediaType === 'string' ? mediaType : types.manifest,
      digest,
      size,
      annotations: annotations === undefined ? {} : record(annotations, where),
      ...(platform === undefined ? {} : { platform: record(platform, where) }),
    };
  });
}

const plain = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });
const blobPath = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`;

function blobEntry(archive: Archive, descriptor: Descriptor): TarEntry {
  const entry = file(archive, blobPath(descriptor));
  if (entry.size !== descriptor.size) throw bad(`${descriptor.digest} has ${entry.size} bytes, not ${descriptor.size} as its descriptor says`);
  return entry;
}

/** Follows one link: `docker save` of old stores a layer once and links to it. */
function file(archive: Archive, path: string): TarEntry {
  const entry = archive.entries.get(normalPath(path));
  const found = entry?.target === undefined ? entry : archive.entries.get(entry.target);
  if (found === undefined || found.kind !== 'file') throw bad(`it lacks ${path}`);
  return found;
}

async function readJson(archive: Archive, entry: TarEntry, where: string): Promise<Readonly<Record<string, unknown>>> {
  return record(await readJsonValue(archive, entry, where), where);
}

async function readJsonValue(archive: Archive, entry: TarEntry, where: string): Promise<unknown> {
  if (entry.size > maxJson) throw bad(`${where} has ${entry.size} bytes; at most ${maxJson} are read`);
  try {
    return JSON.parse((await archive.readAt(entry.offset, entry.size)).toString('utf8'));
  } catch (error) {
    throw new HookletError('badInput', `${where} is no JSON`, { cause: error });
  }
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${where} is not the object it should be`);
  return value as Record<string, unknown>;
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= maxImages && value.every((item) => typeof item === 'string');

const bad = (why: string): HookletError => new HookletError('badInput', why);
