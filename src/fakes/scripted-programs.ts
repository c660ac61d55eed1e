/** What processes do in a scripted runtime, in the manual clock's time. */
import type { UserSpec } from '../core/runtime-spec.ts';
import type { ErrorCode } from '../ports/hooklet-error.ts';

/** A container's first process. Without anything it runs until SIGTERM ends it at once, with 143. */
export interface Program {
  /** Ends by itself after this long. */
  readonly endsAfterMs?: number;
  readonly exitCode?: number;
  /** What a signal does; one that is not named has its default effect. SIGKILL always kills, unless it is stuck. */
  readonly onSignal?: Readonly<Record<string, 'ignored' | { readonly afterMs: number; readonly exitCode: number }>>;
  /** It cannot be started: the runtime's words. */
  readonly startError?: string;
  /** How long after its processes, hooks among them, its end is told; the kernel ends a PID namespace in that order. */
  readonly reapedAfterMs?: number;
  /** The kernel does not let go of it: no signal ends it, only the runtime's own stop. */
  readonly stuck?: boolean;
}

/** A process run inside a container by exec. Without `takesMs` it never ends by itself. */
export interface ExecProgram {
  readonly takesMs?: number;
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** It cannot be started: the runtime's words. */
  readonly startError?: string;
  /** Its work ends the container's first process with this code, when it ends itself. */
  readonly endsContainerWith?: number;
}

/** One pull of an image that is not there. */
export interface Pull {
  readonly takesMs?: number;
  /** It fails with these words. */
  readonly error?: string;
}

export interface Script {
  program?(container: string, restartCount: number): Program;
  exec?(argv: readonly string[], container: string): ExecProgram;
  /** Images that are present; all when absent. */
  readonly images?: readonly string[];
  /** What the n-th pull of an image does, from 1; without it there is no registry. */
  pull?(image: string, pull: number): Pull;
  /** The images' own STOPSIGNAL. */
  readonly stopSignal?: string;
  /** Whom the images name; root when absent. */
  readonly imageUser?: UserSpec;
  /** `http://127.0.0.1:PORT` of whoever serves streams; a port where nobody listens when absent. */
  readonly streamServer?: string;
  /** The runtime can leave out the groups that an image gives its user. */
  readonly strictGroups?: boolean;
}

/**
 * A fault of the n-th call (from 1) of a method. Without `error` the reply is lost, with or without the work having been
 * done; with it the runtime answers so.
 */
export interface CallFault {
  readonly method: string;
  readonly call: number | 'every';
  readonly work: 'done' | 'notDone';
  readonly error?: ErrorCode;
  /** What the runtime says with `error`. */
  readonly message?: string;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
};

/** The exit status of a process that a signal killed. */
export const killedBy = (signal: string): number => 128 + (SIGNAL_NUMBERS[signal] ?? 0);
