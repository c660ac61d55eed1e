import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './command-context.ts';
import {
  type HookHostsOption,
  type RestartOption,
  type RuntimeOptions,
  withHookHosts,
  withRestartPeriod,
  withRuntime,
  withStateDir,
} from './node-options.ts';

export interface UpCommandOptions extends RuntimeOptions, HookHostsOption, RestartOption {
  readonly listen: ListenAddress;
  readonly nodeName?: string;
  readonly manifests?: string;
  readonly drainOnExit: boolean;
  readonly logFormat: 'text' | 'json';
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const HELP = `
Writes <state-dir>/admin.kubeconfig, for kubectl and for hooklet's own get, describe, logs and so
on. On SIGTERM or Ctrl-C it leaves and its Pods go on; the next "hooklet up" takes them up again.
With --drain-on-exit they are ended gracefully first.

Example:
  $ hooklet up --state-dir /var/lib/hooklet &
  $ export KUBECONFIG=/var/lib/hooklet/admin.kubeconfig
  $ kubectl apply -f pod.yaml`;

export function upCommand(context: CommandContext): Command {
  const command = new Command('up')
    .description('Serve the Kubernetes API for the Pods of this machine, until it is told to stop')
    .option('--listen <address:port>', 'where the API listens, with TLS', listenOption, { host: '127.0.0.1', port: 6443 })
    .option('--node-name <name>', "this node's name in the API (default: the host name)")
    .option('--manifests <dir>', 'a directory with static Pods: their files are followed')
    .option('--drain-on-exit', 'end all Pods gracefully before leaving', false)
    .option('--log-format <format>', 'text or json: how the daemon logs, on stderr', logFormat, 'text')
    .addHelpText('after', HELP)
    .action(async (options: UpCommandOptions) => {
      const { runUp } = await import('./run-up.ts');
      context.exitWith(await runUp(options, context));
    });
  return withRestartPeriod(withRuntime(withHookHosts(withStateDir(command))));
}

/** "127.0.0.1:6443", "[::1]:6443", ":6443" for every address. */
export function listenOption(text: string): ListenAddress {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[\w.-]*)):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.['port']);
  if (match === null || port > 65_535) throw new InvalidArgumentError('Write it as 127.0.0.1:6443 or [::1]:6443; port 0 takes a free one.');
  const host = match.groups?.['v6'] ?? match.groups?.['host'] ?? '';
  return { host: host === '' ? '0.0.0.0' : host, port };
}

function logFormat(text: string): 'text' | 'json' {
  if (text === 'text' || text === 'json') return text;
  throw new InvalidArgumentError('It is text or json.');
}
