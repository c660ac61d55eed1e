/** One line that a container wrote. */
export interface ContainerLogLine {
  /** RFC 3339 in UTC with milliseconds, as in the journal's records. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its newline; at most `keptBytesOfLine` bytes of it. */
  readonly text: string;
  /** How many bytes of the line were dropped. */
  readonly cutBytes: number;
}

/** The runtime itself cuts longer lines to pieces of this size, so most lines it cuts come back whole. */
export const keptBytesOfLine = 16 * 1024;

/** What containers write. Adapter: `host/container-log-reader.ts`; fake: `fakes/memory-container-logs.ts`. */
export interface ContainerLogs {
  /**
   * Tells `onLine` every line of the log from its beginning, in order, as it is written; the file may come later, be
   * rotated or be truncated. A listener that throws harms nobody. Ends when `signal` is aborted (nothing is told any more) or when drained.
   */
  follow(file: string, onLine: (line: ContainerLogLine) => void, signal: AbortSignal): FollowedLog;
}

export interface FollowedLog {
  /**
   * To be called once the container has ended: nothing more will be written. Resolves when all that is there was told;
   * following is over then. Resolves after an abort too. Never rejects.
   */
  drained(): Promise<void>;
}
