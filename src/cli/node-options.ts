/** The options that commands share, and what they mean. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_SETTINGS, type PodSettings } from '../core/pod/pod-view.ts';
import { parseDuration } from '../model/duration.ts';
import { isSysctlName, normalSysctlName, sysctlNamespace } from '../model/sysctl-names.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import { DEFAULT_HOOK_HOSTS, HOOK_HOSTS, type HookHosts } from '../ports/http-client.ts';
import type { NodeOptions } from '../ports/open-node.ts';
import type { CommandContext } from './command-context.ts';

const DEFAULT_STATE_DIR = '/var/lib/hooklet';

export interface StateDirOption {
  readonly stateDir?: string;
}

export interface OutputOption {
  readonly output: 'text' | 'json';
}

export interface RuntimeOptions extends StateDirOption {
  readonly runtimeEndpoint?: string;
  readonly subnet?: string;
}

export interface HookHostsOption {
  readonly hookHosts?: HookHosts;
}

export const withStateDir = (command: Command): Command =>
  command.addOption(
    new Option('--state-dir <dir>', `where this hooklet keeps its state (default: $HOOKLET_STATE_DIR, else ${DEFAULT_STATE_DIR})`),
  );

export const withOutput = (command: Command): Command =>
  command.addOption(new Option('-o, --output <format>', 'how data is printed on stdout').choices(['text', 'json']).default('text'));

export const withRuntime = (command: Command): Command =>
  command
    .option(
      '--runtime-endpoint <url>',
      'a container runtime that is there, as unix:///run/containerd/containerd.sock; without it hooklet runs its own',
    )
    .option('--subnet <cidr>', 'addresses for the Pods, as 10.88.0.0/16; without it a free one is chosen');

export const withHookHosts = (command: Command): Command =>
  command.addOption(
    new Option('--hook-hosts <policy>', 'where httpGet hooks may connect; deny-link-local keeps them from cloud metadata too')
      .choices(HOOK_HOSTS)
      .default(DEFAULT_HOOK_HOSTS),
  );

export interface RestartOption {
  /** Milliseconds. */
  readonly maxContainerRestartPeriod?: number;
}

/** `KubeletConfiguration.crashLoopBackOff.maxContainerRestartPeriod`, with its bounds. */
export const withRestartPeriod = (command: Command): Command =>
  command.option(
    '--max-container-restart-period <duration>',
    'the longest wait before a container that keeps ending is started again, from 1s to 5m (default: 5m)',
    (text) => {
      const ms = parseDuration(text);
      if (ms === undefined || ms < 1000 || ms > DEFAULT_SETTINGS.maxRestartPeriodMs)
        throw new InvalidArgumentError('It must be a duration from 1s to 5m, such as 30s.');
      return ms;
    },
  );

export interface SysctlOption {
  readonly allowedUnsafeSysctls?: readonly string[];
}

/** The kubelet's option of that name. */
export const withSysctls = (command: Command): Command =>
  command.option(
    '--allowed-unsafe-sysctls <names>',
    "kernel parameters beside the safe ones that Pods may set, as kernel.msg*,net.core.somaxconn; only those of the Pod's own namespaces",
    (text) => {
      const names = text.split(',');
      for (const name of names) {
        const bare = name.replace(/[./]?\*$/, '');
        if (!isSysctlName(bare) || sysctlNamespace(normalSysctlName(name.replace(/\*$/, ''))) === undefined)
          throw new InvalidArgumentError(
            `${JSON.stringify(name)} names no parameter of a Pod's own: they begin with kernel.shm, kernel.msg, fs.mqueue. or net.`,
          );
      }
      return names;
    },
  );

export const podSettings = ({ maxContainerRestartPeriod }: RestartOption): PodSettings =>
  maxContainerRestartPeriod === undefined ? DEFAULT_SETTINGS : { ...DEFAULT_SETTINGS, maxRestartPeriodMs: maxContainerRestartPeriod };

export function stateDirOf({ stateDir }: StateDirOption, env: CommandContext['env']): string {
  const given = stateDir ?? env['HOOKLET_STATE_DIR'];
  if (stateDir === '') throw new HookletError('badInput', 'the state directory is empty; name one with --state-dir');
  return given === undefined || given === '' ? DEFAULT_STATE_DIR : given;
}

export function nodeOptions(options: RuntimeOptions & HookHostsOption, context: CommandContext): NodeOptions {
  const { runtimeEndpoint, subnet, hookHosts } = options;
  return {
    stateDir: stateDirOf(options, context.env),
    ...(runtimeEndpoint === undefined ? {} : { runtimeEndpoint: endpointOf(runtimeEndpoint) }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(hookHosts === undefined ? {} : { hookHosts }),
    onProgress: context.say,
    logger: context.logger,
  };
}

/** `unix:///path` of what may also be written as the path alone. */
function endpointOf(text: string): string {
  const path = /^(?:unix:\/\/)?(\/.*[^/])$/.exec(text)?.[1];
  if (path !== undefined) return `unix://${path}`;
  throw new HookletError(
    'badInput',
    `the runtime endpoint "${text}" is no socket; write it as unix:///run/containerd/containerd.sock, or as an absolute path`,
  );
}
