/**
 * Files that the agent makes for containers and that containers may write: /etc/hosts and the termination logs. They lie
 * in a small file system of the Pod's own, in memory: a container that writes there without end fills that and nothing
 * else (CVE-2020-8557), and what it writes counts as its own memory.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { MESSAGE_BYTES } from '../core/container/termination-message.ts';
import type { HostMounts } from '../ports/host-mounts.ts';
import type { PodDirectory } from './pod-directory.ts';

/** For all of a Pod's termination logs and what it adds to /etc/hosts. */
const ROOM_BYTES = 1024 * 1024;

/** `hostsBytes`: how long the hosts file will be; a node's own may be long. Idempotent. */
export async function makeManagedDirectory(mounts: HostMounts, { managed }: PodDirectory, hostsBytes: number): Promise<void> {
  if ((await mounts.within(managed)).includes(managed)) return;
  await mkdir(managed, { recursive: true, mode: 0o700 });
  await mounts.tmpfs(managed, { mode: 0o700, sizeBytes: ROOM_BYTES + 2 * hostsBytes });
}

/** In place: containers that run already have this very file. */
export async function writeHostsFile({ hostsFile }: PodDirectory, content: string): Promise<void> {
  const file = await openOwn(hostsFile, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o644);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/** An empty file for the last words of this instance; those of the instances before the last one are dropped. */
export async function makeTerminationLog(directory: PodDirectory, container: string, restartCount: number): Promise<string> {
  const logs = directory.terminationLogs(container);
  await mkdir(logs, { recursive: true, mode: 0o700 });
  for (const name of await readdir(logs)) if (Number(name) < restartCount - 1) await unlink(join(logs, name));
  const path = directory.terminationLog(container, restartCount);
  // Every user of the container may write it (`kuberuntime_container.go` `makeMounts`).
  const file = await openOwn(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o666);
  await file.close();
  return path;
}

/** The last bytes of it, as text; empty when there is none. Throws a plain error. */
export async function readTerminationLog(directory: PodDirectory, container: string, restartCount: number): Promise<string> {
  const path = directory.terminationLog(container, restartCount);
  if ((await lstat(path).catch(() => undefined)) === undefined) return '';
  const file = await openOwn(path, constants.O_RDONLY);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - MESSAGE_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MESSAGE_BYTES), position: from });
    return wholeCharacters(buffer.subarray(0, bytesRead), from > 0);
  } finally {
    await file.close();
  }
}

/** Nothing but a plain file, and never through a link: the agent would read or write for the container what it may not. */
async function openOwn(path: string, flags: number, mode?: number): Promise<FileHandle> {
  const file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`"${path}" is no file`);
    // The mode of open is cut by the umask.
    if (mode !== undefined) await file.chmod(mode);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Cut in the middle of a character, its rest is dropped. */
function wholeCharacters(bytes: Buffer, isCut: boolean): string {
  let start = 0;
  while (isCut && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.toString('utf8', start);
}
