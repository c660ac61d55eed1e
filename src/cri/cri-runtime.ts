/** Pods and containers over the Container Runtime Interface v1. Holds no state of its own. */
import type { ContainerSpec, SandboxSpec, UserSpec } from '../core/runtime-spec.ts';
import type { ContainerState, SandboxState } from '../core/runtime-state.ts';
import type { ContainerRuntime, ExecSyncResult, RuntimeFeatures, RuntimeStream } from '../ports/container-runtime.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { containerConfig, containerState, labelSelector, sandboxConfig, sandboxState } from './cri-messages.ts';
import { imageUserOf } from './cri-security.ts';
import { ContainerState as CriContainerState, ImageServiceDefinition, PodSandboxState, RuntimeServiceDefinition } from './gen/cri.ts';

const minute = 60_000;
/** As kubelet's client (`cri-client/pkg/remote_runtime.go`). */
const callDeadline = 2 * minute;
/** Asked to find out whether there is a runtime at all. kubelet gives it two minutes as every call. */
const versionDeadline = 5_000;
const runSandboxDeadline = 4 * minute;

const runtimeService = RuntimeServiceDefinition;
const imageService = ImageServiceDefinition;

export class CriRuntime implements ContainerRuntime {
  readonly #channel: RpcChannel;
  readonly #instanceId: string;

  constructor(channel: RpcChannel, instanceId: string) {
    this.#channel = channel;
    this.#instanceId = instanceId;
  }

  async version(): Promise<{ readonly name: string; readonly version: string }> {
    const request = { version: 'v1' };
    const reply = await this.#channel.unary({ service: runtimeService, method: 'version', request, deadlineMs: versionDeadline });
    return { name: reply.runtimeName, version: reply.runtimeVersion };
  }

  async features(): Promise<RuntimeFeatures> {
    const reply = await this.#channel.unary({ service: runtimeService, method: 'status', request: {}, deadlineMs: callDeadline });
    return { strictGroups: reply.features?.supplementalGroupsPolicy === true };
  }

  async listSandboxes(uid?: string): Promise<readonly SandboxState[]> {
    const request = { filter: { labelSelector: labelSelector(this.#instanceId, uid) } };
    const { items } = await this.#channel.unary({ service: runtimeService, method: 'listPodSandbox', request, deadlineMs: callDeadline });
    const states = await Promise.all(
      items.map(async (item) => {
        // Only a ready sandbox has an address, and only the status call tells it.
        if (item.state !== PodSandboxState.SANDBOX_READY) return sandboxState(item, undefined);
        const reply = await unlessGone(this.#status('podSandboxStatus', { podSandboxId: item.id }));
        return reply === undefined ? undefined : sandboxState(item, reply.status);
      }),
    );
    return states.filter((state) => state !== undefined).sort((a, b) => b.createdAtMs - a.createdAtMs || b.attempt - a.attempt);
  }

  async listContainers(uid?: string): Promise<readonly ContainerState[]> {
    const request = { filter: { labelSelector: labelSelector(this.#instanceId, uid) } };
    const { containers } = await this.#channel.unary({
      service: runtimeService,
      method: 'listContainers',
      request,
      deadlineMs: callDeadline,
    });
    const states = await Promise.all(
      containers.map(async (item) => {
        // The list has neither times nor exit code; a container that never started has none of them.
        if (item.state === CriContainerState.CONTAINER_CREATED) return containerState(item, undefined);
        const reply = await unlessGone(this.#status('containerStatus', { containerId: item.id }));
        return reply === undefined ? undefined : containerState(item, reply.status);
      }),
    );
    return states.filter((state) => state !== undefined).sort((a, b) => b.createdAtMs - a.createdAtMs || b.restartCount - a.restartCount);
  }

  async runPodSandbox(spec: SandboxSpec): Promise<string> {
    const request = { config: sandboxConfig(spec, this.#instanceId) };
    const reply = await this.#channel.unary({ service: runtimeService, method: 'runPodSandbox', request, deadlineMs: runSandboxDeadline });
    return reply.podSandboxId;
  }

  async stopPodSandbox(podSandboxId: string): Promise<void> {
    await unlessGone(
      this.#channel.unary({ service: runtimeService, method: 'stopPodSandbox', request: { podSandboxId }, deadlineMs: callDeadline }),
    );
  }

  async removePodSandbox(podSandboxId: string): Promise<void> {
    await unlessGone(
      this.#channel.unary({ service: runtimeService, method: 'removePodSandbox', request: { podSandboxId }, deadlineMs: callDeadline }),
    );
  }

  async createContainer(podSandboxId: string, sandbox: SandboxSpec, spec: ContainerSpec): Promise<string> {
    const request = {
      podSandboxId,
      config: containerConfig(sandbox, spec, this.#instanceId),
      sandboxConfig: sandboxConfig(sandbox, this.#instanceId),
    };
    const reply = await this.#channel.unary({ service: runtimeService, method: 'createContainer', request, deadlineMs: callDeadline });
    return reply.containerId;
  }

  async startContainer(containerId: string): Promise<void> {
    await this.#channel.unary({ service: runtimeService, method: 'startContainer', request: { containerId }, deadlineMs: callDeadline });
  }

  async stopContainer(containerId: string, timeoutSeconds: number): Promise<void> {
    const request = { containerId, timeout: BigInt(timeoutSeconds) };
    const deadlineMs = callDeadline + timeoutSeconds * 1000;
    await unlessGone(this.#channel.unary({ service: runtimeService, method: 'stopContainer', request, deadlineMs }));
  }

  async removeContainer(containerId: string): Promise<void> {
    await unlessGone(
      this.#channel.unary({ service: runtimeService, method: 'removeContainer', request: { containerId }, deadlineMs: callDeadline }),
    );
  }

  async imageId(image: string): Promise<string | undefined> {
    const request = { image: { image } };
    const reply = await this.#channel.unary({ service: imageService, method: 'imageStatus', request, deadlineMs: callDeadline });
    return reply.image?.id;
  }

  async imageUser(image: string): Promise<UserSpec | undefined> {
    const request = { image: { image } };
    const reply = await this.#channel.unary({ service: imageService, method: 'imageStatus', request, deadlineMs: callDeadline });
    return reply.image === undefined ? undefined : imageUserOf(reply.image);
  }

  async listImages(): Promise<readonly { readonly id: string; readonly tags: readonly string[]; readonly sizeBytes: number }[]> {
    const { images } = await this.#channel.unary({ service: imageService, method: 'listImages', request: {}, deadlineMs: callDeadline });
    return images.map((image) => ({ id: image.id, tags: image.repoTags, sizeBytes: Number(image.size) }));
  }

  async pullImage(image: string, signal: AbortSignal): Promise<void> {
    const request = { image: { image } };
    try {
      // No deadline, as kubelet's (`cri-client/pkg/remote_image.go`): how long a pull may take depends on the image.
      await this.#channel.unary({ service: imageService, method: 'pullImage', request, deadlineMs: 'none', signal });
    } catch (error) {
      if (hasCode(error, 'runtimeNotFound')) throw new HookletError('imageNotFound', error.message, { cause: error });
      throw error;
    }
  }

  async execSync(containerId: string, argv: readonly string[], signal: AbortSignal, timeoutSeconds = 0): Promise<ExecSyncResult> {
    const request = { containerId, cmd: [...argv], timeout: BigInt(timeoutSeconds) };
    const reply = await this.#channel.unary({ service: runtimeService, method: 'execSync', request, deadlineMs: 'none', signal });
    return { exitCode: reply.exitCode, stdout: Buffer.from(reply.stdout), stderr: Buffer.from(reply.stderr) };
  }

  async streamUrl(stream: RuntimeStream): Promise<URL> {
    const { url } = await this.#openStream(stream);
    if (!URL.canParse(url)) {
      throw new HookletError(
        'runtimeFailed',
        `The container runtime names no streaming server: "${url}" is no URL; look into its configuration`,
      );
    }
    return new URL(url);
  }

  #openStream(stream: RuntimeStream): Promise<{ readonly url: string }> {
    const call = { service: runtimeService, deadlineMs: callDeadline };
    switch (stream.kind) {
      case 'exec': {
        const { containerId, command, stdin, stdout, stderr, tty } = stream;
        return this.#channel.unary({ ...call, method: 'exec', request: { containerId, cmd: [...command], stdin, stdout, stderr, tty } });
      }
      case 'attach': {
        const { containerId, stdin, stdout, stderr, tty } = stream;
        return this.#channel.unary({ ...call, method: 'attach', request: { containerId, stdin, stdout, stderr, tty } });
      }
      case 'portforward': {
        const { sandboxId, ports } = stream;
        return this.#channel.unary({ ...call, method: 'portForward', request: { podSandboxId: sandboxId, port: [...ports] } });
      }
    }
  }

  #status<M extends 'podSandboxStatus' | 'containerStatus'>(
    method: M,
    request: M extends 'containerStatus' ? { containerId: string } : { podSandboxId: string },
  ) {
    return this.#channel.unary({ service: runtimeService, method, request, deadlineMs: callDeadline });
  }
}

/** What is gone needs no stopping and has no status. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasCode(error, 'runtimeNotFound')) return undefined;
    throw error;
  }
}
