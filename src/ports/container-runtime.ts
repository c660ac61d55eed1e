import type { ContainerSpec, SandboxSpec, UserSpec } from '../core/runtime-spec.ts';
import type { ContainerState, SandboxState } from '../core/runtime-state.ts';

/**
 * Pods and containers of a runtime: CRI v1, nothing more. Adapter: `cri/cri-runtime.ts`; fake: `fakes/scripted-runtime.ts`.
 *
 * Every call has a deadline of its own. Errors are `HookletError`: `runtimeUnavailable` means the call may have
 * happened all the same; `runtimeFailed` carries the runtime's own words as its message.
 * Only objects of this hooklet (label `dev.hooklet.state` = the instance id) are listed.
 */
export interface ContainerRuntime {
  version(): Promise<{ readonly name: string; readonly version: string }>;
  /** What it can do that not every runtime can. */
  features(): Promise<RuntimeFeatures>;
  /** Of one Pod, or of all when `uid` is not given. Newest first within a Pod (containers: within a name). */
  listSandboxes(uid?: string): Promise<readonly SandboxState[]>;
  listContainers(uid?: string): Promise<readonly ContainerState[]>;
  /** Resolves with the sandbox id once its network is up. */
  runPodSandbox(spec: SandboxSpec): Promise<string>;
  /** Idempotent: an unknown or stopped sandbox is no error. */
  stopPodSandbox(sandboxId: string): Promise<void>;
  /** Idempotent. Removes its containers too. */
  removePodSandbox(sandboxId: string): Promise<void>;
  createContainer(sandboxId: string, sandbox: SandboxSpec, spec: ContainerSpec): Promise<string>;
  startContainer(containerId: string): Promise<void>;
  /** CRI's own stop: signal, wait, SIGKILL, in one call that must not be cut short. Idempotent. */
  stopContainer(containerId: string, timeoutSeconds: number): Promise<void>;
  /** Idempotent. */
  removeContainer(containerId: string): Promise<void>;
  /** The image's id, or undefined when it is not present. */
  imageId(image: string): Promise<string | undefined>;
  /** Who runs in it when nobody says otherwise: root, if it names nobody. Undefined when it is not present. */
  imageUser(image: string): Promise<UserSpec | undefined>;
  listImages(): Promise<readonly { readonly id: string; readonly tags: readonly string[]; readonly sizeBytes: number }[]>;
  /** Has no deadline: how long it takes depends on the image and its registry. Abort gives it up. */
  pullImage(image: string, signal: AbortSignal): Promise<void>;
  /**
   * Runs argv to its end; the fallback where the runtime has no `ExecProcesses`. Dies with its caller, or is killed by the
   * runtime after `timeoutSeconds`.
   */
  execSync(containerId: string, argv: readonly string[], signal: AbortSignal, timeoutSeconds?: number): Promise<ExecSyncResult>;
  /**
   * Where the runtime's own streaming server waits, for about a minute, for the one connection that carries this stream.
   * Nothing runs before it comes. Rejects for a container that does not run; whether ports of a sandbox are open shows later.
   */
  streamUrl(stream: RuntimeStream): Promise<URL>;
}

export type RuntimeStream =
  | (StandardStreams & { readonly kind: 'exec'; readonly containerId: string; readonly command: readonly string[] })
  | (StandardStreams & { readonly kind: 'attach'; readonly containerId: string })
  /** Ports are named by a client of the older WebSocket form only. */
  | { readonly kind: 'portforward'; readonly sandboxId: string; readonly ports: readonly number[] };

/** At least one of the three; with a terminal, what the program writes comes on stdout, and stderr is false. */
export interface StandardStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface RuntimeFeatures {
  /** A container can be without the groups that its image gives the user. */
  readonly strictGroups: boolean;
}

export interface ExecSyncResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
