import { createHash } from 'node:crypto';
import { type TarEntry, writeTar } from './tar-writer.ts';

/** One image of one layer. */
export interface OciImage {
  /** With registry and tag, e.g. `localhost/hooklet/base:1`. */
  readonly name: string;
  readonly architecture: string;
  /** `Cmd`, `Entrypoint`, `Env` …: members of "config" in the OCI image specification. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly files: readonly TarEntry[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An OCI image layout (image-layout.md of the OCI image specification) as a tar archive. Layers are not compressed. */
export function ociArchive(images: readonly OciImage[]): Buffer {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, content: Buffer): Descriptor => {
    const digest = createHash('sha256').update(content).digest('hex');
    blobs.set(digest, content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  };
  const manifests = images.map((image) => ({
    ...addImage(image, add),
    // containerd reads the first; others know the second, which has only the tag by its definition.
    annotations: {
      'io.containerd.image.name': image.name,
      'org.opencontainers.image.ref.name': image.name.slice(image.name.lastIndexOf(':') + 1),
    },
  }));
  const directories = ['blobs', 'blobs/sha256'].map((path): TarEntry => ({ kind: 'directory', path, mode: 0o755 }));
  return writeTar([
    file('oci-layout', toJson({ imageLayoutVersion: '1.0.0' })),
    ...directories,
    ...[...blobs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([digest, content]) => file(`blobs/sha256/${digest}`, content)),
    file('index.json', toJson({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })),
  ]);
}

function addImage(image: OciImage, add: (mediaType: string, content: Buffer) => Descriptor): Descriptor {
  const layer = add('application/vnd.oci.image.layer.v1.tar', writeTar(image.files));
  const config = add(
    'application/vnd.oci.image.config.v1+json',
    toJson({
      created: new Date(0).toISOString(),
      architecture: image.architecture,
      os: 'linux',
      config: image.config,
      // Not compressed, the layer's digest is also the one of its tar.
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return add(mediaType, toJson({ schemaVersion: 2, mediaType, config, layers: [layer] }));
}

const file = (path: string, content: Buffer): TarEntry => ({ kind: 'file', path, mode: 0o644, content });

const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
