/** One thing that hooklet needs of its host, or that is good to know. */
export interface HostCheck {
  /** "containerd", "cgroup controllers" … */
  readonly name: string;
  /** `required`: without it no Pod runs. `advice`: Pods run, something is less good. */
  readonly need: 'required' | 'advice';
  readonly ok: boolean;
  /** What there is: a path, a version, "missing". */
  readonly found: string;
  /** What to do; absent when there is nothing to be done. */
  readonly remedy?: string;
}

/** Looks at the host, changes nothing. Adapter: `host/system-host-checks.ts`. */
export interface HostChecks {
  /**
   * `doctor` asks everything. `run` asks `quick`: what costs no child process; what it cannot tell is left out.
   * `runtimeIsForeign`: with `--runtime-endpoint` nothing of containerd, CNI and iptables is ours to check.
   */
  check(options: { readonly quick: boolean; readonly runtimeIsForeign: boolean }): Promise<readonly HostCheck[]>;
}

/** What stands in the way of running Pods, as one message with its remedies; undefined when nothing does. */
export function hostLacks(checks: readonly HostCheck[]): string | undefined {
  const failed = checks.filter(({ need, ok }) => need === 'required' && !ok);
  if (failed.length === 0) return undefined;
  const parts = failed.map(({ name, found, remedy }) => `${name}: ${found}${remedy === undefined ? '' : ` (${remedy})`}`);
  return `This host cannot run Pods. ${parts.join('; ')}`;
}
