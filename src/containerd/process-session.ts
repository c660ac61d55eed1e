/** What /proc tells of processes in containers: whose children they are, and in which session (setsid(2)). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ProcessStat {
  readonly parent: number;
  readonly session: number;
}

/** Of the given processes those of one session: what a hook has started and did not detach. */
export function inSession(session: number, pids: readonly number[], proc = '/proc'): number[] {
  return pids.filter((pid) => statOf(pid, proc)?.session === session);
}

export interface Injected {
  /** The container's first process. Its parent is the shim. */
  readonly init: number;
  readonly argv: readonly string[];
  readonly pids: readonly number[];
}

/**
 * Of the given processes those that were put into the container from outside with these arguments: their parent is the
 * shim. Whatever a process of the container starts and leaves behind becomes a child of the container's first process.
 */
export function injectedInto({ init, argv, pids }: Injected, proc = '/proc'): number[] {
  const shim = statOf(init, proc)?.parent;
  const wanted = argv.map((arg) => `${arg}\0`).join('');
  return pids.filter(
    (pid) => pid !== init && shim !== undefined && statOf(pid, proc)?.parent === shim && read(pid, 'cmdline', proc) === wanted,
  );
}

/** Undefined for a process that is gone, or a zombie. */
function statOf(pid: number, proc: string): ProcessStat | undefined {
  const stat = read(pid, 'stat', proc);
  // proc(5): "pid (command) state ppid pgrp session …"; the command may hold spaces and parentheses.
  const [state, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === 'Z' ? undefined : { parent: Number(parent), session: Number(session) };
}

function read(pid: number, file: string, proc: string): string {
  try {
    return readFileSync(join(proc, String(pid), file), 'utf8');
  } catch {
    return '';
  }
}
