import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BaseImages } from '../ports/base-images.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import { type OciImage, ociArchive } from './oci-archive.ts';
import type { TarEntry } from './tar-writer.ts';

const baseImage = 'localhost/hooklet/base:1';
const sandboxImage = 'localhost/hooklet/pause:1';

/** Where Debian, then Alpine, put the statically linked builds; a dynamic one would not find its libraries. */
const busyboxPlaces = ['/usr/bin/busybox', '/bin/busybox', '/bin/busybox.static'];
const tiniPlaces = ['/usr/bin/tini-static', '/sbin/tini-static'];

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

interface Programs {
  readonly busybox: Buffer;
  /** Names under which busybox is another program. */
  readonly applets: readonly string[];
  readonly tini: Buffer;
}

export class HostBaseImages implements BaseImages {
  readonly names = [baseImage, sandboxImage];

  async writeArchive(path: string): Promise<void> {
    const archive = ociArchive(baseImages(await readPrograms(), architectures[process.arch] ?? process.arch));
    const aside = `${path}.${randomUUID()}`;
    try {
      await writeFile(aside, archive, { mode: 0o600 });
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true });
      throw new HookletError(
        'hostLacks',
        `Cannot write the image archive "${path}": ${messageOf(error)}; free space there, then try again`,
        { cause: error },
      );
    }
  }
}

export function baseImages({ busybox, applets, tini }: Programs, architecture: string): readonly OciImage[] {
  const env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  return [
    { name: baseImage, architecture, config: { Env: env, Cmd: ['sh'], WorkingDir: '/' }, files: baseFiles(busybox, applets) },
    {
      name: sandboxImage,
      architecture,
      // tini forwards SIGTERM and ends with its child, at once, and reaps what Pods with one process namespace orphan;
      // "-s" has it do so also where it is not process 1 (hostPID).
      config: { Env: env, Entrypoint: ['/tini', '-s', '--', '/busybox', 'sleep', 'infinity'], WorkingDir: '/' },
      files: [...mountPoints, program('busybox', busybox), program('tini', tini)],
    },
  ];
}

function baseFiles(busybox: Buffer, applets: readonly string[]): readonly TarEntry[] {
  const links = [...applets].filter((name) => name !== 'busybox').sort();
  return [
    ...mountPoints,
    directory('bin'),
    program('bin/busybox', busybox),
    ...links.map((name) => symlink(`bin/${name}`, 'busybox')),
    text('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
    text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n'),
    directory('root', 0o700),
    // Scripts name their interpreter by these paths ("#!/usr/bin/env sh").
    symlink('sbin', 'bin'),
    directory('tmp', 0o1777),
    directory('usr'),
    symlink('usr/bin', '../bin'),
    symlink('usr/sbin', '../bin'),
    directory('var'),
    directory('var/tmp', 0o1777),
  ];
}

const directory = (path: string, mode = 0o755): TarEntry => ({ kind: 'directory', path, mode });
const symlink = (path: string, target: string): TarEntry => ({ kind: 'symlink', path, mode: 0o777, target });
const program = (path: string, content: Buffer): TarEntry => ({ kind: 'file', path, mode: 0o755, content });
const text = (path: string, content: string): TarEntry => ({ kind: 'file', path, mode: 0o644, content: Buffer.from(content) });

/** The runtime mounts here: they must exist where the root file system is read-only. */
const mountPoints: readonly TarEntry[] = ['dev', 'etc', 'proc', 'run', 'sys'].map((path) => directory(path));

async function readPrograms(): Promise<Programs> {
  const busybox = await readFirst(busyboxPlaces, 'busybox-static');
  const tini = await readFirst(tiniPlaces, 'tini');
  return { busybox: busybox.content, applets: await readApplets(busybox.path), tini: tini.content };
}

export async function readApplets(busybox: string): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)(busybox, ['--list']);
    return stdout.split('\n').filter((name) => name !== '');
  } catch (error) {
    const why = messageOf(error).trim();
    throw new HookletError('hostLacks', `Cannot ask "${busybox}" for its applets: ${why}; install busybox-static anew`, { cause: error });
  }
}

async function readFirst(places: readonly string[], packageName: string): Promise<{ readonly path: string; readonly content: Buffer }> {
  for (const path of places) {
    const content = await readFile(path).catch(() => undefined);
    if (content !== undefined && isStaticElf(content)) return { path, content };
  }
  throw new HookletError('hostLacks', `No statically linked program at ${places.join(', ')}; install ${packageName}`);
}

/** True for an ELF file without a program interpreter (PT_INTERP, elf(5)); x86-64 and arm64 are 64 bits, little-endian. */
export function isStaticElf(file: Buffer): boolean {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2) return false;
  const headers = Number(file.readBigUInt64LE(32));
  const [size, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  for (let at = headers; at < headers + size * count && at + 4 <= file.length; at += size) {
    if (file.readUInt32LE(at) === 3) return false;
  }
  return true;
}
