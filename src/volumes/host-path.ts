/** A file or directory of the host, which must be what the Pod says it is (`pkg/volume/hostpath/host_path.go` `checkType`). */
import type { Stats } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import type { Volume } from '../model/pod.ts';

export type HostPath = NonNullable<Volume['hostPath']>;

const MUST_BE: Readonly<Record<string, { readonly type: string; readonly words: string }>> = {
  Directory: { type: 'Directory', words: 'directory' },
  DirectoryOrCreate: { type: 'Directory', words: 'directory' },
  File: { type: 'File', words: 'file' },
  FileOrCreate: { type: 'File', words: 'file' },
  Socket: { type: 'Socket', words: 'socket file' },
  CharDevice: { type: 'CharDevice', words: 'character device' },
  BlockDevice: { type: 'BlockDevice', words: 'block device' },
};

/** Makes it where its type says so. Throws a plain error with upstream's words when it is not there, or something else. */
export async function checkHostPath({ path, type = '' }: HostPath): Promise<void> {
  if (path.split('/').includes('..')) throw new Error(`invalid HostPath \`${path}\`: must not contain '..'`);
  // Unset: whatever is there; the runtime will say if nothing is.
  if (type === '') return;
  const expected = Object.hasOwn(MUST_BE, type) ? MUST_BE[type] : undefined;
  if (expected === undefined) throw new Error(`${type} is an invalid volume type`);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined && type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
  else if (found === undefined && type === 'FileOrCreate') await (await open(path, 'a', 0o644)).close();
  else checkType(path, expected, found);
}

/** Upstream's words first, whole; what follows them is ours. */
function checkType(path: string, expected: { readonly type: string; readonly words: string }, found: Stats | undefined): void {
  const type = found === undefined ? undefined : typeOf(found);
  if (type === expected.type) return;
  const isInstead =
    found === undefined ? 'it does not exist' : type === undefined ? 'it is of no type that can be named' : `it's a ${type}`;
  throw new Error(`hostPath type check failed: ${path} is not a ${expected.words}, ${isInstead}`);
}

function typeOf(stats: Stats): string | undefined {
  if (stats.isDirectory()) return 'Directory';
  if (stats.isFile()) return 'File';
  if (stats.isSocket()) return 'Socket';
  if (stats.isBlockDevice()) return 'BlockDevice';
  return stats.isCharacterDevice() ? 'CharDevice' : undefined;
}
