import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../ports/clock.ts';
import type { ContainerLogLine, ContainerLogs, FollowedLog } from '../ports/container-logs.ts';
import { FollowedLogFile, type WatchDirectory } from './followed-log-file.ts';

/** Reads container logs where the runtime writes them. */
export class ContainerLogReader implements ContainerLogs {
  readonly #clock: Clock;
  readonly #watch: WatchDirectory;

  constructor(clock: Clock, watchDirectory: WatchDirectory = watchWithInotify) {
    this.#clock = clock;
    this.#watch = watchDirectory;
  }

  follow(file: string, onLine: (line: ContainerLogLine) => void, signal: AbortSignal): FollowedLog {
    const log = new FollowedLogFile({ file, onLine, clock: this.#clock, watch: this.#watch });
    void log.run(signal);
    return log;
  }
}

function watchWithInotify(directory: string, onChange: () => void): FSWatcher {
  const watcher = watch(directory, { persistent: false }, onChange);
  // Its directory is gone, or the kernel gave up on it: the next look watches again or does without.
  watcher.on('error', () => watcher.close());
  return watcher;
}
