import { Command, InvalidArgumentError } from 'commander';
import { type ClientOptions, withClient } from './client/client-options.ts';
import type { ForwardedPort } from './client/streams/forward-ports.ts';
import type { CommandContext } from './command-context.ts';

const HELP = `
Listens on 127.0.0.1 until Ctrl-C.

Examples:
  $ hooklet port-forward web 8080:80
  $ hooklet port-forward web 5432 :9090`;

export function portForwardCommand(context: CommandContext): Command {
  const command = new Command('port-forward')
    .description('Reach ports of a Pod on this machine, as kubectl port-forward does')
    .argument('<pod>', 'the name of the Pod')
    .argument('<ports...>', 'LOCAL:REMOTE, REMOTE for both, or :REMOTE for any local port', portArgument)
    .addHelpText('after', HELP)
    .action(async (pod: string, ports: readonly ForwardedPort[], options: ClientOptions) => {
      const [{ runClient }, { forwardPorts }] = await Promise.all([
        import('./client/client-session.ts'),
        import('./client/streams/forward-ports.ts'),
      ]);
      await runClient(options, context, (session) => forwardPorts(pod, ports, session));
    });
  return withClient(command);
}

export function portArgument(text: string, before: readonly ForwardedPort[] | undefined): readonly ForwardedPort[] {
  const match = /^(?:(\d{0,5}):)?(\d{1,5})$/.exec(text);
  const remote = Number(match?.[2]);
  const local = match?.[1] === undefined ? remote : Number(match[1]);
  if (match === null || remote < 1 || remote > 65_535 || local > 65_535) {
    throw new InvalidArgumentError('Ports are written as 8080:80, 80 or :80, and lie between 1 and 65535.');
  }
  return [...(before ?? []), { local, remote }];
}
