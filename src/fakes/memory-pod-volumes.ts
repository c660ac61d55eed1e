import { containerMounts } from '../core/container/container-mounts.ts';
import type { ContainerMount } from '../core/runtime-spec.ts';
import type { Container, Pod, Volume } from '../model/pod.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { InstanceInputs, PodVolumes } from '../ports/pod-volumes.ts';

/** Volumes by name only; remembers whose are set up. */
export class MemoryPodVolumes implements PodVolumes {
  readonly uids = new Set<string>();
  /** Uids of the Pods that were refreshed, in order. */
  readonly refreshed: string[] = [];
  /** Why a Pod's volumes cannot be set up, by its name: as `configmap "c" not found`. */
  readonly missing = new Map<string, string>();
  /** What a container leaves, by "<pod>/<container>". */
  readonly lastWords = new Map<string, string>();
  /** Texts of files in volumes, by "<volume>/<path>". */
  readonly envFiles = new Map<string, string>();
  /** The volume of a Pod that is overfull, by the Pod's name. */
  readonly overfull = new Map<string, { readonly volume: string; readonly message: string }>();

  async setUp(pod: Pod): Promise<Readonly<Record<string, string>>> {
    const why = this.missing.get(pod.metadata.name);
    const [first] = pod.spec.volumes ?? [];
    if (why !== undefined)
      throw new HookletError('volumeNotReady', `MountVolume.SetUp failed for volume "${first?.name ?? ''}" : ${why}`, { retry: 'later' });
    this.uids.add(pod.metadata.uid);
    return Object.fromEntries((pod.spec.volumes ?? []).map((volume) => [volume.name, pathOf(pod, volume)]));
  }

  async containerMounts(pod: Pod, container: Container, { restartCount, podIPs }: InstanceInputs): Promise<readonly ContainerMount[]> {
    const { uid } = pod.metadata;
    const volumes = Object.fromEntries((pod.spec.volumes ?? []).map((volume) => [volume.name, pathOf(pod, volume)]));
    const parts = (container.volumeMounts ?? []).flatMap(({ name, subPath = '' }, index) =>
      subPath === '' ? [] : [[index, `${volumes[name]}/${subPath}`] as const],
    );
    return containerMounts(pod, container, {
      volumes,
      subPaths: new Map(parts),
      ...(podIPs.length === 0 ? {} : { hostsFile: `/pods/${uid}/etc-hosts` }),
      terminationLog: `/pods/${uid}/containers/${container.name}/${restartCount}`,
    });
  }

  async envFile(_: Pod, { volumeName, path }: { readonly volumeName: string; readonly path: string }): Promise<string | undefined> {
    return this.envFiles.get(`${volumeName}/${path}`);
  }

  async refresh(pod: Pod): Promise<void> {
    this.refreshed.push(pod.metadata.uid);
  }

  async findOverfullVolume(pod: Pod): Promise<{ readonly volume: string; readonly message: string } | undefined> {
    return this.overfull.get(pod.metadata.name);
  }

  async terminationMessage(pod: Pod, container: Container): Promise<string> {
    return this.lastWords.get(`${pod.metadata.name}/${container.name}`) ?? '';
  }

  async tearDown(uid: string): Promise<void> {
    this.uids.delete(uid);
  }
}

const pathOf = ({ metadata }: Pod, { name, hostPath }: Volume): string => hostPath?.path ?? `/pods/${metadata.uid}/${name}`;
