/** The command line: one file a command; what a command does is loaded when it runs. */
import { Command, CommanderError } from 'commander';
import { HookletError } from '../ports/hooklet-error.ts';
import { readVersion } from '../version.ts';
import { applyCommand } from './apply.ts';
import { type CommandContext, formatMessage, stderrLogger, wantsColours } from './command-context.ts';
import { deleteCommand } from './delete.ts';
import { describeCommand } from './describe.ts';
import { doctorCommand } from './doctor.ts';
import { eventsCommand } from './events.ts';
import { execCommand } from './exec.ts';
import { type ExitCode, exitCodeOf } from './exit-code.ts';
import { getCommand } from './get.ts';
import { hooksCommand } from './hooks.ts';
import { imageCommand } from './image.ts';
import { logsCommand } from './logs.ts';
import { OutputQueue } from './output-queue.ts';
import { portForwardCommand } from './port-forward.ts';
import { resetCommand } from './reset.ts';
import { runCommand } from './run.ts';
import { upCommand } from './up.ts';

const HELP = `
Exit codes: 0 fine, 1 something you run failed, 2 bad input, 3 this host cannot do it.

Example:
  $ hooklet run examples/lifecycle-demo/pod.yaml --for 10s`;

/** Runs one command line; resolves with its exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const context = processContext((code) => {
    exitCode = code;
  });
  try {
    await programOf(context).parseAsync([...args], { from: 'user' });
  } catch (error) {
    exitCode = failed(error, context);
  }
  await context.stdout.flushed();
  return exitCode;
}

function programOf(context: CommandContext): Command {
  const program = new Command('hooklet')
    .description('Runs Kubernetes Pods on this machine and delivers their lifecycle hooks exactly as documented.')
    .version(readVersion())
    .addHelpText('after', HELP)
    .enablePositionalOptions()
    .showSuggestionAfterError(true);
  const clientCommands = [
    applyCommand,
    getCommand,
    describeCommand,
    eventsCommand,
    logsCommand,
    execCommand,
    portForwardCommand,
    deleteCommand,
  ];
  const commands = [runCommand, upCommand, hooksCommand, ...clientCommands, imageCommand, resetCommand, doctorCommand];
  for (const command of commands) program.addCommand(command(context));
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.stdout.text(text),
      writeErr: (text) => process.stderr.write(text),
      outputError: (text) => context.say(`${text.replace(/^error: /, '').trimEnd()}\nSee ${pathOf(command)} --help`),
    });
  }
  return program;
}

const everyCommand = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(everyCommand)];

const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);

function processContext(exitWith: CommandContext['exitWith']): CommandContext {
  const say = (message: string): void => {
    process.stderr.write(formatMessage(message));
  };
  // What is said when nobody listens is lost; that must not end the program with Pods running.
  process.stderr.on('error', () => {});
  const { env } = process;
  return {
    env,
    stdout: new OutputQueue(1),
    colours: wantsColours(env, process.stdout.isTTY === true),
    stdinIsTerminal: process.stdin.isTTY === true,
    say,
    logger: stderrLogger(say),
    exitWith,
  };
}

/** Says what went wrong, once, and gives its exit code. */
function failed(error: unknown, { say }: CommandContext): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof HookletError) say(error.message);
  else say(`a mistake in hooklet itself: ${error instanceof Error ? error.stack : String(error)}`);
  return exitCodeOf(error);
}
