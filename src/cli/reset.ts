import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { type StateDirOption, withStateDir } from './node-options.ts';

export interface ResetOptions extends StateDirOption {
  readonly yes?: boolean;
}

const HELP = `
Running containers are killed, without preStop. What a Pod wrote to a hostPath stays. A "hooklet up" that
uses the directory is ended first.

Example:
  $ hooklet reset --state-dir /tmp/trial --yes`;

export function resetCommand(context: CommandContext): Command {
  const command = new Command('reset')
    .description('Remove everything of a state directory: Pods, images, journal, network')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', HELP)
    .action(async (options: ResetOptions) => {
      const { resetHost } = await import('./reset-host.ts');
      context.exitWith(await resetHost(options, context));
    });
  return withStateDir(command);
}
