/** `hooklet reset`: says what goes, asks, removes. */
import { createInterface } from 'node:readline/promises';
import { HookletError } from '../ports/hooklet-error.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './exit-code.ts';
import { stateDirOf } from './node-options.ts';
import type { ResetOptions } from './reset.ts';

export async function resetHost(options: ResetOptions, context: CommandContext): Promise<ExitCode> {
  const { openReset } = await import('../compose.ts');
  const reset = await openReset({ stateDir: stateDirOf(options, context.env), onProgress: context.say });
  try {
    const { removes, stateDir } = await reset.plan();
    if (removes.length === 0) {
      context.say(`nothing to remove: there is no hooklet in ${stateDir}`);
      return 0;
    }
    context.say(`this removes:\n${removes.join('\n')}`);
    if (options.yes !== true && !(await isSure(context))) {
      context.say('nothing was removed');
      return 1;
    }
    await reset.reset();
    context.say('removed');
    return 0;
  } finally {
    await reset.close();
  }
}

async function isSure({ stdinIsTerminal }: CommandContext): Promise<boolean> {
  if (!stdinIsTerminal) throw new HookletError('badInput', 'nobody can be asked whether to remove all this; say so with --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question('Remove it all? [y/N] '), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
