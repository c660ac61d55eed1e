/**
 * Two connections made one: every byte of the one goes to the other, as fast as the other takes it.
 *
 * P1 The end of one direction is passed on and leaves the other direction as it is.
 * P2 A connection that breaks or is closed ends the other; what was sent to a client before still reaches it.
 * P3 No timeout: a stream may be silent as long as it likes.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Both must have an error handler already. Resolves when both are closed. */
export async function splice(client: Duplex, runtime: Duplex): Promise<void> {
  for (const side of [client, runtime]) {
    // Asked when the other end sends its FIN: this side then goes on writing.
    side.allowHalfOpen = true;
    if (side instanceof Socket) side.setTimeout(0).setNoDelay(true);
  }
  const closed = Promise.all([closing(client), closing(runtime)]);
  runtime.once('close', () => {
    if (!client.writableEnded) client.end();
    finishThenDestroy(client);
  });
  client.once('close', () => runtime.destroy());
  client.pipe(runtime);
  runtime.pipe(client);
  if (client.destroyed) runtime.destroy();
  if (runtime.destroyed) client.destroy();
  await closed;
}

function finishThenDestroy(side: Duplex): void {
  if (side.writableFinished) side.destroy();
  else side.once('finish', () => side.destroy());
}

const closing = (side: Duplex): Promise<void> =>
  new Promise((resolve) => {
    if (side.closed) resolve();
    else side.once('close', () => resolve());
  });
