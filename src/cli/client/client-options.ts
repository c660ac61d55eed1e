/** The options that the client's commands share. */
import type { Command } from 'commander';
import { type StateDirOption, withStateDir } from '../node-options.ts';

export interface ServerOptions extends StateDirOption {
  readonly kubeconfig?: string;
}

export interface ClientOptions extends ServerOptions {
  readonly namespace?: string;
}

export const withServer = (command: Command): Command =>
  withStateDir(
    command.option(
      '--kubeconfig <file>',
      'of the server to ask (default: admin.kubeconfig in the state directory, which "hooklet up" writes)',
    ),
  );

export const withNamespace = (command: Command): Command =>
  command.option('-n, --namespace <namespace>', 'where the objects lie (default: that of the kubeconfig)');

export const withClient = (command: Command): Command => withServer(withNamespace(command));

/** Collects an option that may be given several times, or with commas. */
export const listOption = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...text.split(','),
];
