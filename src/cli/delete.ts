import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../model/duration.ts';
import { withClient } from './client/client-options.ts';
import type { DeleteOptions } from './client/delete-objects.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
Waits until the objects are gone: a Pod ends gracefully first, with its preStop hooks. With --force it is
forgotten at once, and no preStop hook runs.

Examples:
  $ hooklet delete pod web
  $ hooklet delete -f pod.yaml --grace-period 5
  $ hooklet delete pods -l app=web --wait=false`;

export function deleteCommand(context: CommandContext): Command {
  const command = new Command('delete')
    .description('Delete objects, as kubectl delete does')
    .argument('[resource]', 'of which kind: pods, configmaps, … or resource/name')
    .argument('[names...]', 'which of them')
    .option('-f, --filename <files...>', 'those that stand in these files; - is standard input')
    .option('-l, --selector <labels>', 'those with these labels, as app=web')
    .option('--all', 'all of them in the namespace')
    .option('--grace-period <seconds>', 'how long a Pod may take to end (default: what the Pod says)', secondsOption)
    .option('--now', 'the same as --grace-period 1')
    .option('--force', 'do not wait for the end: forget the object at once')
    .option('--ignore-not-found', 'what is not there is no error')
    .addOption(new Option('--wait [wait]', 'wait until they are gone').choices(['true', 'false']).default('true'))
    .option('--timeout <duration>', 'how long to wait at most: 30s, 5m', durationOption)
    .addOption(new Option('-o, --output <format>', 'how to say what was deleted').choices(['name']))
    .addHelpText('after', HELP)
    .action(async (resource: string | undefined, names: readonly string[], options: DeleteOptions) => {
      const [{ runClient }, { deleteObjects }] = await Promise.all([
        import('./client/client-session.ts'),
        import('./client/delete-objects.ts'),
      ]);
      const args = resource === undefined ? [] : [resource, ...names];
      await runClient(options, context, (session) => deleteObjects({ args, options, stdin: process.stdin }, session));
    });
  return withClient(command);
}

function secondsOption(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It is no whole number of seconds.');
  return Number(text);
}

function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError('It is no duration above 0; write it as 30s, 5m or 1h.');
  return ms;
}
