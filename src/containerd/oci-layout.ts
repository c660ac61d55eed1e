/** The images of an OCI image layout (image-spec, image-layout.md), as they are. */
import {
  type Archive,
  type ArchivedBlob,
  type ArchivedImage,
  bad,
  type Descriptor,
  descriptors,
  file,
  manifestLabels,
  mediaTypes,
  type OciDescriptor,
  plain,
  readJson,
} from './archive-parts.ts';
import { fullImageName } from './image-name.ts';
import { ownPlatform } from './own-platform.ts';
import type { TarEntry } from './tar-index.ts';

/** Images without a name are left out. */
export async function readOciLayout(archive: Archive): Promise<ArchivedImage[]> {
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
  const isIndex = target.mediaType === mediaTypes.index || target.mediaType === mediaTypes.dockerIndex;
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

function indexLabels(children: readonly Descriptor[]): Record<string, string> {
  return Object.fromEntries(children.map((child, i) => [`containerd.io/gc.ref.content.m.${i}`, child.digest]));
}

const blobPath = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`;

function blobEntry(archive: Archive, descriptor: Descriptor): TarEntry {
  const entry = file(archive, blobPath(descriptor));
  if (entry.size !== descriptor.size)
    throw bad(`${descriptor.digest} has ${entry.size} bytes, not ${descriptor.size} as its descriptor says`);
  return entry;
}
