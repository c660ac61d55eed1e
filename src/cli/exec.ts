import { Command } from 'commander';
import { withClient } from './client/client-options.ts';
import type { ExecOptions } from './client/streams/exec-in-pod.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
The exit code is that of the program. Without -i it reads nothing; with -t it has a terminal.

Examples:
  $ hooklet exec web -- ls /
  $ hooklet exec -it web -c main -- sh
  $ tar c site | hooklet exec -i web -- tar x -C /`;

export function execCommand(context: CommandContext): Command {
  const command = new Command('exec')
    .description('Run a program in a container, as kubectl exec does')
    .argument('<pod>', 'the name of the Pod')
    .argument('<command...>', 'after "--": the program and its arguments')
    .option('-c, --container <name>', 'which container (default: the first)')
    .option('-i, --stdin', 'pass standard input on')
    .option('-t, --tty', 'give it a terminal')
    .addHelpText('after', HELP)
    .action(async (pod: string, words: readonly string[], options: ExecOptions) => {
      const [{ runClient }, { execInPod }, { ownStreams }] = await Promise.all([
        import('./client/client-session.ts'),
        import('./client/streams/exec-in-pod.ts'),
        import('./client/streams/own-streams.ts'),
      ]);
      const own = ownStreams(options, (text) => context.say(text));
      let code: number | undefined;
      try {
        await runClient(options, context, async (session) => {
          code = await execInPod({ pod, command: words, options: own.options }, session, own);
        });
      } finally {
        own.close();
      }
      if (code !== undefined) context.exitWith(code);
    });
  return withClient(command);
}
