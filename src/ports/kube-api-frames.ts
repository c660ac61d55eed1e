/** What travels between an API server and whoever speaks with it, as bytes: shared by all that implement `KubeApi`. */
import { HookletError } from './hooklet-error.ts';
import type { WatchEvent } from './kube-api.ts';

/** An object has at most 3 MiB where it is written; this is far beyond what a server would send as one event. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** The bytes of a watch → its events: one JSON object a line, in chunks that end anywhere. */
export class WatchFrames {
  readonly #maxBytes: number;
  #rest: readonly Uint8Array[] = [];
  #restBytes = 0;

  constructor(maxBytes = MAX_FRAME_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The events that are complete with `chunk`. Throws `apiUnavailable` for what is no watch. */
  push(chunk: Uint8Array): readonly WatchEvent[] {
    const events: WatchEvent[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const line = joined([...this.#rest, chunk.subarray(from, end)]);
      this.#rest = [];
      this.#restBytes = 0;
      from = end + 1;
      if (line.length > 0) events.push(readEvent(line));
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return events;
  }

  #keep(part: Uint8Array): void {
    this.#restBytes += part.length;
    if (this.#restBytes > this.#maxBytes) {
      throw new HookletError('apiUnavailable', `an event of a watch has more than ${this.#maxBytes} bytes`, { retry: 'later' });
    }
    this.#rest = [...this.#rest, part];
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

function readEvent(line: Uint8Array): WatchEvent {
  const event = readJson(line);
  if (typeof event === 'object' && event !== null && 'type' in event && 'object' in event && TYPES.has(event.type))
    return event as WatchEvent;
  throw new HookletError('apiUnavailable', 'a watch sent what is no event', { retry: 'later' });
}

const decoder = new TextDecoder();

/** The body of an answer: JSON where it is JSON. */
export function readJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const text = decoder.decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
