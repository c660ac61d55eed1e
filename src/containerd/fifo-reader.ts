/**
 * Reads one named pipe to its end and keeps the bounded rest (`SpooledStream`). Owns the file descriptor.
 *
 * 1. Opening never blocks and never fails for want of a writer; reading starts with `start()`, once a writer has been
 *    there: before that the pipe would look ended.
 * 2. One buffer of 64 KiB is read into again and again: a gigabyte of output costs its time, not its size.
 * 3. Asynchronous `fs.read` is not used: a read of an empty pipe would hold one of libuv's few threads until something
 *    comes. `readNow()` never waits: the descriptor does not block.
 * 4. The end is seen in two ways. A writer that leaves while we watch wakes the socket; of one that left before we
 *    opened the pipe poll(2) tells nothing, only read(2) does.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { KeptStream } from '../ports/hook-output.ts';
import { SpooledStream } from './spooled-stream.ts';

const readBytes = 64 * 1024;

export class FifoReader {
  readonly #stream: SpooledStream;
  readonly #ended = Promise.withResolvers<void>();
  readonly #buffer = Buffer.allocUnsafe(readBytes);
  /** Undefined before the pipe is open and once it is closed. */
  #fd: number | undefined;
  #socket: Socket | undefined;

  /** What is kept of `path` lies in `path`.kept, also what an earlier reader has taken. */
  constructor(path: string) {
    this.#stream = new SpooledStream(`${path}.kept`);
    try {
      this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      // The pipes of a process of before a reboot, or removed by hand: it has an outcome all the same, without output.
      this.#end();
    }
  }

  /** Resolves when all writers have closed the pipe and everything was read. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get totalBytes(): number {
    return this.#stream.totalBytes;
  }

  start(): void {
    if (this.#fd === undefined) return;
    const callback = (length: number): boolean => {
      this.#stream.push(this.#buffer.subarray(0, length));
      return true;
    };
    this.#socket = new Socket({ fd: this.#fd, readable: true, writable: false, onread: { buffer: this.#buffer, callback } });
    for (const event of ['end', 'error', 'close']) this.#socket.on(event, () => this.#end());
  }

  /** Takes what lies in the pipe, at most about `limit` bytes. `ended` when there is no more and no writer. */
  readNow(limit: number): 'ended' | 'more' | 'empty' {
    for (let taken = 0; taken < limit; ) {
      const length = this.#fd === undefined ? 0 : readOnce(this.#fd, this.#buffer);
      if (length === undefined) return 'empty';
      if (length === 0) return 'ended';
      this.#stream.push(this.#buffer.subarray(0, length));
      taken += length;
    }
    return 'more';
  }

  kept(): KeptStream {
    return this.#stream.kept();
  }

  close(): void {
    if (this.#socket !== undefined) this.#socket.destroy();
    else if (this.#fd !== undefined) closeSync(this.#fd);
    this.#stream.close();
    this.#end();
  }

  #end(): void {
    this.#fd = undefined;
    this.#ended.resolve();
  }
}

/** Undefined when there is nothing to read now. */
export function readOnce(fd: number, buffer: Buffer): number | undefined {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}
