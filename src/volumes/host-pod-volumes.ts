/**
 * emptyDir and hostPath, as directories of this host. An emptyDir lives as long as its Pod on this machine; a hostPath
 * belongs to the machine and is never touched.
 */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ownVolumes } from '../core/container/container-spec.ts';
import type { Pod, Volume } from '../model/pod.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { PodVolumes } from '../ports/pod-volumes.ts';

/** Removes a directory and what is in it, never what is mounted there or linked to; none there is no error. */
type RemoveTree = (path: string) => Promise<void>;

type Places = Pick<HostPaths, 'podsDir' | 'logsDir'>;

export class HostPodVolumes implements PodVolumes {
  readonly #places: Places;
  readonly #removeTree: RemoveTree;

  constructor(places: Places, removeTree: RemoveTree) {
    this.#places = places;
    this.#removeTree = removeTree;
  }

  async setUp(pod: Pod): Promise<Readonly<Record<string, string>>> {
    const { uid } = pod.metadata;
    await this.#make(join(this.#places.logsDir, uid), 0o700, 'the log directory');
    for (const { name } of ownVolumes(pod)) await this.#make(this.#emptyDir(uid, name), 0o777, `emptyDir volume "${name}"`);
    return Object.fromEntries((pod.spec.volumes ?? []).map((volume) => [volume.name, this.#pathOf(uid, volume)]));
  }

  async tearDown(uid: string): Promise<void> {
    await this.#removeTree(join(this.#places.podsDir, uid));
    await this.#removeTree(join(this.#places.logsDir, uid));
  }

  #pathOf(uid: string, volume: Volume): string {
    return volume.hostPath === undefined ? this.#emptyDir(uid, volume.name) : volume.hostPath.path;
  }

  #emptyDir(uid: string, name: string): string {
    return join(this.#places.podsDir, uid, 'volumes', 'kubernetes.io~empty-dir', name);
  }

  async #make(path: string, mode: number, what: string): Promise<void> {
    try {
      const made = await mkdir(path, { recursive: true, mode: 0o700 });
      // The mode of mkdir is cut by the umask; an emptyDir is writable for every user of the Pod (`pkg/volume/emptydir`).
      if (made !== undefined) await chmod(path, mode);
    } catch (error) {
      throw new HookletError(
        'runtimeFailed',
        `Cannot make ${what} at "${path}": ${messageOf(error)}; free space there, or remove what is in the way`,
        { cause: error },
      );
    }
  }
}
