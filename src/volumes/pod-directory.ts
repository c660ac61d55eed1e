/** Where a Pod keeps what on the host. Every name that becomes part of a path is checked here, whoever checked it before. */
import { join } from 'node:path';
import { isOwnMount } from '../core/container/own-mounts.ts';
import { dnsLabel, podUid } from '../model/name-rules.ts';
import type { Volume } from '../model/pod.ts';
import { HookletError } from '../ports/hooklet-error.ts';

/** As the kubelet names them (`GetPodVolumeDir`). */
const PLUGINS = {
  emptyDir: 'kubernetes.io~empty-dir',
  configMap: 'kubernetes.io~configmap',
  secret: 'kubernetes.io~secret',
  downwardAPI: 'kubernetes.io~downward-api',
  projected: 'kubernetes.io~projected',
} as const;

export type OwnVolumeKind = keyof typeof PLUGINS;

/** What a volume of the Pod's own is; undefined for one that belongs to the host. */
export const ownKind = (volume: Volume): OwnVolumeKind | undefined =>
  (Object.keys(PLUGINS) as OwnVolumeKind[]).find((kind) => volume[kind] !== undefined);

export class PodDirectory {
  readonly path: string;

  constructor(podsDir: string, uid: string) {
    this.path = join(podsDir, named('uid', uid, podUid(uid)));
  }

  volume(kind: OwnVolumeKind, name: string): string {
    return join(this.path, 'volumes', PLUGINS[kind], named('volume', name, dnsLabel(name)));
  }

  /** A mount point for the part of a volume that a container sees. */
  subPath(volume: string, container: string, index: number): string {
    const [volumeName, containerName] = [named('volume', volume, dnsLabel(volume)), named('container', container, dnsLabel(container))];
    return join(this.path, 'volume-subpaths', volumeName, containerName, String(index));
  }

  /** A mount point: a small file system for files that containers may write and the agent reads. */
  get managed(): string {
    return join(this.path, 'managed');
  }

  get hostsFile(): string {
    return join(this.managed, 'etc-hosts');
  }

  /** One file for each instance. */
  terminationLogs(container: string): string {
    return join(this.managed, 'containers', named('container', container, dnsLabel(container)));
  }

  terminationLog(container: string, restartCount: number): string {
    return join(this.terminationLogs(container), String(restartCount));
  }

  /** True for what the agent mounts itself, false for what a container or somebody else mounted below it. */
  isOwnMount(path: string): boolean {
    return path.startsWith(`${this.path}/`) && isOwnMount(path.slice(this.path.length + 1));
  }
}

function named(what: string, name: string, complaint: string | undefined): string {
  if (complaint === undefined) return name;
  throw new HookletError('badInput', `Cannot make a directory for the ${what} ${JSON.stringify(name)}: ${complaint}`);
}
