import { Command, Option } from 'commander';
import { withClient } from './client/client-options.ts';
import type { DescribeOptions } from './client/describe-objects.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
A name may be given by its beginning: every object that begins so is described.
Which hooks ran, and what they wrote, is shown by hooklet hooks: Kubernetes shows it nowhere.

Examples:
  $ hooklet describe pod web
  $ hooklet describe node`;

export function describeCommand(context: CommandContext): Command {
  const command = new Command('describe')
    .description('Show objects in detail, with their events, as kubectl describe does')
    .argument('<resource>', 'what to describe: pods, nodes, … or resource/name')
    .argument('[names...]', 'only those of these names, or whose names begin so')
    .option('-A, --all-namespaces', 'in every namespace')
    .option('-l, --selector <labels>', 'only those with these labels, as app=web')
    .addOption(new Option('--show-events [show]', 'with their events').choices(['true', 'false']).default('true'))
    .addHelpText('after', HELP)
    .action(async (resource: string, names: readonly string[], options: DescribeOptions) => {
      const [{ runClient }, { describeObjects }] = await Promise.all([
        import('./client/client-session.ts'),
        import('./client/describe-objects.ts'),
      ]);
      await runClient(options, context, (session) => describeObjects([resource, ...names], options, session));
    });
  return withClient(command);
}
