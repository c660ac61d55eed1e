import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly minutes: number;
  readonly pods: number;
  readonly seed: number;
  /** Leaves heap snapshots, journal, containerd's log and the records of Pods that went wrong, for whoever looks into it. */
  readonly keep: boolean;
  /** Takes heap snapshots. */
  readonly heap: boolean;
}

/** Throws for what is no number, or none that makes sense. */
export function readSoakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      pods: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      keep: { type: 'boolean', default: false },
      heap: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  return {
    minutes: numberOf('minutes', values.minutes, { least: 0.1 }),
    pods: numberOf('pods', values.pods, { least: 1, whole: true }),
    seed: numberOf('seed', values.seed, { least: 0, whole: true }),
    keep: values.keep,
    heap: values.heap,
  };
}

function numberOf(name: string, text: string, { least, whole = false }: { readonly least: number; readonly whole?: boolean }): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
  throw new Error(`--${name} must be a ${whole ? 'whole ' : ''}number of at least ${least}, but is ${JSON.stringify(text)}`);
}
