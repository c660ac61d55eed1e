import { readFileSync } from 'node:fs';

/** The version of this hooklet; `package.json` lies one folder up both in a checkout (`src/`) and in the package (`dist/`). */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest) || typeof manifest.version !== 'string') {
    throw new Error('package.json of hooklet names no version');
  }
  return manifest.version;
}
