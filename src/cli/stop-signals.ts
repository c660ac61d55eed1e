/** As many as end a foreground program: Ctrl-C, `kill`, a terminal that goes away. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * npm passes Ctrl-C on to a program that the terminal has told already: two signals this close together are one wish
 * of the user, not the second Ctrl-C that shortens the grace.
 */
export const ONE_WISH_MS = 150;

/** Calls `listener` for each wish to stop. Returns the way to listen no more. */
export function onStopSignals(listener: () => void, now: () => number = () => performance.now()): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const heard = (): void => {
    const isSame = now() - last < ONE_WISH_MS;
    last = now();
    if (!isSame) listener();
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  return () => {
    for (const signal of SIGNALS) process.off(signal, heard);
  };
}
