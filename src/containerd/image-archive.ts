/** What an image archive holds, as blobs and names for containerd's content store. */
import { type Archive, type ArchivedImage, bad } from './archive-parts.ts';
import { readDockerArchive } from './docker-archive.ts';
import { readOciLayout } from './oci-layout.ts';

/** Throws `badInput` for what is no image archive. */
export async function readImageArchive(archive: Archive): Promise<readonly ArchivedImage[]> {
  // Docker 25 and newer writes both; its OCI half lacks nothing and has the original digests.
  const layout = archive.entries.has('oci-layout') && archive.entries.has('index.json') ? await readOciLayout(archive) : [];
  if (layout.length > 0) return layout;
  if (archive.entries.has('manifest.json')) return readDockerArchive(archive);
  if (archive.entries.has('index.json'))
    throw bad('its index.json names no image; give the manifest the annotation org.opencontainers.image.ref.name');
  throw bad('it holds neither index.json (OCI image layout) nor manifest.json (docker save)');
}
