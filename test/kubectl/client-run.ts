/** The client's commands as a user gives them, in this process. */
import { mock } from 'node:test';
import type { Command } from 'commander';
import { applyCommand } from '../../src/cli/apply.ts';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { deleteCommand } from '../../src/cli/delete.ts';
import { describeCommand } from '../../src/cli/describe.ts';
import { eventsCommand } from '../../src/cli/events.ts';
import { getCommand } from '../../src/cli/get.ts';
import { logsCommand } from '../../src/cli/logs.ts';
import type { Ran } from './kubectl.ts';

const COMMANDS: Readonly<Record<string, (context: CommandContext) => Command>> = {
  apply: applyCommand,
  delete: deleteCommand,
  describe: describeCommand,
  events: eventsCommand,
  get: getCommand,
  logs: logsCommand,
};

/** Runs one command line against the server of the kubeconfig. One at a time: stderr is taken away meanwhile. */
export async function runClientCommand(args: readonly string[], kubeconfig: string): Promise<Ran> {
  const [name = '', ...more] = args;
  const written: Uint8Array[] = [];
  const said: string[] = [];
  let code = 0;
  const context = {
    env: {},
    stdout: { text: (part: string | Uint8Array) => written.push(Buffer.from(part)), onClosed: () => {} },
    exitWith: (exitCode: number) => {
      code = exitCode;
    },
  };
  const stderr = mock.method(process.stderr, 'write', (part: string) => said.push(part) > 0);
  try {
    const command = COMMANDS[name]?.(context as unknown as CommandContext);
    if (command === undefined) throw new Error(`there is no command "${name}"`);
    await command.exitOverride().parseAsync([...more, '--kubeconfig', kubeconfig], { from: 'user' });
  } finally {
    stderr.mock.restore();
  }
  return { code, stdout: Buffer.concat(written).toString(), stderr: said.join('') };
}
