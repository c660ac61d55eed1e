/**
 * Reads one log of a container as its readers want it, as fast as they take it: nothing is read ahead.
 *
 * 1. The old file is read to its end before the new one of the same name is begun (rotation renames, then makes anew).
 * 2. Following ends after one whole reading that began when the log was complete.
 * 3. The watch only says when to look; what it missed is found by looking every few seconds.
 */
import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addMs } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { LogOptions, LogRead, OpenLogText } from '../ports/pod-streams.ts';
import { CriLogText } from './cri-log-text.ts';
import { isReplaced, lookEveryMs, openLog, type WatchDirectory } from './followed-log-file.ts';
import { logTailStart } from './log-tail-start.ts';

const CHUNK_BYTES = 64 * 1024;

export function logTextReader(clock: Clock, watchDirectory: WatchDirectory = watchQuietly): OpenLogText {
  return async (read) => {
    // Opened when somebody begins to read: a reader who never does leaves nothing open.
    const isThere = await lstat(read.file).then(
      (found) => found.isFile(),
      () => false,
    );
    return isThere ? readText(read, new LogLooks(clock, watchDirectory)) : undefined;
  };
}

async function* readText(read: LogRead, looks: LogLooks): AsyncGenerator<Uint8Array, void, undefined> {
  const { options, signal } = read;
  const log = new OpenedLog(read.file, options);
  const over = new AbortController();
  try {
    if (!(await log.open())) return;
    const completion = options.follow ? watchCompletion(read, looks, over.signal) : { isComplete: true };
    while (!signal.aborted) {
      // Asked before the reading: one whole reading follows.
      const isLast = completion.isComplete;
      looks.begin();
      for await (const out of log.readToEnd()) {
        if (out.length > 0) yield out;
        if (signal.aborted) return;
      }
      if (isLast || log.isFull) return;
      await looks.next(signal);
    }
  } finally {
    over.abort();
    looks.close();
    await log.close();
  }
}

function watchCompletion({ file, untilComplete, signal }: LogRead, looks: LogLooks, over: AbortSignal): { readonly isComplete: boolean } {
  const completion = { isComplete: false };
  const done = (): void => {
    completion.isComplete = true;
    looks.look();
  };
  looks.watch(file, signal);
  untilComplete(over).then(done, done);
  return completion;
}

/** The log's file, and how far it has been told. */
class OpenedLog {
  readonly #file: string;
  readonly #options: LogOptions;
  readonly #text: CriLogText;
  #handle: FileHandle | undefined;
  #position = 0;

  constructor(file: string, options: LogOptions) {
    this.#file = file;
    this.#options = options;
    this.#text = new CriLogText(options);
  }

  get isFull(): boolean {
    return this.#text.isFull;
  }

  /** False without a file. */
  async open(): Promise<boolean> {
    const { tailLines } = this.#options;
    this.#handle = await openLog(this.#file);
    if (this.#handle === undefined) return false;
    if (tailLines !== undefined) this.#position = await logTailStart(this.#handle, (await this.#handle.stat()).size, tailLines);
    return true;
  }

  /** All that is there now, a piece at a time; a piece may tell nothing. */
  async *readToEnd(): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#handle !== undefined && !this.isFull) {
      // Asked before the reading: a new file found afterwards could hide lines written to the old one meanwhile.
      const isOld: boolean = await isReplaced(this.#handle, this.#file);
      yield* this.#readFile(this.#handle);
      const next: FileHandle | undefined = isOld ? await openLog(this.#file) : undefined;
      if (next === undefined) return;
      await this.#handle.close();
      this.#handle = next;
      this.#position = 0;
      this.#text.startFile();
    }
  }

  async *#readFile(handle: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    while (!this.isFull) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      yield this.#text.push(chunk.subarray(0, bytesRead));
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close().catch(() => {});
  }
}

/** When to look at the file again. */
class LogLooks {
  readonly #clock: Clock;
  readonly #watch: WatchDirectory;
  #watcher: { close(): void } | undefined;
  #lookNow: (() => void) | undefined;
  #missed = false;
  readonly #stopListening = new AbortController();

  constructor(clock: Clock, watchDirectory: WatchDirectory) {
    this.#clock = clock;
    this.#watch = watchDirectory;
  }

  watch(file: string, signal: AbortSignal): void {
    signal.addEventListener('abort', () => this.look(), { signal: this.#stopListening.signal });
    try {
      this.#watcher = this.#watch(dirname(file), () => this.look());
    } catch {
      // No watch to be had (their number is limited): looking now and then has to do.
    }
  }

  /** A look begins: what is told from now on asks for another. */
  begin(): void {
    this.#missed = false;
  }

  look(): void {
    this.#missed = true;
    this.#lookNow?.();
  }

  /** Until something happens, or it is time to look anyway. */
  async next(signal: AbortSignal): Promise<void> {
    if (this.#missed || signal.aborted) return;
    const slow = new AbortController();
    const told = new Promise<void>((resolve) => {
      this.#lookNow = resolve;
    });
    await Promise.race([told, this.#clock.waitUntil(addMs(this.#clock.now(), lookEveryMs), slow.signal).catch(() => {})]);
    slow.abort();
    this.#lookNow = undefined;
  }

  close(): void {
    this.#stopListening.abort();
    this.#watcher?.close();
  }
}

function watchQuietly(directory: string, onChange: () => void): FSWatcher {
  const watcher = watch(directory, { persistent: false }, onChange);
  // Its directory is gone, or the kernel gave up on it: looking now and then has to do.
  watcher.on('error', () => watcher.close());
  return watcher;
}
