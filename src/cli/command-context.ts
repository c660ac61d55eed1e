import type { Logger } from '../ports/logger.ts';
import { printable } from '../printing/printable.ts';
import type { OutputQueue } from './output-queue.ts';

/** What a command may use of the process it runs in. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For data. */
  readonly stdout: OutputQueue;
  /** Colours on stdout. */
  readonly colours: boolean;
  readonly stdinIsTerminal: boolean;
  /** Tells people something, on stderr. */
  say(message: string): void;
  readonly logger: Logger;
  /** An `ExitCode`, or what a program in a container ended with. */
  exitWith(code: number): void;
}

/** Colours only on a terminal, never with NO_COLOR (https://no-color.org) or on a terminal that has none. */
export function wantsColours(env: CommandContext['env'], isTerminal: boolean): boolean {
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/**
 * Everything a command says about itself begins with its name; more lines are indented. Much of it is foreign: names of a
 * manifest, words of a runtime.
 */
export function formatMessage(message: string): string {
  const lines = message.trimEnd().split('\n');
  return `hooklet: ${lines.map((line) => printable(line)).join('\n  ')}\n`;
}

/** Warnings of the agent as lines on stderr: `hooklet: a step failed and is tried again (pod=default/demo, delayMs=50)`. */
export function stderrLogger(say: (message: string) => void): Logger {
  return {
    info: () => {},
    warn: (message, fields = {}) => {
      const details = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      say(details.length === 0 ? message : `${message} (${details.join(', ')})`);
    },
  };
}
