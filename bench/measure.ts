/** What the parts of the benchmark hand to its printer: named series of values, and what they are held against. */

export interface Measure {
  readonly name: string;
  readonly unit: 'ms' | 'MiB' | 's';
  readonly values: readonly number[];
  /** The same work done by bare calls; then the ratio of the medians is what counts. */
  readonly bare?: readonly number[];
  readonly goal?: Goal;
}

/** `median` in the measure's unit, `ratio` to the bare calls, each at most `max`. */
export interface Goal {
  readonly of: 'median' | 'ratio';
  readonly max: number;
}

export interface PartResult {
  readonly part: string;
  /** What repeats this part, typed at the root of the repository. */
  readonly command: string;
  readonly measures: readonly Measure[];
  /** Why the figures must not be used; absent when they may. */
  readonly isVoid?: string;
}

export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p90: number;
  readonly min: number;
  readonly max: number;
}

/** Of an even number of values the mean of the middle two; p90 is the nearest rank. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    n: sorted.length,
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    p90: at(Math.ceil(sorted.length * 0.9) - 1),
    min: at(0),
    max: at(sorted.length - 1),
  };
}

export const medianOf = (values: readonly number[]): number => summarize(values).median;

/** Undefined without bare calls. */
export function ratioOf({ values, bare }: Measure): number | undefined {
  return bare === undefined ? undefined : medianOf(values) / medianOf(bare);
}

/** Undefined without a goal. */
export function meetsGoal(measure: Measure): boolean | undefined {
  const { goal, values } = measure;
  if (goal === undefined) return undefined;
  const reached = goal.of === 'median' ? medianOf(values) : ratioOf(measure);
  return reached !== undefined && reached <= goal.max;
}
