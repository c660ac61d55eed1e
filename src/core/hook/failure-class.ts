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
