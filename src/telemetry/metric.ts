/** Figures in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats). */
export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  /** After the name of the metric: "_bucket", "_sum"; empty for most. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

export interface Metric {
  /** `hooklet_pods`; seconds and bytes, not milliseconds; what only grows ends with `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Called for each reading. */
  samples(): readonly Sample[];
}

/** A metric that cannot be read is left out: the others are worth having. */
export function renderMetrics(metrics: readonly Metric[]): string {
  return metrics.map(renderMetric).join('');
}

function renderMetric(metric: Metric): string {
  const samples = samplesOf(metric);
  if (samples.length === 0) return '';
  const { name, help, type } = metric;
  const lines = samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${renderLabels(labels)} ${renderValue(value)}`);
  return [`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function samplesOf(metric: Metric): readonly Sample[] {
  try {
    return metric.samples();
  } catch {
    return [];
  }
}

function renderLabels(labels: Labels): string {
  const all = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(String(value))}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

const escapeLabel = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function renderValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
