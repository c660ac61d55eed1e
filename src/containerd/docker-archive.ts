/** The images of an archive of `docker save`; the OCI manifest that containerd wants is made here. */
import { createHash } from 'node:crypto';
import {
  type Archive,
  type ArchivedBlob,
  type ArchivedImage,
  bad,
  entryChunks,
  file,
  isStrings,
  manifestLabels,
  maxItems,
  mediaTypes,
  readJsonValue,
  record,
} from './archive-parts.ts';
import { fullImageName } from './image-name.ts';
import type { TarEntry } from './tar-index.ts';

export async function readDockerArchive(archive: Archive): Promise<ArchivedImage[]> {
  const manifest: unknown = await readJsonValue(archive, file(archive, 'manifest.json'), 'manifest.json');
  if (!Array.isArray(manifest) || manifest.length === 0 || manifest.length > maxItems) throw bad('its manifest.json lists no image');
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

  const blobs: ArchivedBlob[] = [await entryBlob(archive, configEntry, mediaTypes.config)];
  for (const path of layerPaths) {
    const entry = file(archive, path);
    const magic = await archive.readAt(entry.offset, 2);
    blobs.push(await entryBlob(archive, entry, magic[0] === 0x1f && magic[1] === 0x8b ? `${mediaTypes.layer}+gzip` : mediaTypes.layer));
  }
  const [first, ...layers] = blobs.map((blob) => blob.descriptor);
  if (first === undefined) throw bad('its manifest.json is empty');
  const json = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: first, layers };
  const bytes = Buffer.from(JSON.stringify(json));
  const target = {
    mediaType: mediaTypes.manifest,
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: bytes.length,
  };
  blobs.push({ descriptor: target, labels: manifestLabels(json, target.digest), from: { bytes } });
  return { names: tags.map(fullImageName), target, config: first, blobs };
}

async function entryBlob(archive: Archive, entry: TarEntry, mediaType: string): Promise<ArchivedBlob> {
  const hash = createHash('sha256');
  for await (const chunk of entryChunks(archive.readAt, entry)) hash.update(chunk);
  return { descriptor: { mediaType, digest: `sha256:${hash.digest('hex')}`, size: entry.size }, labels: {}, from: { entry } };
}
