import { type ErrorCode, HookletError } from '../ports/hooklet-error.ts';

/** 0 fine, 1 something the user runs failed, 2 bad input, 3 this host cannot do it. */
export type ExitCode = 0 | 1 | 2 | 3;

const EXIT_CODES: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  badInput: 2,
  hostLacks: 3,
  stateLocked: 3,
  apiUnavailable: 3,
  // Thrown out of a command, it could not even begin: the disk is full or broken.
  journalUnwritable: 3,
};

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof HookletError ? (EXIT_CODES[error.code] ?? 1) : 1;
}
