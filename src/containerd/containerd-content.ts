/** Blobs of containerd's content store, and the services' common call options. */
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { ContentDefinition, WriteAction } from './gen/containerd-content.ts';

/** CRI keeps everything of Kubernetes in this namespace of containerd. */
export const kubernetesNamespace = { 'containerd-namespace': 'k8s.io' } as const;

/** As CRI calls (`cri-client/pkg/remote_runtime.go`). */
export const callDeadlineMs = 120_000;

export interface NewBlob {
  readonly digest: string;
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<Buffer>;
  /** Keeps the blob from being collected until an image refers to it. */
  readonly leaseId: string;
}

/** Stores a blob; containerd verifies size and digest (else `badInput`). One that is there already is no error. */
export async function writeBlob(channel: RpcChannel, blob: NewBlob): Promise<void> {
  const ref = `hooklet-${blob.leaseId}-${blob.digest}`;
  async function* requests() {
    let offset = 0;
    for await (const data of blob.chunks) {
      yield { action: WriteAction.WRITE, ref, total: BigInt(blob.size), expected: blob.digest, offset: BigInt(offset), data, labels: {} };
      offset += data.length;
    }
    yield {
      action: WriteAction.COMMIT,
      ref,
      total: BigInt(blob.size),
      expected: blob.digest,
      offset: BigInt(offset),
      labels: { ...blob.labels },
    };
  }
  const headers = { ...kubernetesNamespace, 'containerd-lease': blob.leaseId };
  try {
    await channel.upload({ service: ContentDefinition, method: 'write', requests: requests(), deadlineMs: 'none', headers });
  } catch (error) {
    if (hasCode(error, 'runtimeAlreadyExists')) return;
    if (hasCode(error, 'runtimeFailed') && /unexpected commit (digest|size)/.test(error.message)) {
      throw new HookletError('badInput', `the blob ${blob.digest} is not what its digest says`, { cause: error });
    }
    throw error;
  }
}

const maxJsonBytes = 8 * 1024 * 1024;

export async function readJsonBlob(channel: RpcChannel, digest: string): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const request = { digest };
  const call = { service: ContentDefinition, method: 'read', request, deadlineMs: callDeadlineMs, headers: kubernetesNamespace } as const;
  for await (const { data } of channel.serverStream(call)) {
    length += data.length;
    if (length > maxJsonBytes) throw new HookletError('runtimeFailed', `The blob ${digest} has more than ${maxJsonBytes} bytes`);
    chunks.push(data);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new HookletError('runtimeFailed', `The blob ${digest} is no JSON`, { cause: error });
  }
}
