/** The files that a command line names, and standard input, as bytes. */
import { open } from 'node:fs/promises';
import { MAX_MANIFEST_BYTES } from '../model/parse-yaml.ts';
import type { ManifestInput } from '../model/read-manifests.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';

const STDIN = '-';

/** In their order. Throws `badInput` for a file that cannot be read, is too long, or is given twice. */
export async function readInputs(files: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<readonly ManifestInput[]> {
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new HookletError('badInput', `the file "${twice}" is given twice; name it once`);
  const inputs: ManifestInput[] = [];
  for (const file of files) inputs.push(file === STDIN ? await readStream('stdin', stdin) : await readFile(file));
  return inputs;
}

async function readFile(file: string): Promise<ManifestInput> {
  const handle = await open(file).catch((error: unknown) => {
    throw new HookletError('badInput', unreadable(file, error), { cause: error });
  });
  try {
    if ((await handle.stat()).isDirectory()) throw new HookletError('badInput', `"${file}" is a directory; name the files in it`);
    return await readStream(file, handle.createReadStream({ autoClose: false }));
  } catch (error) {
    if (error instanceof HookletError) throw error;
    throw new HookletError('badInput', unreadable(file, error), { cause: error });
  } finally {
    await handle.close();
  }
}

/** Reads no more than is allowed: what is longer (a device, a pipe without end) is refused before it fills the memory. */
async function readStream(name: string, stream: AsyncIterable<Uint8Array>): Promise<ManifestInput> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_MANIFEST_BYTES) {
      throw new HookletError(
        'badInput',
        `${name} has more than the ${MAX_MANIFEST_BYTES} bytes that a manifest may have; split it into several files`,
      );
    }
  }
  return { name, text: Buffer.concat(chunks) };
}

function unreadable(file: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT') return `there is no file "${file}"; check its name, or use - for standard input`;
  if (code === 'EACCES') return `the file "${file}" may not be read; check its permissions`;
  return `reading the file "${file}" failed: ${messageOf(error)}; check that it is a readable file`;
}
