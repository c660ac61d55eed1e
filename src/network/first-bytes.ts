import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** As many as a TLS record's header has. */
const REMEMBERED = 5;

/** Passes everything on between TLS and its socket, and remembers how the other side began: OpenSSL does not tell. */
export class FirstBytes extends Duplex {
  readonly #socket: Socket;
  #first = Buffer.alloc(0);

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.#first.length < REMEMBERED) this.#first = Buffer.concat([this.#first, chunk]).subarray(0, REMEMBERED);
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  get first(): string {
    return this.#first.toString('latin1');
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
