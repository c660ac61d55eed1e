/**
 * Follows one log file of the CRI format. Owns its descriptor, its watch and its parser.
 *
 * 1. One reading at a time: a reason to look that comes meanwhile makes one more reading right after it.
 * 2. The old file is read to its end before the new one of the same name is begun (rotation renames, then makes anew).
 * 3. The watch only says when to look; what it missed is found by looking every few seconds.
 * 4. The directory is watched, not the file: the file may not exist yet, and a rotated one would take its watch along.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerLogLine, FollowedLog } from '../ports/container-logs.ts';
import { CriLogParser } from './cri-log-parser.ts';

/** How often to look without being told: missed events, a file system without them, no watch left to have. */
export const lookEveryMs = 2000;

const chunkBytes = 64 * 1024;
/** A log that grows while it is read is read on in pieces of this size at least. */
const leastChunkBytes = 4 * 1024;

/** Calls `onChange` when something happens in a directory; throws when it cannot. */
export type WatchDirectory = (directory: string, onChange: () => void) => { close(): void };

export interface FollowedLogFileParts {
  readonly file: string;
  readonly onLine: (line: ContainerLogLine) => void;
  readonly clock: Clock;
  readonly watch: WatchDirectory;
}

export class FollowedLogFile implements FollowedLog {
  readonly #parts: FollowedLogFileParts;
  readonly #parser = new CriLogParser();
  readonly #ended = Promise.withResolvers<void>();
  #handle: FileHandle | undefined;
  #position = 0;
  #watcher: { close(): void } | undefined;
  #watched: string | undefined;
  #lookNow: (() => void) | undefined;
  #missedLook = false;
  #draining = false;

  constructor(parts: FollowedLogFileParts) {
    this.#parts = parts;
  }

  drained(): Promise<void> {
    this.#draining = true;
    this.#look();
    return this.#ended.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    const aborted = (): void => this.#look();
    signal.addEventListener('abort', aborted);
    // What fails here fails again or succeeds at the next look; a log that cannot be read stops nothing else.
    while (!signal.aborted) {
      // Asked before the reading: one whole reading follows the call of `drained()`.
      const last = this.#draining;
      this.#missedLook = false;
      // First the watch, then the reading: nothing can happen unseen in between.
      await this.#watchDeepest();
      await this.#readAll(signal).catch(() => {});
      if (last) break;
      await this.#nextLook(signal);
    }
    if (!signal.aborted) this.#tell(this.#parser.end(), signal);
    signal.removeEventListener('abort', aborted);
    this.#watcher?.close();
    await this.#handle?.close().catch(() => {});
    this.#ended.resolve();
  }

  #look(): void {
    this.#missedLook = true;
    this.#lookNow?.();
  }

  /** Until something happens, or it is time to look anyway. */
  async #nextLook(signal: AbortSignal): Promise<void> {
    if (this.#missedLook || signal.aborted) return;
    const { clock } = this.#parts;
    const slow = new AbortController();
    const told = new Promise<void>((resolve) => {
      this.#lookNow = resolve;
    });
    const waited = clock.waitUntil(addMs(clock.now(), lookEveryMs), slow.signal).catch(() => {});
    await Promise.race([told, waited]);
    slow.abort();
    this.#lookNow = undefined;
  }

  /** The deepest directory on the way to the file that exists; the next one below it will appear in it. */
  async #watchDeepest(): Promise<void> {
    let directory = dirname(this.#parts.file);
    let identity = await identityOf(directory);
    while (identity === undefined && directory !== dirname(directory)) {
      directory = dirname(directory);
      identity = await identityOf(directory);
    }
    const watched = `${identity} ${directory}`;
    if (watched === this.#watched) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = undefined;
    try {
      this.#watcher = this.#parts.watch(directory, () => this.#look());
      this.#watched = watched;
    } catch {
      // No watch to be had (their number is limited): looking now and then has to do.
      return;
    }
    // It may have gained the next directory between the look and the watch.
    const next = nextBelow(directory, this.#parts.file);
    if (next !== this.#parts.file && (await identityOf(next)) !== undefined) this.#missedLook = true;
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    for (let more = true; more && !signal.aborted; ) {
      this.#handle ??= await openLog(this.#parts.file);
      if (this.#handle === undefined) return;
      // Asked before the reading: a new file found afterwards could hide lines written to the old one meanwhile.
      const replaced = await isReplaced(this.#handle, this.#parts.file);
      await this.#readToEnd(this.#handle, signal);
      if (replaced) {
        await this.#handle.close();
        this.#handle = undefined;
        this.#startOver();
      }
      more = replaced;
    }
  }

  async #readToEnd(handle: FileHandle, signal: AbortSignal): Promise<void> {
    const { size } = await handle.stat();
    if (size < this.#position) this.#startOver();
    // One buffer a reading, not one a log: most logs are silent most of the time, and a node follows many.
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(leastChunkBytes, size - this.#position)));
    while (!signal.aborted) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      this.#tell(this.#parser.push(Buffer.from(chunk.subarray(0, bytesRead))), signal);
    }
  }

  #startOver(): void {
    this.#position = 0;
    this.#parser.startFile();
  }

  #tell(lines: readonly ContainerLogLine[], signal: AbortSignal): void {
    for (const line of lines) {
      if (signal.aborted) return;
      try {
        this.#parts.onLine(line);
      } catch {
        // The listener's own affair: the other lines are told all the same.
      }
    }
  }
}

/** Tells one file from another, and a directory from one that was made anew under its name. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

const nextBelow = (directory: string, file: string): string => join(directory, relative(directory, file).split(sep)[0] ?? '');

/** Not through a link, and not of a pipe, which would block a thread: a container that may write here must not choose. */
export async function openLog(file: string): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

/** Another file has the name. A name that nobody has is no reason to let go: the runtime may still write to this one. */
export async function isReplaced(handle: FileHandle, file: string): Promise<boolean> {
  const { dev, ino } = await handle.stat();
  const now = await identityOf(file);
  return now !== undefined && now !== `${dev}:${ino}`;
}
