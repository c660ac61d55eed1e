/**
 * Writes to a descriptor of this process (stdout) without ever holding the agent up: Node writes to pipes and terminals
 * synchronously, so that a pager that is not read, or Ctrl-S, would stop every timer of every Pod.
 *
 * O1 One write is under way at a time; texts leave in the order they came.
 * O2 Above `MAX_UNSENT_BYTES` of unsent text, lines that may be lost are dropped and counted.
 * O3 Once nobody reads any more (EPIPE, a terminal that is gone) everything is dropped, and `onClosed` is told once.
 */
import { write as writeToDescriptor } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** Somebody else made the descriptor non-blocking and its pipe is full. */
const RETRY_MS = 10;

export type WriteBytes = (descriptor: number, bytes: Buffer) => Promise<number>;

export class OutputQueue {
  readonly #descriptor: number;
  readonly #write: WriteBytes;
  readonly #closedListeners: (() => void)[] = [];
  #texts: (string | Uint8Array)[] = [];
  #unsentBytes = 0;
  #droppedLines = 0;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(descriptor: number, write: WriteBytes = writeBytes) {
    this.#descriptor = descriptor;
    this.#write = write;
  }

  /** `mayBeLost`: a line that is better dropped than kept in memory when nobody reads. */
  line(text: string, options: { readonly mayBeLost?: boolean } = {}): void {
    this.text(`${text}\n`, options);
  }

  text(text: string | Uint8Array, { mayBeLost = false }: { readonly mayBeLost?: boolean } = {}): void {
    if (this.#closed) return;
    if (mayBeLost && this.#unsentBytes > MAX_UNSENT_BYTES) {
      this.#droppedLines += 1;
      return;
    }
    this.#texts.push(text);
    this.#unsentBytes += Buffer.byteLength(text);
    this.#sending ??= this.#send();
  }

  onClosed(listener: () => void): void {
    this.#closedListeners.push(listener);
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  /** Resolves when everything was written, or nobody reads any more. */
  async flushed(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  async #send(): Promise<void> {
    // Texts of one tick leave in one write.
    await Promise.resolve();
    while (this.#texts.length > 0) {
      const bytes = Buffer.concat(this.#texts.splice(0).map((text) => Buffer.from(text)));
      await this.#sendBytes(bytes);
      this.#unsentBytes -= bytes.length;
    }
    this.#sending = undefined;
  }

  async #sendBytes(bytes: Buffer): Promise<void> {
    let sent = 0;
    while (sent < bytes.length && !this.#closed) {
      try {
        sent += await this.#write(this.#descriptor, bytes.subarray(sent));
      } catch (error) {
        if ((error as NodeJS.ErrnoException | null)?.code === 'EAGAIN') await sleep(RETRY_MS);
        else this.#close();
      }
    }
  }

  #close(): void {
    this.#closed = true;
    this.#texts = [];
    for (const listener of this.#closedListeners) listener();
  }
}

const writeBytes: WriteBytes = (descriptor, bytes) =>
  new Promise((resolve, reject) => {
    writeToDescriptor(descriptor, bytes, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
