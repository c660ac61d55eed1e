import { Command, Option } from 'commander';
import type { ApplyOptions } from './client/apply-files.ts';
import { withClient } from './client/client-options.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
Each object is made, or changed to what the file says; fields that the file does not name stay as they are.

Examples:
  $ hooklet apply -f pod.yaml
  $ hooklet apply -f config.yaml -f pod.yaml -n team
  $ cat pod.yaml | hooklet apply -f -`;

export function applyCommand(context: CommandContext): Command {
  const command = new Command('apply')
    .description('Make objects, or change them to what files say')
    .requiredOption('-f, --filename <files...>', 'YAML or JSON files with objects; - is standard input')
    .addOption(
      new Option('-o, --output <format>', 'how to print what was written (default: a line each)').choices(['json', 'yaml', 'name']),
    )
    .addHelpText('after', HELP)
    .action(async (options: ApplyOptions) => {
      const [{ runClient }, { applyFiles }] = await Promise.all([import('./client/client-session.ts'), import('./client/apply-files.ts')]);
      await runClient(options, context, (session) => applyFiles(options, process.stdin, session));
    });
  return withClient(command);
}
