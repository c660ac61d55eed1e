/**
 * Streams over one connection to a server of SPDY/3.1.
 *
 * C1 What one stream's reader does not take stops the whole connection: there is no other flow control in Kubernetes'
 *    servers. Who must not wait for another opens a connection of its own.
 * C2 A connection that breaks breaks every stream that had not ended; one that the server takes leave of ends them.
 */
import { Duplex } from 'node:stream';
import { HookletError } from '../../../ports/hooklet-error.ts';
import { SpdyDecoder, SpdyEncoder, type SpdyEvent } from './spdy-frames.ts';

/** Longer pieces would make others wait. */
const PIECE_BYTES = 64 * 1024;

export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #encoder = new SpdyEncoder();
  readonly #decoder = new SpdyDecoder();
  readonly #streams = new Map<number, SpdyStream>();
  #nextId = 1;
  #saidGoodbye = false;

  /** `head`: bytes that came with the handshake. */
  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#broken());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    if (head.length > 0) this.#take(head);
  }

  open(headers: Readonly<Record<string, string>>): Duplex {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new SpdyStream({
      send: (bytes, done) => this.#send(this.#encoder.data(id, bytes), done),
      end: (done) => this.#send(this.#encoder.end(id), done),
      resume: () => this.#resume(),
    });
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    this.#send(this.#encoder.openStream(id, headers), () => {});
    if (this.#socket.destroyed) stream.destroy(brokenOff());
    return stream;
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(frame: Buffer, done: (error?: Error | null) => void): void {
    if (this.#socket.writable) this.#socket.write(frame, done);
    else done(brokenOff());
  }

  #take(chunk: Buffer): void {
    try {
      for (const event of this.#decoder.push(chunk)) this.#handle(event);
    } catch {
      this.#socket.destroy();
    }
  }

  #handle(event: SpdyEvent): void {
    // A server's own numbers are even: an answer to a ping of ours there is none.
    if (event.kind === 'ping') {
      if (event.id % 2 === 0) this.#send(this.#encoder.ping(event.id), () => {});
      return;
    }
    if (event.kind === 'goodbye') {
      this.#saidGoodbye = true;
      return;
    }
    const stream = this.#streams.get(event.stream);
    if (event.kind === 'data') {
      if (stream?.accept(event.bytes) === false) this.#socket.pause();
    } else {
      // A server may reset what it is done with, right after its last word.
      stream?.accept(null);
    }
  }

  /** C1 */
  #resume(): void {
    if ([...this.#streams.values()].every(({ isTaking }) => isTaking)) this.#socket.resume();
  }

  /** C2 */
  #broken(): void {
    for (const stream of this.#streams.values()) {
      if (this.#saidGoodbye) stream.accept(null);
      else if (!stream.isOver) stream.destroy(brokenOff());
    }
  }
}

const brokenOff = (): HookletError => new HookletError('apiUnavailable', 'error: the connection to the server was lost');

interface StreamActs {
  send(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  end(done: (error?: Error | null) => void): void;
  resume(): void;
}

class SpdyStream extends Duplex {
  readonly #acts: StreamActs;
  #hasEnded = false;
  #isTaking = true;

  constructor(acts: StreamActs) {
    super({ allowHalfOpen: true });
    this.#acts = acts;
    // Each is told to whoever uses the stream, by its other events too; none may end the process.
    this.on('error', () => {});
  }

  /** The server has ended it; what it sent before may still be waiting to be read. */
  get isOver(): boolean {
    return this.#hasEnded;
  }

  /** False: its reader has enough for now. */
  get isTaking(): boolean {
    return this.#isTaking || this.destroyed;
  }

  /** `null` is the end. Returns `isTaking`. */
  accept(bytes: Buffer | null): boolean {
    if (this.#hasEnded || this.destroyed) return true;
    if (bytes === null) this.#hasEnded = true;
    this.#isTaking = this.push(bytes) || bytes === null;
    return this.#isTaking;
  }

  override _read(): void {
    this.#isTaking = true;
    this.#acts.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const send = (from: number, error?: Error | null): void => {
      if (error !== undefined && error !== null) return done(error);
      if (from >= chunk.length) return done();
      this.#acts.send(chunk.subarray(from, from + PIECE_BYTES), (failed) => send(from + PIECE_BYTES, failed));
    };
    send(0);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#acts.end(done);
  }
}
