import { Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../model/duration.ts';
import { withClient } from './client/client-options.ts';
import type { LogsOptions } from './client/show-logs.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
Prints what the container wrote, byte by byte. What hooks wrote is not among it: see hooklet hooks output.

Examples:
  $ hooklet logs web
  $ hooklet logs web -c main --follow --tail 20
  $ hooklet logs web --previous --timestamps`;

export function logsCommand(context: CommandContext): Command {
  const command = new Command('logs')
    .description('Show what a container wrote, as kubectl logs does')
    .argument('<pod>', 'the name of the Pod')
    .argument('[container]', 'the same as -c')
    .option('-c, --container <name>', 'which container (default: the first)')
    .option('-f, --follow', 'go on with what it writes, until it ends or Ctrl-C')
    .option('-p, --previous', 'of the instance before the present one')
    .option('--tail <lines>', 'only so many lines of its end', countOption)
    .option('--since <duration>', 'only what is newer: 5s, 2m, 3h', durationOption)
    .option('--timestamps', 'each line with its time')
    .addHelpText('after', HELP)
    .action(async (pod: string, container: string | undefined, options: LogsOptions) => {
      const [{ runClient }, { showLogs }] = await Promise.all([import('./client/client-session.ts'), import('./client/show-logs.ts')]);
      const asked = container === undefined ? options : { ...options, container };
      await runClient(options, context, (session) => showLogs(pod, asked, session));
    });
  return withClient(command);
}

function countOption(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('It is no whole number.');
  return Number(text);
}

function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError('It is no duration above 0; write it as 5s, 2m or 3h.');
  return ms;
}
