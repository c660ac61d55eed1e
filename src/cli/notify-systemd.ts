import { execFile } from 'node:child_process';

const PATIENCE_MS = 5_000;

/**
 * Tells systemd of a state, where systemd asked to be told. Node has no Unix datagram sockets, so its own program does it
 * (the unit says NotifyAccess=all). A service that cannot say so goes on all the same.
 */
export function notifySystemd(state: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (env['NOTIFY_SOCKET'] === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    execFile('systemd-notify', [state], { env, timeout: PATIENCE_MS }, () => resolve());
  });
}
