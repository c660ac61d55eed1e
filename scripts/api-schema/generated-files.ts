/** The generated files as bytes: writes them, or tells which are out of date. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '../..');

/** By path in the repository; a name that ends in `.gz` is compressed when it is written. */
export type GeneratedFiles = ReadonlyMap<string, Uint8Array | string>;

/** Folders that hold generated files alone: what else lies there is out of date. */
export function writeFiles(files: GeneratedFiles, folders: readonly string[]): void {
  for (const path of strangers(files, folders)) rmSync(join(root, path));
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path.endsWith('.gz') ? gzipSync(content, { level: 9 }) : content);
  }
}

export function outdatedFiles(files: GeneratedFiles, folders: readonly string[]): readonly string[] {
  const outdated = [...files].filter(([path, content]) => !isCurrent(path, content)).map(([path]) => path);
  return [...outdated, ...strangers(files, folders)];
}

/** Compressed files are compared by what is in them: another zlib may compress otherwise. */
function isCurrent(path: string, content: Uint8Array | string): boolean {
  try {
    const stored = readFileSync(join(root, path));
    return Buffer.from(content).equals(path.endsWith('.gz') ? gunzipSync(stored) : stored);
  } catch {
    return false;
  }
}

function strangers(files: GeneratedFiles, folders: readonly string[]): readonly string[] {
  const names = (folder: string): readonly string[] => {
    try {
      return readdirSync(join(root, folder));
    } catch {
      return [];
    }
  };
  return folders.flatMap((folder) => names(folder).map((name) => join(folder, basename(name)))).filter((path) => !files.has(path));
}
