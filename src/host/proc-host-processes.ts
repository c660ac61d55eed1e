import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { HostProcess, HostProcesses } from '../ports/host-processes.ts';

export class ProcHostProcesses implements HostProcesses {
  find(...programs: readonly string[]): readonly HostProcess[] {
    const found: HostProcess[] = [];
    for (const entry of readdirSync('/proc')) {
      const pid = Number(entry);
      if (!Number.isInteger(pid)) continue;
      const argv = readArgv(pid);
      if (argv[0] === undefined || !programs.includes(basename(argv[0]))) continue;
      const stat = readStat(pid);
      if (stat !== undefined && stat.state !== 'Z') found.push({ pid, startTicks: stat.startTicks, parentPid: stat.parentPid, argv });
    }
    return found;
  }

  variableOf({ pid }: HostProcess, name: string): string | undefined {
    const found = readOrEmpty(`/proc/${pid}/environ`)
      .split('\0')
      .find((each) => each.startsWith(`${name}=`));
    return found?.slice(name.length + 1);
  }

  isAlive(process: HostProcess): boolean {
    const stat = readStat(process.pid);
    return stat !== undefined && stat.state !== 'Z' && stat.startTicks === process.startTicks;
  }

  signal(target: HostProcess, signal: 'SIGTERM' | 'SIGKILL'): boolean {
    if (!this.isAlive(target) || readArgv(target.pid).join('\0') !== target.argv.join('\0')) return false;
    try {
      return process.kill(target.pid, signal);
    } catch {
      return false; // it ended between the look and the signal
    }
  }
}

/** Empty for a kernel thread, a zombie, and a process that has ended. */
function readArgv(pid: number): string[] {
  const text = readOrEmpty(`/proc/${pid}/cmdline`);
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

function readStat(pid: number): ProcStat | undefined {
  return parseProcStat(readOrEmpty(`/proc/${pid}/stat`));
}

interface ProcStat {
  readonly state: string;
  readonly parentPid: number;
  readonly startTicks: string;
}

/** Field 3 (state), 4 (parent) and 22 (start time) of proc_pid_stat(5). The name in parentheses may hold blanks and parentheses. */
export function parseProcStat(text: string): ProcStat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  return state === undefined || startTicks === undefined ? undefined : { state, parentPid: Number(fields[1]), startTicks };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
