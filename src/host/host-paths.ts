import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readlink, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';

/** Where sockets and all that ends with a boot lie; short, because a Unix socket's path has at most 108 bytes. */
export const runRoot = '/run/hooklet';

const markerText = 'This directory belongs to hooklet: "hooklet reset" removes it and everything in it.\n';

/** The places of one hooklet. `stateDir` need not exist yet; symbolic links in it are followed as far as it does. */
export async function hostPaths(stateDir: string): Promise<HostPaths> {
  const state = await realPath(stateDir);
  const instanceId = createHash('sha256').update(state).digest('hex').slice(0, 8);
  const runDir = join(runRoot, instanceId);
  return {
    stateDir: state,
    instanceId,
    journalFile: join(state, 'journal.db'),
    storeFile: join(state, 'store.db'),
    lockFile: join(state, 'lock.db'),
    hookOutputDir: join(state, 'hook-output'),
    podsDir: join(state, 'pods'),
    logsDir: join(state, 'logs'),
    seccompDir: join(state, 'seccomp'),
    runDir,
    containerdRoot: join(state, 'containerd'),
    containerdSocket: join(runDir, 'containerd.sock'),
    containerdConfigFile: join(runDir, 'containerd.toml'),
    containerdLogFile: join(state, 'containerd.log'),
    cniConfigDir: join(runDir, 'cni'),
    cniLeaseDir: join(state, 'leases'),
    hostChoicesFile: join(state, 'host-choices.json'),
    runtimeMarkFile: join(state, 'runtime'),
    markerFile: join(state, '.hooklet-state'),
    bridgeName: `hkl${instanceId}`,
    networkName: `hooklet-${instanceId}`,
    cgroupParent: `/hooklet-${instanceId}`,
  };
}

/**
 * Makes the state and run directories, private to root, and marks the state directory as hooklet's. Refuses a
 * directory with foreign files in it: a later `reset` would remove them.
 */
export async function makeHostDirs(paths: HostPaths): Promise<void> {
  try {
    await mkdir(paths.stateDir, { recursive: true, mode: 0o700 });
    const entries = await readdir(paths.stateDir);
    if (!entries.includes(markerName(paths))) {
      if (entries.length > 0) throw notOurs(paths.stateDir);
      await writeFile(paths.markerFile, markerText, { mode: 0o600 });
    }
    // The mode of mkdir is cut by the umask, and says nothing of what was there.
    for (const dir of [
      paths.stateDir,
      paths.logsDir,
      paths.podsDir,
      paths.seccompDir,
      paths.hookOutputDir,
      paths.cniLeaseDir,
      paths.runDir,
    ]) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await chmod(dir, 0o700);
    }
  } catch (error) {
    if (error instanceof HookletError) throw error;
    throw new HookletError(
      'hostLacks',
      `Cannot make the state directory "${paths.stateDir}": ${messageOf(error)}; run as root, or name another one with --state-dir`,
      {
        cause: error,
      },
    );
  }
}

/** True when `stateDir` carries hooklet's mark. Rejects with `hostLacks` when that cannot be told. */
export async function isStateDir(paths: Pick<HostPaths, 'stateDir' | 'markerFile'>): Promise<boolean> {
  try {
    return (await readdir(paths.stateDir)).includes(markerName(paths));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw new HookletError('hostLacks', `Cannot look into the state directory "${paths.stateDir}": ${messageOf(error)}; run as root`, {
      cause: error,
    });
  }
}

const markerName = (paths: Pick<HostPaths, 'stateDir' | 'markerFile'>): string => paths.markerFile.slice(paths.stateDir.length + 1);

const notOurs = (stateDir: string): HookletError =>
  new HookletError(
    'badInput',
    `"${stateDir}" is not empty and not a state directory of hooklet; name an empty or a new one with --state-dir`,
  );

/** As many as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Where a path leads, also one that does not exist yet: links are followed as far as there are any. One directory has one
 * instance id, by whatever name it is called.
 */
export async function realPath(path: string, links = MAX_LINKS): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    const parent = dirname(absolute);
    if (parent === absolute) return absolute;
    const at = join(await realPath(parent, links), basename(absolute));
    const target = links === 0 ? undefined : await readlink(at).catch(() => undefined);
    return target === undefined ? at : realPath(resolve(dirname(at), target), links - 1);
  }
}
