import { execFile } from 'node:child_process';

const PATIENCE_MS = 2_000;

type Ask = (program: string, args: readonly string[]) => Promise<string>;

/**
 * Whether the signal to stop is that of a machine that goes down, and not of a service that is restarted: systemd says so
 * (`is-system-running`, which exits with 1 and "stopping" then). Asked only by a service of systemd.
 */
export async function hostGoesDown(env: NodeJS.ProcessEnv = process.env, ask: Ask = askProgram): Promise<boolean> {
  if (env['NOTIFY_SOCKET'] === undefined) return false;
  return (await ask('systemctl', ['is-system-running'])).trim() === 'stopping';
}

/** What it printed, however it ended. */
const askProgram: Ask = (program, args) =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: PATIENCE_MS }, (_error, stdout) => resolve(stdout));
  });
