import type { Labels, Metric, Sample } from './metric.ts';
import { Series } from './series.ts';

/** Counts since the agent started. */
export class Counter implements Metric {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #series = new Series<{ count: number }>();

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(labels: Labels = {}, by = 1): void {
    this.#series.of(labels, () => ({ count: 0 })).count += by;
  }

  samples(): readonly Sample[] {
    return this.#series.all().map(({ labels, value }) => ({ labels, value: value.count }));
  }
}
