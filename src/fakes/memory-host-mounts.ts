import { chmodSync, existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { HookletError } from '../ports/hooklet-error.ts';
import type { HostMounts, TmpfsOptions } from '../ports/host-mounts.ts';

/** Mounts that need no right: a tmpfs is the directory itself, a bind mount a symbolic link. */
export class MemoryHostMounts implements HostMounts {
  /** How each path was mounted, the last one last. */
  readonly mounted = new Map<string, TmpfsOptions | { readonly source: string }>();

  async within(dir: string): Promise<readonly string[]> {
    return [...this.mounted.keys()].filter((path) => path === dir || path.startsWith(`${dir}/`)).reverse();
  }

  async tmpfs(dir: string, options: TmpfsOptions): Promise<void> {
    if (!existsSync(dir)) throw nowhere(dir);
    chmodSync(dir, options.mode);
    this.mounted.set(dir, options);
  }

  async bind(source: string, target: string): Promise<void> {
    if (!existsSync(target)) throw nowhere(target);
    const shown = source.startsWith('/proc/') ? readlinkSync(source) : source;
    rmSync(target, { recursive: true });
    symlinkSync(shown, target);
    this.mounted.set(target, { source: shown });
  }

  async unmount(path: string): Promise<void> {
    const mount = this.mounted.get(path);
    if (mount === undefined) throw new HookletError('hostLacks', `Cannot unmount "${path}": nothing is mounted there`);
    this.mounted.delete(path);
    if ('source' in mount) rmSync(path);
  }
}

const nowhere = (path: string): HookletError => new HookletError('hostLacks', `Cannot mount on "${path}": there is nothing`);
