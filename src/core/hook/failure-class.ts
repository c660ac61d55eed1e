/**
 * Why an HTTP hook failed, without what may differ between two failures of the same kind: the URL (a Pod's address
 * changes with its sandbox) and the address that was dialled. Events are counted by their text.
 */
export const failureClass = (reason: string): string =>
  reason
    .replace(/^Get "(?:[^"\\]|\\.)*": /, '')
    .replace(/^(?:dial|read|write) tcp (?:\S+): /, '')
    .replace(/^dial tcp: /, '')
    .replace(/^(lookup \S+) on \S+: /, '$1: ');

const OWN_TIMEOUT = 'it did not end within its timeout of ';

/** The reason of a hook that took longer than its Pod's annotation lets it; one that overran the grace has none of its own. */
export const ownTimeout = (timeoutMs: number): string => `${OWN_TIMEOUT}${timeoutMs / 1000} s`;
export const isOwnTimeout = (reason: string | undefined): boolean => reason?.startsWith(OWN_TIMEOUT) === true;
