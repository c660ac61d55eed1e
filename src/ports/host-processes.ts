/** A process as it was seen; `startTicks` tells it from a later one that was given the same pid. */
export interface HostProcess {
  readonly pid: number;
  readonly startTicks: string;
  readonly parentPid: number;
  readonly argv: readonly string[];
}

/** Processes of this host, found by what they were started as. Adapter: `host/proc-host-processes.ts`. */
export interface HostProcesses {
  /** Those whose program (base name of argv[0]) is one of `programs`. Processes that end meanwhile are left out. */
  find(...programs: readonly string[]): readonly HostProcess[];
  /** A variable of the environment it was started with. */
  variableOf(process: HostProcess, name: string): string | undefined;
  /** True while it runs; a zombie has ended. */
  isAlive(process: HostProcess): boolean;
  /** Looks again right before: a pid that belongs to another process by now is left alone. True when it was sent. */
  signal(process: HostProcess, signal: 'SIGTERM' | 'SIGKILL'): boolean;
}
