import type { Labels, Metric, Sample } from './metric.ts';
import { Series } from './series.ts';

interface Observed {
  /** One more than there are bounds: the last is for what is above all of them. */
  readonly counts: number[];
  sum: number;
}

/** How often something took how long, or was how much. */
export class Histogram implements Metric {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Series<Observed>();

  /** `bounds`: upper ones, inclusive, growing. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
  }

  observe(value: number, labels: Labels = {}): void {
    const observed = this.#series.of(labels, () => ({ counts: new Array<number>(this.#bounds.length + 1).fill(0), sum: 0 }));
    const index = this.#bounds.findIndex((bound) => value <= bound);
    const place = index === -1 ? this.#bounds.length : index;
    observed.counts[place] = (observed.counts[place] ?? 0) + 1;
    observed.sum += value;
  }

  samples(): readonly Sample[] {
    return this.#series.all().flatMap(({ labels, value }) => this.#samplesOf(labels, value));
  }

  #samplesOf(labels: Labels, { counts, sum }: Observed): readonly Sample[] {
    let total = 0;
    const buckets = [...this.#bounds, Number.POSITIVE_INFINITY].map((bound, index): Sample => {
      total += counts[index] ?? 0;
      const le = Number.isFinite(bound) ? String(bound) : '+Inf';
      return { suffix: '_bucket', labels: { ...labels, le }, value: total };
    });
    return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total }];
  }
}
