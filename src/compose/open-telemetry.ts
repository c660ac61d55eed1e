/** What `/metrics` tells, and the places where it is measured. */

import type { Journal } from '../ports/journal.ts';
import type { PodReports } from '../ports/pod-reports.ts';
import type { ServedApi } from '../telemetry/api-metrics.ts';
import { readVersion } from '../version.ts';

export interface OpenTelemetry {
  /** The same journal, measured: for everybody. */
  readonly journal: Journal;
  /** Is told the status of every Pod. */
  readonly reports: PodReports;
  /** Is told of every answer to a client. */
  readonly answered: (request: { readonly method: string; readonly query: URLSearchParams }, status: number) => void;
  /** The API is there: it can be looked into. */
  serves(api: ServedApi): void;
  /** In Prometheus' text format. */
  text(): string;
  close(): void;
}

export async function openTelemetry(inner: Journal): Promise<OpenTelemetry> {
  const [{ ApiMetrics }, { measuredJournal }, { renderMetrics }, { PodMetrics }, { processMetrics }] = await Promise.all([
    import('../telemetry/api-metrics.ts'),
    import('../telemetry/measured-journal.ts'),
    import('../telemetry/metric.ts'),
    import('../telemetry/pod-metrics.ts'),
    import('../telemetry/process-metrics.ts'),
  ]);
  const { journal, metrics: ofJournal } = measuredJournal(inner);
  const pods = new PodMetrics();
  const stopFollowing = pods.follow(journal);
  const api = new ApiMetrics();
  const before = [...processMetrics({ version: readVersion() }), ...pods.metrics(), ...ofJournal];
  let all = before;
  return {
    journal,
    reports: pods,
    answered: (request, status) => api.answered(request, status),
    serves: (served) => {
      all = [...before, ...api.metrics(served)];
    },
    text: () => renderMetrics(all),
    close: stopFollowing,
  };
}
