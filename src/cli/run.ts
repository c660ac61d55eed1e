import { Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../model/duration.ts';
import type { CommandContext } from './command-context.ts';
import {
  type HookHostsOption,
  type OutputOption,
  type RestartOption,
  type RuntimeOptions,
  type SysctlOption,
  withHookHosts,
  withOutput,
  withRestartPeriod,
  withRuntime,
  withStateDir,
  withSysctls,
} from './node-options.ts';

export interface RunOptions extends RuntimeOptions, HookHostsOption, OutputOption, RestartOption, SysctlOption {
  /** Milliseconds. */
  readonly for?: number;
  readonly logs: boolean;
}

const HELP = `
Ends when --for is over, on Ctrl-C, or when all Pods have ended; every Pod is then deleted
gracefully. A second Ctrl-C shortens the grace to 1 s; a third leaves what does not end to the
next command. Exits with 1 if a hook did not succeed, a container ended non-zero by itself, or
a Pod was left.

Examples:
  $ hooklet run pod.yaml --for 20s
  $ kubectl get pod demo -o yaml | hooklet run - -o json`;

export function runCommand(context: CommandContext): Command {
  const command = new Command('run')
    .description('Run the Pods of files, show their life, end them gracefully, and say what each hook did')
    .argument('<files...>', 'YAML or JSON files with Pods; - is standard input')
    .option('--for <duration>', 'how long the Pods live, counted from the moment each is accepted: 500ms, 20s, 1h30m', durationOption)
    .option('--no-logs', 'do not show what the containers write')
    .addHelpText('after', HELP)
    .action(async (files: readonly string[], options: RunOptions) => {
      const { runPods } = await import('./run-pods.ts');
      context.exitWith(await runPods(files, options, context));
    });
  return withSysctls(withRestartPeriod(withRuntime(withHookHosts(withStateDir(withOutput(command))))));
}

function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === 0) throw new InvalidArgumentError('The Pods would never live; give a time above 0.');
  if (ms === undefined) throw new InvalidArgumentError('It is no duration; write it as 500ms, 20s, 2m or 1h30m.');
  return ms;
}
