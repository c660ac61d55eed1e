import type { IncomingMessage } from 'node:http';
import { createGunzip, type Gunzip } from 'node:zlib';
import { badRequest, StatusError, tooLarge } from './status-error.ts';

/** The body of a message, at most `limit` bytes, also after it was unpacked. */
export async function readMessageBody(incoming: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const encoding = incoming.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new StatusError(415, 'UnsupportedMediaType', `the body is encoded as ${JSON.stringify(encoding)}: send it plain or as gzip`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Left alone when the reading ends early: destroyed, it would take the connection along, and the answer with it.
    const plain = (): AsyncIterable<Buffer> => incoming.iterator({ destroyOnReturn: false });
    const source: AsyncIterable<Buffer> = encoding === 'gzip' ? unpacked(incoming) : plain();
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw badRequest('the body of the request could not be read to its end');
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

/** `pipe` alone does not tell the end of a client that broke off: the reader would wait for ever. */
function unpacked(incoming: IncomingMessage): Gunzip {
  const gunzip = incoming.pipe(createGunzip());
  incoming.once('error', (error) => gunzip.destroy(error));
  return gunzip;
}
