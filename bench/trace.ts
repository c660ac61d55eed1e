/** What hooklet did for one Pod, call by call: where its time goes. */
import type { SeenRecord } from './kubelet-pods.ts';
import type { TimedCall } from './timed-runtime.ts';

interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** Calls to the runtime with how long they took, and journal records once they were durable, in the order of time. */
export function traceLines(calls: readonly TimedCall[], records: readonly SeenRecord[], fromMs: number): readonly string[] {
  const lines: readonly Line[] = [
    ...calls.map(({ name, startMs, endMs }) => ({
      atMs: startMs,
      text: `${name} ${endMs === undefined ? '…' : `(${(endMs - startMs).toFixed(1)} ms)`}`,
    })),
    ...records.map(({ record, atMs }) => ({ atMs, text: `  ${record.type}` })),
  ];
  return lines
    .filter(({ atMs }) => atMs >= fromMs)
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `${(atMs - fromMs).toFixed(1).padStart(9)}  ${text}`);
}
