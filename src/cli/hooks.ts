import { Command, InvalidArgumentError, Option } from 'commander';
import type { HookName } from '../core/journal-record.ts';
import type { CommandContext } from './command-context.ts';
import { type OutputOption, type StateDirOption, withOutput, withStateDir } from './node-options.ts';

export interface HooksOptions extends StateDirOption, OutputOption {
  readonly watch?: boolean;
}

export interface HookOutputOptions extends StateDirOption, OutputOption {
  readonly container?: string;
  readonly hook?: HookName;
  readonly attempt?: number;
  readonly restart?: number;
}

const HOOKS_HELP = `
Reads beside a running hooklet and changes nothing. With -o json: one object a line.

Examples:
  $ hooklet hooks
  $ hooklet hooks default/demo -o json
  $ hooklet hooks --watch`;

const OUTPUT_HELP = `
Of every delivery the start and the end of its output are kept, 64 KiB a stream.

Example:
  $ hooklet hooks output default/demo -c main --hook preStop`;

export function hooksCommand(context: CommandContext): Command {
  const command = new Command('hooks')
    .description('Show every delivery of a hook: when, how long, which attempt, how it ended')
    .argument('[pod]', 'only those of this Pod: its name, or namespace/name')
    // "hooks output --state-dir D" means the option of `output`, which has the same name.
    .enablePositionalOptions()
    .option('-w, --watch', 'go on with what happens from now on, until Ctrl-C')
    .addHelpText('after', HOOKS_HELP)
    .action(async (pod: string | undefined, options: HooksOptions) => {
      const { showHooks } = await import('./show-hooks.ts');
      await showHooks(pod, options, context);
    });
  return withStateDir(withOutput(command)).addCommand(hookOutputCommand(context));
}

function hookOutputCommand(context: CommandContext): Command {
  const command = new Command('output')
    .description('Print what one delivery of a hook wrote: its stdout on stdout, its stderr on stderr')
    .argument('<pod>', 'the name of the Pod, or namespace/name')
    .option('-c, --container <name>', 'the container whose hook it is')
    .addOption(new Option('--hook <hook>', 'which of its hooks').choices(['postStart', 'preStop']))
    .option('--attempt <number>', 'which delivery, from 1 (default: the last one)', countOption)
    .option('--restart <number>', 'of which instance of the container, from 0 (default: the last one)', countOption)
    .addHelpText('after', OUTPUT_HELP)
    .action(async (pod: string, options: HookOutputOptions) => {
      const { showHookOutput } = await import('./show-hook-output.ts');
      context.exitWith(await showHookOutput(pod, options, context));
    });
  return withStateDir(withOutput(command));
}

function countOption(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is no whole number.');
  return Number(text);
}
