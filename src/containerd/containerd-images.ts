/**
 * Image archives into containerd, by its Content, Images and Leases services.
 *
 * 1. A lease holds every blob from its first byte until an image refers to it; it expires by itself if we die.
 * 2. The image is known under its id (the digest of its configuration) before it is under its names: CRI looks it up
 *    by both (containerd `pkg/cri/store/image`).
 * 3. Layers are not unpacked here: CRI does it when the first container of the image is made.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HookletError, hasCode, messageOf } from '../ports/hooklet-error.ts';
import type { ImageImport } from '../ports/image-import.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { type ArchivedBlob, type ArchivedImage, type Descriptor, entryChunks } from './archive-parts.ts';
import { callDeadlineMs, kubernetesNamespace, writeBlob } from './containerd-content.ts';
import { ImagesDefinition } from './gen/containerd-images.ts';
import { LeasesDefinition } from './gen/containerd-leases.ts';
import { readImageArchive } from './image-archive.ts';
import { indexTar, type ReadAt } from './tar-index.ts';

/** CRI lists what bears this label (containerd `pkg/cri/server/helpers.go`). */
const managedLabel = { 'io.cri-containerd.image': 'managed' };
const leaseMs = 24 * 3600_000;
/** CRI hears of a new image by an event, some milliseconds later. */
const listedWithinMs = 10_000;

export class ContainerdImages implements ImageImport {
  readonly #channel: RpcChannel;
  readonly #isListed: (name: string) => Promise<boolean>;

  /** `isListed` asks CRI whether it knows an image by now. */
  constructor(channel: RpcChannel, isListed: (name: string) => Promise<boolean>) {
    this.#channel = channel;
    this.#isListed = isListed;
  }

  async importArchive(path: string): Promise<readonly string[]> {
    const handle = await openArchive(path);
    try {
      const { size } = await handle.stat();
      const readAt: ReadAt = (offset, length) => readFully(handle, offset, length);
      await refuseCompressed(readAt);
      const images = await readImageArchive({ readAt, entries: await indexTar(readAt, size) });
      await this.#store(images, readAt);
      const names = images.flatMap((image) => image.names);
      await Promise.all(names.map((name) => this.#waitUntilListed(name)));
      return names;
    } catch (error) {
      if (hasCode(error, 'badInput')) throw new HookletError('badInput', `${path} is no image archive: ${error.message}`, { cause: error });
      throw error;
    } finally {
      await handle.close();
    }
  }

  async #store(images: readonly ArchivedImage[], readAt: ReadAt): Promise<void> {
    const leaseId = await this.#lease();
    try {
      for (const image of images) {
        for (const blob of image.blobs)
          await writeBlob(this.#channel, { ...blob.descriptor, labels: blob.labels, chunks: chunksOf(blob, readAt), leaseId });
        for (const name of [image.config.digest, ...image.names]) await this.#name(name, image.target);
      }
    } finally {
      const request = { id: leaseId };
      await this.#channel
        .unary({ service: LeasesDefinition, method: 'delete', request, deadlineMs: callDeadlineMs, headers: kubernetesNamespace })
        .catch(() => {});
    }
  }

  async #lease(): Promise<string> {
    const id = `import-${randomUUID()}`;
    const labels = { 'containerd.io/gc.expire': new Date(Date.now() + leaseMs).toISOString() };
    const request = { id, labels };
    await this.#channel.unary({
      service: LeasesDefinition,
      method: 'create',
      request,
      deadlineMs: callDeadlineMs,
      headers: kubernetesNamespace,
    });
    return id;
  }

  async #name(name: string, target: Descriptor): Promise<void> {
    const request = { image: { name, labels: managedLabel, target: { ...target, size: BigInt(target.size) } } };
    const call = { service: ImagesDefinition, request, deadlineMs: callDeadlineMs, headers: kubernetesNamespace } as const;
    try {
      await this.#channel.unary({ ...call, method: 'create' });
    } catch (error) {
      if (!hasCode(error, 'runtimeAlreadyExists')) throw error;
      await this.#channel.unary({ ...call, method: 'update' });
    }
  }

  async #waitUntilListed(name: string): Promise<void> {
    for (const deadline = Date.now() + listedWithinMs; !(await this.#isListed(name)); ) {
      if (Date.now() > deadline)
        throw new HookletError(
          'runtimeFailed',
          `The image ${name} was stored, but the runtime does not list it after ${listedWithinMs / 1000} s`,
        );
      await sleep(10);
    }
  }
}

async function* chunksOf(blob: ArchivedBlob, readAt: ReadAt): AsyncGenerator<Buffer> {
  if ('bytes' in blob.from) yield blob.from.bytes;
  else yield* entryChunks(readAt, blob.from.entry);
}

async function openArchive(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw new HookletError('badInput', `Cannot read the image archive ${path}: ${messageOf(error)}`, { cause: error });
  }
  throw new HookletError('badInput', `Cannot read the image archive ${path}: it is not a file`);
}

async function readFully(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

async function refuseCompressed(readAt: ReadAt): Promise<void> {
  const magic = (await readAt(0, 4)).toString('hex');
  if (magic.startsWith('1f8b')) throw new HookletError('badInput', 'it is compressed with gzip; unpack it first: gunzip FILE');
  if (magic === '28b52ffd') throw new HookletError('badInput', 'it is compressed with zstd; unpack it first: unzstd FILE');
}
