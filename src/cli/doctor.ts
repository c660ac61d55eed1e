import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { type OutputOption, type RuntimeOptions, withOutput, withRuntime, withStateDir } from './node-options.ts';

export interface DoctorOptions extends RuntimeOptions, OutputOption {}

const HELP = `
Changes nothing. Exits with 3 if something is missing without which no Pod runs.

Example:
  $ hooklet doctor`;

export function doctorCommand(context: CommandContext): Command {
  const command = new Command('doctor')
    .description('Show what this host has and lacks for running Pods, each with its remedy')
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      const { showChecks } = await import('./show-checks.ts');
      context.exitWith(await showChecks(options, context));
    });
  return withRuntime(withStateDir(withOutput(command)));
}
