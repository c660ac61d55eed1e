import type { ContainerLogLine, ContainerLogs, FollowedLog } from '../ports/container-logs.ts';

interface Follower {
  readonly onLine: (line: ContainerLogLine) => void;
  readonly signal: AbortSignal;
  told: number;
  over: boolean;
}

/** Logs that a test writes. Lines are told within microtasks, never inside the call that wrote or followed. */
export class MemoryContainerLogs implements ContainerLogs {
  readonly #files = new Map<string, ContainerLogLine[]>();
  readonly #followers = new Map<string, Set<Follower>>();

  write(file: string, text: string, options: { readonly stream?: 'stdout' | 'stderr'; readonly time?: string } = {}): void {
    const { stream = 'stdout', time = '2030-01-01T00:00:00.000Z' } = options;
    this.#linesOf(file).push({ time, stream, text, cutBytes: 0 });
    for (const follower of this.#followers.get(file) ?? []) void this.#tell(file, follower);
  }

  follow(file: string, onLine: (line: ContainerLogLine) => void, signal: AbortSignal): FollowedLog {
    const follower: Follower = { onLine, signal, told: 0, over: false };
    const followers = this.#followers.get(file) ?? new Set<Follower>();
    this.#followers.set(file, followers.add(follower));
    void this.#tell(file, follower);
    return {
      drained: async () => {
        await this.#tell(file, follower);
        follower.over = true;
        followers.delete(follower);
      },
    };
  }

  #linesOf(file: string): ContainerLogLine[] {
    const lines = this.#files.get(file) ?? [];
    this.#files.set(file, lines);
    return lines;
  }

  async #tell(file: string, follower: Follower): Promise<void> {
    await Promise.resolve();
    const lines = this.#linesOf(file);
    while (follower.told < lines.length && !follower.over && !follower.signal.aborted) {
      const line = lines[follower.told];
      follower.told += 1;
      try {
        if (line !== undefined) follower.onLine(line);
      } catch {
        // Its own affair, as with the real reader.
      }
    }
  }
}
