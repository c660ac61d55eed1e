import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { Programs } from '../ports/programs.ts';

const rootDirs = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export class HostPrograms implements Programs {
  readonly searchPath: string;

  constructor(path: string = process.env['PATH'] ?? '/usr/bin:/bin') {
    const dirs = path.split(':').filter((dir) => dir !== '');
    this.searchPath = [...dirs, ...rootDirs.filter((dir) => !dirs.includes(dir))].join(':');
  }

  find(name: string): string | undefined {
    return this.searchPath
      .split(':')
      .map((dir) => join(dir, name))
      .find(isProgram);
  }

  async run(name: string, args: readonly string[], input = ''): Promise<string> {
    try {
      // The C locale: what programs say is read by us.
      const env = { ...process.env, PATH: this.searchPath, LC_ALL: 'C' };
      const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
      const ended = once(child, 'close') as Promise<[number | null, string | null]>;
      child.stdin.on('error', () => {}); // it ended without reading: its exit code tells
      child.stdin.end(input);
      const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      if (code === 0) return stdout;
      throw new HookletError('hostLacks', `"${[name, ...args].join(' ')}" ended with ${code ?? signal}: ${stderr.trim()}`);
    } catch (error) {
      if (error instanceof HookletError) throw error;
      throw new HookletError('hostLacks', `Cannot run "${name}": ${messageOf(error)}; install it`, { cause: error });
    }
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
