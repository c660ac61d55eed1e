/** Signals to a container's first process by containerd's Tasks service, and the stop signal of its image. */
import { constants } from 'node:os';
import type { ContainerSignals } from '../ports/container-signals.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import type { RpcChannel } from '../ports/rpc-channel.ts';
import { callDeadlineMs, kubernetesNamespace, readJsonBlob } from './containerd-content.ts';
import { ImagesDefinition } from './gen/containerd-images.ts';
import { TasksDefinition } from './gen/containerd-tasks.ts';
import { fullImageName } from './image-name.ts';
import { ownPlatform } from './own-platform.ts';

const call = { deadlineMs: callDeadlineMs, headers: kubernetesNamespace } as const;

export class ContainerdSignals implements ContainerSignals {
  readonly #channel: RpcChannel;

  constructor(channel: RpcChannel) {
    this.#channel = channel;
  }

  async kill(containerId: string, signal: string): Promise<void> {
    const request = { containerId, signal: signalNumber(signal) };
    try {
      await this.#channel.unary({ ...call, service: TasksDefinition, method: 'kill', request });
    } catch (error) {
      // "process already finished" and "no such task" are both NOT_FOUND.
      if (!hasCode(error, 'runtimeNotFound')) throw error;
    }
  }

  async imageStopSignal(image: string): Promise<string | undefined> {
    const { image: found } = await this.#channel.unary({
      ...call,
      service: ImagesDefinition,
      method: 'get',
      request: { name: storedName(image) },
    });
    const configDigest = await this.#configDigest(found?.target?.digest ?? '', 0);
    const config = member(await readJsonBlob(this.#channel, configDigest), 'config');
    const signal = member(config, 'StopSignal');
    return typeof signal === 'string' && signal !== '' ? withPrefix(signal) : undefined;
  }

  /** Of a manifest the digest of its configuration; of an index that of this machine's manifest. */
  async #configDigest(digest: string, depth: number): Promise<string> {
    const json = await readJsonBlob(this.#channel, digest);
    const manifests = member(json, 'manifests');
    if (Array.isArray(manifests) && depth < 2) {
      const own = manifests.find((manifest: unknown) => {
        const platform = member(manifest, 'platform');
        return (
          platform === undefined ||
          (member(platform, 'os') === ownPlatform.os && member(platform, 'architecture') === ownPlatform.architecture)
        );
      });
      return this.#configDigest(String(member(own, 'digest')), depth + 1);
    }
    const config = member(member(json, 'config'), 'digest');
    if (typeof config !== 'string') throw new HookletError('runtimeFailed', `The image manifest ${digest} names no configuration`);
    return config;
  }
}

/** An image is stored under its full name, and by CRI also under its id. */
const storedName = (image: string): string => (/^sha256:[0-9a-f]{64}$/.test(image) ? image : fullImageName(image));

/** Images write "SIGQUIT", "QUIT" or "3" (Dockerfile reference, STOPSIGNAL). */
function withPrefix(signal: string): string {
  if (/^\d+$/.test(signal)) return signalName(Number(signal)) ?? signal;
  const name = signal.toUpperCase();
  return name.startsWith('SIG') ? name : `SIG${name}`;
}

/** First real-time signal that programs may use: glibc and musl keep 32 and 33 (signal(7)). */
const rtMin = 34;
const rtMax = 64;

function signalNumber(name: string): number {
  const realTime = /^SIGRT(MIN|MAX)(?:([+-])(\d+))?$/.exec(name);
  const known = (constants.signals as Readonly<Record<string, number | undefined>>)[name];
  const number = realTime === null ? known : (realTime[1] === 'MIN' ? rtMin : rtMax) + Number(`${realTime[2] ?? '+'}${realTime[3] ?? '0'}`);
  if (number === undefined || number < 1 || number > rtMax)
    throw new HookletError('badInput', `${name} is no signal; write it as SIGTERM or SIGRTMIN+3`);
  return number;
}

const signalName = (number: number): string | undefined => Object.entries(constants.signals).find(([, value]) => value === number)?.[0];

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
