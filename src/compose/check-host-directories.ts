/** What Pods want to see of the host: never what hooklet keeps there (`design.md` 7). */
import { resolve } from 'node:path';
import { type HostDirectory, hostDirectoriesOf, howItShows } from '../model/host-directories.ts';
import type { PodManifest } from '../model/pod.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';

/**
 * Throws `badInput` for a hostPath at, above or below the state directory or the directory of sockets: whoever writes there
 * rules hooklet and every container. Links are followed, also those that lead to what is still to be made.
 */
export async function checkHostDirectories({ stateDir }: Pick<HostPaths, 'stateDir'>, manifests: readonly PodManifest[]): Promise<void> {
  const wanted = manifests.flatMap(hostDirectoriesOf);
  if (wanted.length === 0) return;
  const { realPath, runRoot } = await import('../host/host-paths.ts');
  const kept = [
    { dir: await realPath(stateDir), what: 'state directory', remedy: 'name another path, or another --state-dir' },
    { dir: await realPath(runRoot), what: 'directory of sockets', remedy: 'name another path' },
  ];
  const refusals: string[] = [];
  for (const directory of wanted) {
    const real = await realPath(resolve('/', directory.path)); // containerd lives in the root directory
    for (const { dir, what, remedy } of kept) {
      const how = howItShows(real, dir);
      if (how !== undefined)
        refusals.push(`${placeOf(directory)} ${how} hooklet's ${what} "${dir}", which no container may see; ${remedy}`);
    }
  }
  if (refusals.length > 0) throw new HookletError('badInput', refusals.join('\n'));
}

const placeOf = ({ pod, field, path }: HostDirectory): string => `Pod ${pod}: ${field}: Forbidden: ${JSON.stringify(path)}`;
