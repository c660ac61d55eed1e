import type { ContainerMount } from '../core/runtime-spec.ts';
import type { Container, Pod } from '../model/pod.ts';

/** The instance of a container that is about to be made. */
export interface InstanceInputs {
  readonly restartCount: number;
  /** The Pod's addresses; empty while it has none. */
  readonly podIPs: readonly string[];
  /** What `subPathExpr` may refer to. */
  readonly env: ReadonlyMap<string, string>;
}

/**
 * What a Pod has on this host: its volumes, and the files that the agent writes for its containers. Implementation:
 * `volumes/host-pod-volumes.ts`; fake: `fakes/memory-pod-volumes.ts`. Calls for one Pod are done one after the other.
 */
export interface PodVolumes {
  /**
   * Makes what the Pod's volumes and logs need; idempotent. Resolves with the host path of each volume by its name. Rejects
   * with `volumeNotReady` when a volume cannot be had now: its message is that of the event `FailedMount`. What was set
   * up once stays as it is when an object that it was made from is gone.
   */
  setUp(pod: Pod): Promise<Readonly<Record<string, string>>>;
  /**
   * What the container mounts, once `setUp` is done; makes what this instance needs. Idempotent. Rejects with
   * `containerNotConfigured`, in upstream's words.
   */
  containerMounts(pod: Pod, container: Container, instance: InstanceInputs): Promise<readonly ContainerMount[]>;
  /** The text of a file of a volume; undefined when there is none. Rejects with `containerNotConfigured`. */
  envFile(pod: Pod, file: { readonly volumeName: string; readonly path: string }): Promise<string | undefined>;
  /**
   * Brings volumes that follow objects up to date, if they are set up; containers see the change, all of it at once.
   * Rejects with `volumeNotReady`; what could be brought up to date is.
   */
  refresh(pod: Pod): Promise<void>;
  /** A volume that holds more than its Pod allowed, and what the Pod is to be evicted with. */
  findOverfullVolume(pod: Pod): Promise<{ readonly volume: string; readonly message: string } | undefined>;
  /** The last words of an instance that has ended, bounded; empty when it left none. Never rejects. */
  terminationMessage(pod: Pod, container: Container, exit: { readonly restartCount: number; readonly exitCode: number }): Promise<string>;
  /** Removes what `setUp` made and what containers wrote there; never what a hostPath points to. Idempotent. */
  tearDown(uid: string): Promise<void>;
}
