/**
 * The programs that the runtime contracts run: as busybox commands for a real runtime, and as what a scripted one is
 * to do instead.
 */
export interface ContractProgram {
  readonly argv: readonly string[];
  readonly scripted: {
    /** Runs until it is killed when absent. */
    readonly takesMs?: number;
    readonly exitCode?: number;
    readonly stdout?: string;
    readonly stderr?: string;
    readonly startError?: string;
    /** What SIGTERM makes of it. */
    readonly onTerm?: { readonly afterMs: number; readonly exitCode: number };
  };
}

/** By the name of the container. */
export const contractContainers = {
  runs: { argv: ['sh', '-c', 'trap "exit 5" TERM; while :; do sleep 0.05; done'], scripted: { onTerm: { afterMs: 20, exitCode: 5 } } },
  ends: { argv: ['sh', '-c', 'sleep 0.1; exit 3'], scripted: { takesMs: 100, exitCode: 3 } },
  completes: { argv: ['sh', '-c', 'exit 0'], scripted: { takesMs: 10, exitCode: 0 } },
  unstartable: { argv: ['/no/such/program'], scripted: { startError: 'no such file or directory' } },
} as const satisfies Record<string, ContractProgram>;

export const contractExecs = {
  prints: { argv: ['sh', '-c', 'echo out; echo err >&2'], scripted: { takesMs: 10, exitCode: 0, stdout: 'out\n', stderr: 'err\n' } },
  fails: { argv: ['sh', '-c', 'echo why >&2; exit 7'], scripted: { takesMs: 10, exitCode: 7, stderr: 'why\n' } },
  takesAWhile: {
    argv: ['sh', '-c', 'echo begun; sleep 0.3; echo ended'],
    scripted: { takesMs: 300, exitCode: 0, stdout: 'begun\nended\n' },
  },
  hangs: { argv: ['sh', '-c', 'sleep 1000'], scripted: {} },
  unstartable: { argv: ['/no/such/hook'], scripted: { startError: 'no such file or directory' } },
} as const satisfies Record<string, ContractProgram>;
