import { open } from 'node:fs/promises';
import { openBeneath } from './open-beneath.ts';

/** Nobody writes an environment this long; a file without end must not fill the agent. */
const MAX_BYTES = 1024 * 1024;

/** The text of a file of a volume, whoever may write there; undefined when there is none. Rejects with a plain error. */
export async function readBeneath(base: string, path: string): Promise<string | undefined> {
  const opened = await openBeneath(base, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (opened === undefined) return undefined;
  try {
    if (!opened.stat.isFile()) throw new Error('it is no file');
    if (opened.stat.size > MAX_BYTES) throw new Error(`it has ${opened.stat.size} bytes; the limit is ${MAX_BYTES}`);
    const file = await open(opened.path, 'r');
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_BYTES) });
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } finally {
    await opened.close();
  }
}
