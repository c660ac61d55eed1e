import type { ExecOptions, OwnStreams } from './exec-in-pod.ts';

/** The streams of this process. `options`: a terminal is passed on only if there is one here. */
export function ownStreams(
  options: ExecOptions,
  say: (text: string) => void,
): OwnStreams & { readonly options: ExecOptions; close(): void } {
  const { stdin, stdout, stderr } = process;
  const tty = options.tty === true && (options.stdin !== true || stdin.isTTY === true);
  if (options.tty === true && !tty) say('Unable to use a TTY - input is not a terminal or the right kind of file');
  return {
    stdin,
    stdout,
    stderr,
    options: { ...options, tty },
    takeTerminal: (onSize) => {
      const tell = (): void => {
        if (stdout.isTTY) onSize({ columns: stdout.columns, rows: stdout.rows });
      };
      if (stdin.isTTY && options.stdin === true) stdin.setRawMode(true);
      stdout.on('resize', tell);
      tell();
      return () => {
        stdout.off('resize', tell);
        if (stdin.isTTY && options.stdin === true) stdin.setRawMode(false);
      };
    },
    // What is still to be read of it must not keep the program alive.
    close: () => {
      if (options.stdin === true) stdin.destroy();
    },
  };
}
