import { execFile } from 'node:child_process';
import { HookletError } from '../ports/hooklet-error.ts';

/** A disk that is this busy is asked another time. */
const TIMEOUT_MS = 60_000;

/**
 * Bytes that a directory and what is in it take on its disk; what is mounted below it is not counted, no link is followed,
 * and no depth is too deep. By du(1): containers make trees that would hold up this process for long. Files that come and go
 * meanwhile are no error. Rejects with `hostLacks`.
 */
export function diskUsage(directory: string): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile('du', ['-s', '-k', '-x', directory], { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' }, (error, stdout) => {
      const kibibytes = /^(\d+)\s/.exec(stdout)?.[1];
      if (kibibytes !== undefined && error?.killed !== true) resolve(Number(kibibytes) * 1024);
      else reject(new HookletError('hostLacks', `Cannot tell how much "${directory}" holds: ${error?.message ?? `du said "${stdout}"`}`));
    });
  });
}
