/** `hooklet image`: archives in, names out. */
import { createWriteStream } from 'node:fs';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { OpenImages } from '../ports/open-node.ts';
import { sizeText } from '../printing/size-text.ts';
import { styleOf } from '../printing/style.ts';
import { printTable } from '../printing/table.ts';
import type { CommandContext } from './command-context.ts';
import type { ImageOptions } from './image.ts';
import { nodeOptions } from './node-options.ts';

export async function importImages(file: string, options: ImageOptions, context: CommandContext): Promise<void> {
  // Before anything is opened: who writes to our standard input may take its time, and others wait for the lock.
  if (file === '-') return withSpooledInput((path) => importArchive(path, options, context));
  await checkReadable(file);
  await importArchive(resolve(file), options, context);
}

async function importArchive(path: string, options: ImageOptions, context: CommandContext): Promise<void> {
  await withImages(options, context, async ({ runtime }) => {
    const { imageImport } = runtime;
    if (imageImport === undefined) {
      throw new HookletError(
        'hostLacks',
        `the runtime ${options.runtimeEndpoint ?? ''} takes no image archives; import with its own tools`,
      );
    }
    showNames(await imageImport.importArchive(path), options, context);
  });
}

export async function listImages(options: ImageOptions, context: CommandContext): Promise<void> {
  await withImages(options, context, async ({ runtime }) => {
    const images = await runtime.cri.listImages();
    if (options.output === 'json') {
      for (const image of images) context.stdout.line(JSON.stringify(image));
      return;
    }
    const rows = images.map(({ id, tags, sizeBytes }) => [
      tags.join(', ') || '-',
      id.replace(/^sha256:/, '').slice(0, 12),
      sizeText(sizeBytes),
    ]);
    const [head, ...lines] = printTable([['NAME', 'ID', 'SIZE'], ...rows]);
    for (const line of [styleOf(context.colours).strong(head ?? ''), ...lines]) context.stdout.line(line);
  });
}

export async function makeBase(options: ImageOptions, context: CommandContext): Promise<void> {
  await withImages(options, context, async (images) => showNames(await images.makeBase(), options, context));
}

async function withImages(options: ImageOptions, context: CommandContext, work: (images: OpenImages) => Promise<void>): Promise<void> {
  const { openImages } = await import('../compose.ts');
  const images = await openImages(nodeOptions(options, context));
  try {
    await work(images);
  } finally {
    await images.close();
  }
}

function showNames(names: readonly string[], { output }: ImageOptions, { stdout }: CommandContext): void {
  for (const name of names) stdout.line(output === 'json' ? JSON.stringify({ image: name }) : name);
}

/** Before a runtime is started for nothing. */
async function checkReadable(file: string): Promise<void> {
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw new HookletError(
      'badInput',
      `the image archive "${file}" cannot be read: ${messageOf(error)}; check its name, or use - for standard input`,
      { cause: error },
    );
  });
}

/** An archive is read more than once, and standard input only gives it once. */
async function withSpooledInput<T>(work: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'hooklet-image-'));
  try {
    const path = join(directory, 'stdin.tar');
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }));
    return await work(path);
  } catch (error) {
    // The user knows no such file.
    if (error instanceof HookletError)
      throw new HookletError(error.code, error.message.replaceAll(join(directory, 'stdin.tar'), 'stdin'), { cause: error });
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
