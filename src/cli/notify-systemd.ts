import { execFile } from 'node:child_process';

/**
 * Tells systemd of a state, where systemd asked to be told. Node has no Unix datagram sockets, so its own program does it
 * (the unit says NotifyAccess=all). A service that cannot say so is started all the same.
 */
export function notifySystemd(state: string): Promise<void> {
  if (process.env['NOTIFY_SOCKET'] === undefined) return Promise.resolve();
  return new Promise((resolve) => execFile('systemd-notify', [state], () => resolve()));
}
