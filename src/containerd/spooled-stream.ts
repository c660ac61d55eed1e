/**
 * The kept part of one stream, in memory and, byte for byte, in a file beside its pipe.
 *
 * What an agent has read from a pipe is gone from it. Were it only in memory, a killed agent would take the beginning
 * of a hook's output with it, and its successor, who follows the same exec to its end, would never know. The file is
 * not synced: it must survive the process, not the machine, and after a reboot the exec is gone too.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import type { KeptStream } from '../ports/hook-output.ts';
import { defaultLimits, headBytes, keptOf, placements, tailBytes } from './kept-bytes.ts';

/** The image, then the count of all bytes. */
const countAt = headBytes + tailBytes;

export class SpooledStream {
  readonly #count = Buffer.alloc(8);
  #image: Buffer | undefined;
  #file: number | undefined;
  #total = 0;

  /** Goes on where an earlier agent stopped, if it left that file. Without a file (full disk) it works in memory. */
  constructor(path: string) {
    try {
      this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      this.#restore(this.#file);
    } catch {
      this.close();
    }
  }

  get totalBytes(): number {
    return this.#total;
  }

  push(chunk: Uint8Array): void {
    this.#image ??= Buffer.alloc(countAt);
    for (const { at, bytes } of placements(this.#total, chunk, defaultLimits)) {
      this.#image.set(bytes, at);
      this.#write(bytes, at);
    }
    this.#total += chunk.length;
    // After the bytes: a count that is behind loses a chunk, one that is ahead would show bytes that never came.
    this.#count.writeDoubleLE(this.#total);
    this.#write(this.#count, countAt);
  }

  kept(): KeptStream {
    return keptOf(this.#image ?? Buffer.alloc(0), this.#total, defaultLimits);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #restore(file: number): void {
    if (readSync(file, this.#count, 0, this.#count.length, countAt) < this.#count.length) return;
    this.#total = this.#count.readDoubleLE();
    this.#image = Buffer.alloc(countAt);
    readSync(file, this.#image, 0, countAt, 0);
  }

  #write(bytes: Uint8Array, at: number): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file, bytes, 0, bytes.length, at);
    } catch {
      this.close();
    }
  }
}
