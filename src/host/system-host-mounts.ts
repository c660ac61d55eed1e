import { readFile } from 'node:fs/promises';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostMounts, TmpfsOptions } from '../ports/host-mounts.ts';
import type { Programs } from '../ports/programs.ts';
import { mountsWithin, parseMountTable } from './mount-table.ts';

/** mount(8) and umount(8): Node has no such calls. `-c` keeps them from following a path, `/proc/<pid>/fd/<n>` above all. */
export class SystemHostMounts implements HostMounts {
  readonly #programs: Pick<Programs, 'run'>;

  constructor(programs: Pick<Programs, 'run'>) {
    this.#programs = programs;
  }

  async within(dir: string): Promise<readonly string[]> {
    try {
      const table = parseMountTable(await readFile('/proc/self/mountinfo', 'utf8'));
      return mountsWithin(table, dir).map(({ mountPoint }) => mountPoint);
    } catch (error) {
      throw new HookletError('hostLacks', `Cannot read the table of mounts: ${messageOf(error)}`, { cause: error });
    }
  }

  async tmpfs(dir: string, { mode, sizeBytes, gid }: TmpfsOptions): Promise<void> {
    const options = [
      `mode=${mode.toString(8)}`,
      ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`]),
      ...(gid === undefined ? [] : [`gid=${gid}`]),
    ];
    await this.#programs.run('mount', ['-c', '-t', 'tmpfs', '-o', options.join(','), 'tmpfs', dir]);
  }

  async bind(source: string, target: string): Promise<void> {
    await this.#programs.run('mount', ['-c', '--bind', source, target]);
  }

  async unmount(path: string): Promise<void> {
    await this.#programs.run('umount', ['-c', path]);
  }
}
