import { Command, Option } from 'commander';
import { listOption, withClient } from './client/client-options.ts';
import type { EventsOptions } from './client/show-events.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
Examples:
  $ hooklet events
  $ hooklet events --for pod/web --watch
  $ hooklet events -A --types Warning -o json`;

export function eventsCommand(context: CommandContext): Command {
  const command = new Command('events')
    .description('Show what happened, as kubectl events does')
    .option('-A, --all-namespaces', 'in every namespace')
    .option('--for <object>', 'only what happened to this object, as pod/web')
    .option('--types <types>', 'only events of these types: Normal, Warning', listOption)
    .addOption(new Option('-o, --output <format>', 'how to print them (default: a table)').choices(['json', 'yaml', 'name']))
    .option('-w, --watch', 'go on with what happens from now on, until Ctrl-C')
    .option('--no-headers', 'a table without its headers')
    .addHelpText('after', HELP)
    .action(async (options: EventsOptions) => {
      const [{ runClient }, { showEvents }] = await Promise.all([import('./client/client-session.ts'), import('./client/show-events.ts')]);
      await runClient(options, context, (session) => showEvents(options, session));
    });
  return withClient(command);
}
