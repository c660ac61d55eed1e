import { Command, Option } from 'commander';
import { listOption, withClient } from './client/client-options.ts';
import type { GetOptions } from './client/get-options.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
A resource is named as kubectl names it: pods, pod, po, pod/web, pods,nodes.

Examples:
  $ hooklet get pods
  $ hooklet get pod web -o yaml
  $ hooklet get events -A --watch`;

export function getCommand(context: CommandContext): Command {
  const command = new Command('get')
    .description('Show objects of the API, as kubectl get does')
    .argument('<resource>', 'what to show: pods, nodes, events, … or resource/name')
    .argument('[names...]', 'only those of these names')
    .option('-A, --all-namespaces', 'in every namespace')
    .option('-l, --selector <labels>', 'only those with these labels, as app=web,tier!=back')
    .option('--field-selector <fields>', 'only those with these fields, as status.phase=Running')
    .addOption(new Option('-o, --output <format>', 'how to print them (default: a table)').choices(['wide', 'json', 'yaml', 'name']))
    .option('-w, --watch', 'go on with every change, until Ctrl-C')
    .option('--no-headers', 'a table without its headers')
    .option('--show-labels', 'a column with all labels')
    .option('-L, --label-columns <labels>', 'a column for each of these labels', listOption)
    .addHelpText('after', HELP)
    .action(async (resource: string, names: readonly string[], options: GetOptions) => {
      const [{ runClient }, { showObjects }] = await Promise.all([
        import('./client/client-session.ts'),
        import('./client/show-objects.ts'),
      ]);
      await runClient(options, context, (session) => showObjects([resource, ...names], options, session));
    });
  return withClient(command);
}
