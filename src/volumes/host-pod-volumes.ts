/**
 * A Pod's volumes as directories, files and mounts of this host. Owns `<podsDir>/<uid>` and `<logsDir>/<uid>`; a hostPath
 * belongs to the machine and is never touched.
 *
 * V1 One thing at a time for each Pod: a refresh never meets a tearDown.
 * V2 Nothing is remembered but tokens: what is mounted, made and written is seen on the host, so that a restarted agent
 *    goes on with what it finds, and takes away what it did not make itself.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containerMounts, subPathOf, wantsHostsFile } from '../core/container/container-mounts.ts';
import { hostsFile } from '../core/container/hosts-file.ts';
import { wantsLog } from '../core/container/termination-message.ts';
import type { ContainerMount } from '../core/runtime-spec.ts';
import type { Container, Pod, Volume, VolumeMount } from '../model/pod.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostMounts } from '../ports/host-mounts.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { PodObjects } from '../ports/pod-objects.ts';
import type { InstanceInputs, PodVolumes } from '../ports/pod-volumes.ts';
import { isWritten, writeAtomically } from './atomic-writer.ts';
import { type EmptyDir, makeDirectory, makeInMemory, memoryBytesOf, overfullMessage } from './empty-dir.ts';
import { checkHostPath } from './host-path.ts';
import { makeLogDirectory } from './log-directory.ts';
import { makeManagedDirectory, makeTerminationLog, readTerminationLog, writeHostsFile } from './managed-files.ts';
import { filesOf, type ObjectVolumeParts } from './object-volume.ts';
import { type OwnVolumeKind, ownKind, PodDirectory } from './pod-directory.ts';
import { PodTokens } from './pod-tokens.ts';
import { readBeneath } from './read-beneath.ts';
import { bindSubPath } from './sub-path.ts';
import { Turns } from './turns.ts';

export interface HostPodVolumesParts {
  readonly places: Pick<HostPaths, 'podsDir' | 'logsDir'>;
  readonly objects: PodObjects;
  readonly mounts: HostMounts;
  readonly allocatable: ObjectVolumeParts['allocatable'];
  /** Removes a directory and what is in it, never what is mounted there or linked to; none there is no error. */
  readonly removeTree: (path: string) => Promise<void>;
  /** Bytes that a directory takes on its disk. */
  readonly diskUsage: (path: string) => Promise<number>;
  /** The end of a container's log. */
  readonly logTail: (file: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly nowWallMs: () => number;
  /** The node's own hosts file. */
  readonly nodeHostsFile: string;
  readonly clusterDomain: string;
}

export class HostPodVolumes implements PodVolumes {
  readonly #parts: HostPodVolumesParts;
  readonly #tokens: PodTokens;
  readonly #turns = new Turns();

  constructor(parts: HostPodVolumesParts) {
    this.#parts = parts;
    this.#tokens = new PodTokens(parts.objects, parts.nowWallMs);
  }

  setUp(pod: Pod): Promise<Readonly<Record<string, string>>> {
    const { uid } = pod.metadata;
    return this.#turns.take(uid, async () => {
      await makeLogDirectory(join(this.#parts.places.logsDir, uid));
      const paths: Record<string, string> = {};
      for (const volume of pod.spec.volumes ?? []) {
        await orNotReady(volume, () => this.#setUpVolume(pod, volume));
        paths[volume.name] = this.#pathOf(pod, volume);
      }
      return paths;
    });
  }

  containerMounts(pod: Pod, container: Container, instance: InstanceInputs): Promise<readonly ContainerMount[]> {
    return this.#turns.take(pod.metadata.uid, async () => {
      const { hosts, terminationLog } = await this.#managedFiles(pod, container, instance);
      const volumes = Object.fromEntries((pod.spec.volumes ?? []).map((volume) => [volume.name, this.#pathOf(pod, volume)]));
      const subPaths = new Map<number, string>();
      for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
        const path = await this.#subPath({ pod, container, index }, mount, instance.env);
        if (path !== undefined) subPaths.set(index, path);
      }
      const files = { ...(hosts === undefined ? {} : { hostsFile: hosts }), ...(terminationLog === undefined ? {} : { terminationLog }) };
      return containerMounts(pod, container, { volumes, subPaths, ...files });
    });
  }

  async envFile(pod: Pod, { volumeName, path }: { readonly volumeName: string; readonly path: string }): Promise<string | undefined> {
    const volume = (pod.spec.volumes ?? []).find(({ name }) => name === volumeName);
    if (volume === undefined) throw notConfigured(`cannot find the volume "${volumeName}" referenced by FileKeyRef`);
    try {
      return await readBeneath(this.#pathOf(pod, volume), path);
    } catch (error) {
      throw notConfigured("couldn't parse env file", error);
    }
  }

  refresh(pod: Pod): Promise<void> {
    return this.#turns.take(pod.metadata.uid, async () => {
      const failures: unknown[] = [];
      for (const volume of pod.spec.volumes ?? []) {
        if (!followsObjects(volume) || !(await isWritten(this.#pathOf(pod, volume)))) continue;
        await orNotReady(volume, () => this.#write(pod, volume)).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    });
  }

  async findOverfullVolume(pod: Pod): Promise<{ readonly volume: string; readonly message: string } | undefined> {
    for (const volume of pod.spec.volumes ?? []) {
      if (volume.emptyDir?.sizeLimit === undefined || isInMemory(volume.emptyDir)) continue;
      const message = overfullMessage(volume, await this.#parts.diskUsage(this.#pathOf(pod, volume)));
      if (message !== undefined) return { volume: volume.name, message };
    }
    return undefined;
  }

  async terminationMessage(
    pod: Pod,
    container: Container,
    { restartCount, exitCode }: { readonly restartCount: number; readonly exitCode: number },
  ): Promise<string> {
    const { uid } = pod.metadata;
    const { terminationMessagePath = '', name } = container;
    try {
      const said = terminationMessagePath === '' ? '' : await readTerminationLog(this.#directoryOf(uid), name, restartCount);
      if (!wantsLog(container, exitCode, said)) return said;
    } catch (error) {
      return `Error on reading termination log ${terminationMessagePath}: ${messageOf(error)}`;
    }
    const log = join(this.#parts.places.logsDir, uid, name, `${restartCount}.log`);
    return this.#parts.logTail(log).catch((error) => `Error on reading termination message from logs: ${messageOf(error)}`);
  }

  tearDown(uid: string): Promise<void> {
    return this.#turns.take(uid, async () => {
      const { mounts, places, removeTree } = this.#parts;
      const directory = this.#directoryOf(uid);
      for (const path of await mounts.within(directory.path)) if (directory.isOwnMount(path)) await mounts.unmount(path);
      await removeTree(directory.path);
      await removeTree(join(places.logsDir, uid));
      this.#tokens.forget(uid);
    });
  }

  async #setUpVolume(pod: Pod, volume: Volume): Promise<void> {
    const { mounts, allocatable } = this.#parts;
    const path = this.#pathOf(pod, volume);
    const fsGroup = pod.spec.securityContext?.fsGroup;
    if (volume.hostPath !== undefined) return checkHostPath(volume.hostPath);
    const { emptyDir } = volume;
    if (emptyDir !== undefined && !isInMemory(emptyDir)) return makeDirectory(path, fsGroup);
    if (emptyDir !== undefined)
      return makeInMemory(mounts, path, { fsGroup, sizeBytes: memoryBytesOf(emptyDir, pod, allocatable.memoryBytes) });
    // What only some may read is kept off the disk, as upstream does.
    if (volume.configMap !== undefined) await makeDirectory(path, fsGroup);
    else await makeInMemory(mounts, path, { fsGroup, sizeBytes: undefined });
    if (await isWritten(path)) await this.#write(pod, volume).catch(() => undefined);
    else await this.#write(pod, volume);
  }

  async #write(pod: Pod, volume: Volume): Promise<void> {
    const { objects, allocatable, nowWallMs } = this.#parts;
    const files = await filesOf(pod, volume, { objects, tokens: this.#tokens, allocatable });
    const fsGroup = pod.spec.securityContext?.fsGroup;
    await writeAtomically(this.#pathOf(pod, volume), files, {
      nowWallMs: nowWallMs(),
      ...(fsGroup === undefined ? {} : { fsGroup }),
    });
  }

  async #managedFiles(
    pod: Pod,
    container: Container,
    { restartCount, podIPs }: InstanceInputs,
  ): Promise<{ readonly hosts: string | undefined; readonly terminationLog: string | undefined }> {
    const directory = this.#directoryOf(pod.metadata.uid);
    try {
      const isHostNetwork = pod.spec.hostNetwork === true;
      const ofNode = isHostNetwork ? await readFile(this.#parts.nodeHostsFile, 'utf8') : '';
      const content = hostsFile(pod, { podIPs, ofNode, clusterDomain: this.#parts.clusterDomain });
      await makeManagedDirectory(this.#parts.mounts, directory, Buffer.byteLength(content));
      const wantsHosts = wantsHostsFile(container) && (isHostNetwork || podIPs.length > 0);
      if (wantsHosts) await writeHostsFile(directory, content);
      const wantsLog = (container.terminationMessagePath ?? '') !== '';
      const terminationLog = wantsLog ? await makeTerminationLog(directory, container.name, restartCount) : undefined;
      return { hosts: wantsHosts ? directory.hostsFile : undefined, terminationLog };
    } catch (error) {
      throw notConfigured(`Cannot make the files of container "${container.name}": ${messageOf(error)}`, error);
    }
  }

  /** The details are not told: they would say what there is on the host (`kubelet_pods.go` `makeMounts`). */
  async #subPath(
    { pod, container, index }: { readonly pod: Pod; readonly container: Container; readonly index: number },
    mount: VolumeMount,
    env: ReadonlyMap<string, string>,
  ): Promise<string | undefined> {
    const subPath = subPathOf(mount, env);
    if ('error' in subPath) throw notConfigured(subPath.error);
    if (subPath.path === '') return undefined;
    const volume = (pod.spec.volumes ?? []).find(({ name }) => name === mount.name);
    if (volume === undefined) throw notConfigured(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    const target = this.#directoryOf(pod.metadata.uid).subPath(mount.name, container.name, index);
    try {
      await bindSubPath(this.#parts.mounts, { volume: this.#pathOf(pod, volume), path: subPath.path, target });
      return target;
    } catch (error) {
      throw notConfigured(`failed to prepare subPath for volumeMount "${mount.name}" of container "${container.name}"`, error);
    }
  }

  #pathOf({ metadata }: Pod, volume: Volume): string {
    const kind: OwnVolumeKind | undefined = ownKind(volume);
    return kind === undefined ? (volume.hostPath?.path ?? '') : this.#directoryOf(metadata.uid).volume(kind, volume.name);
  }

  #directoryOf(uid: string): PodDirectory {
    return new PodDirectory(this.#parts.places.podsDir, uid);
  }
}

const isInMemory = ({ medium = '' }: EmptyDir): boolean => medium === 'Memory';

const followsObjects = ({ configMap, secret, downwardAPI, projected }: Volume): boolean =>
  (configMap ?? secret ?? downwardAPI ?? projected) !== undefined;

/** The kubelet's own words, the colon with a blank before it too (`operation_generator.go`). */
async function orNotReady(volume: Volume, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new HookletError('volumeNotReady', `MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`, {
      cause: error,
      retry: 'later',
    });
  }
}

const notConfigured = (message: string, cause?: unknown): HookletError =>
  new HookletError('containerNotConfigured', message, { retry: 'later', ...(cause === undefined ? {} : { cause }) });
