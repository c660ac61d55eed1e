import type { StandardStreams } from './container-runtime.ts';

/**
 * What the API asks of the node for one Pod: its streams and its logs. Adapter: `kubelet/node-pod-streams.ts`. Names and
 * uids are those of a stored Pod. `undefined` always means: this node has no such Pod, or nothing of it to show.
 */
export interface PodStreams {
  /**
   * Where the runtime serves the stream, for one connection that comes soon: an address on this machine. Undefined when the
   * container does not run. Rejects with the runtime's errors.
   */
  streamUrl(request: PodStreamRequest): Promise<URL | undefined>;
  /** Undefined when that instance is forgotten, or its log is gone. */
  openLog(request: PodLogRequest): Promise<AsyncIterable<Uint8Array> | undefined>;
}

export type PodStreamRequest =
  | (StandardStreams & { readonly kind: 'exec'; readonly uid: string; readonly container: string; readonly command: readonly string[] })
  | (StandardStreams & { readonly kind: 'attach'; readonly uid: string; readonly container: string })
  | { readonly kind: 'portforward'; readonly uid: string; readonly ports: readonly number[] };

export interface PodLogRequest {
  readonly uid: string;
  readonly container: string;
  /** Which instance of it: the runtime's id. */
  readonly containerId: string;
  readonly options: LogOptions;
  /** Nobody reads any more. */
  readonly signal: AbortSignal;
}

/** As `PodLogOptions` of the API has them. */
export interface LogOptions {
  /** Goes on until the instance has ended and all it wrote was told. */
  readonly follow: boolean;
  /** Every line begins with its time: RFC 3339 with nine digits. */
  readonly timestamps: boolean;
  /** Milliseconds since the epoch: what was written before is left out. */
  readonly sinceWallMs?: number;
  /** Only so many lines of its end. */
  readonly tailLines?: number;
  /** Ends after so many bytes, in the middle of a line if need be. */
  readonly limitBytes?: number;
}

/** One log file to be read: the bytes as they are to go out, pulled as they are taken. */
export interface LogRead {
  readonly file: string;
  readonly options: LogOptions;
  /** Asked once, when following: resolves when nothing more will be written. Aborted when the reading is over. */
  readonly untilComplete: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Undefined when there is no such file. Function: `host/read-log-text.ts`. */
export type OpenLogText = (read: LogRead) => Promise<AsyncIterable<Uint8Array> | undefined>;
