/**
 * Reads one named pipe to its end and keeps the first bytes, in memory. Owns the file descriptor. As `FifoReader`, for
 * output that need not outlive the agent.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Drainable } from './drain.ts';
import { readOnce } from './fifo-reader.ts';

const readBytes = 16 * 1024;

export class HeadReader implements Drainable {
  /** Undefined once it is closed: its number may be another file's by then. */
  #fd: number | undefined;
  readonly #limit: number;
  readonly #kept: Buffer[] = [];
  readonly #ended = Promise.withResolvers<void>();
  readonly #buffer = Buffer.allocUnsafe(readBytes);
  #socket: Socket | undefined;
  #hasEnded = false;
  #total = 0;

  /** Never blocks, and never fails for want of a writer. */
  constructor(path: string, limit: number) {
    this.#limit = limit;
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** All writers have closed the pipe, and everything was read. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get totalBytes(): number {
    return this.#total;
  }

  get head(): Buffer {
    return Buffer.concat(this.#kept);
  }

  /** Once a writer has been there: before that the pipe would look ended. */
  start(): void {
    if (this.#fd === undefined) return;
    const callback = (length: number): boolean => {
      this.#push(length);
      return true;
    };
    this.#socket = new Socket({ fd: this.#fd, readable: true, writable: false, onread: { buffer: this.#buffer, callback } });
    this.#socket.on('end', () => this.#end());
    for (const event of ['error', 'close']) this.#socket.on(event, () => this.#closed());
  }

  /** Takes what lies in the pipe, at most about `limit` bytes. */
  readNow(limit: number): 'ended' | 'more' | 'empty' {
    for (let taken = 0; taken < limit; ) {
      const length = this.#hasEnded || this.#fd === undefined ? 0 : readOnce(this.#fd, this.#buffer);
      if (length === undefined) return 'empty';
      if (length === 0) {
        if (this.#fd !== undefined) this.#end();
        return 'ended';
      }
      this.#push(length);
      taken += length;
    }
    return 'more';
  }

  close(): void {
    if (this.#socket !== undefined) this.#socket.destroy();
    else if (this.#fd !== undefined) closeSync(this.#fd);
    this.#closed();
  }

  #push(length: number): void {
    const room = this.#limit - this.#total;
    if (room > 0) this.#kept.push(Buffer.from(this.#buffer.subarray(0, Math.min(length, room))));
    this.#total += length;
  }

  #end(): void {
    this.#hasEnded = true;
    this.#ended.resolve();
  }

  #closed(): void {
    this.#fd = undefined;
    this.#ended.resolve();
  }
}
