/** Programs of this host. Adapter: `host/host-programs.ts`. */
export interface Programs {
  /** PATH with the directories of root's programs: users' shells often lack them, and containerd looks for runc there. */
  readonly searchPath: string;
  /** The absolute path, or undefined when there is none. */
  find(name: string): string | undefined;
  /**
   * Runs it to its end, `input` on its stdin; resolves with its stdout. Rejects with `hostLacks` when it is missing, fails, or does
   * not end within 30 s.
   */
  run(name: string, args: readonly string[], input?: string): Promise<string>;
}
