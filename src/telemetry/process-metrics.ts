/** What this process costs, under the names that every Prometheus client library gives (`process_…`). */
import { readdirSync, readFileSync } from 'node:fs';
import { countedElsewhere, gauge } from './gauge.ts';
import type { Metric } from './metric.ts';

export interface ProcessMetricsParts {
  readonly version: string;
  /** `/proc/self` of the process. */
  readonly proc?: string;
}

export function processMetrics({ version, proc = '/proc/self' }: ProcessMetricsParts): readonly Metric[] {
  const startedAt = Date.now() / 1000 - process.uptime();
  return [
    gauge('hooklet_build_info', 'Always 1; the labels say what runs.', () => [
      { labels: { version, node: process.versions.node }, value: 1 },
    ]),
    countedElsewhere('process_cpu_seconds_total', 'CPU time that the agent has used.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    gauge('process_resident_memory_bytes', 'Memory of the agent that is in use.', () => process.memoryUsage.rss()),
    gauge('process_open_fds', 'Open file descriptors of the agent.', () => readdirSync(`${proc}/fd`).length),
    gauge('process_max_fds', 'Limit of open file descriptors.', () => openFilesLimit(readFileSync(`${proc}/limits`, 'utf8'))),
    gauge('process_start_time_seconds', 'When the agent started, in seconds since the epoch.', () => startedAt),
  ];
}

/** The soft limit, from `/proc/<pid>/limits`. */
function openFilesLimit(limits: string): number {
  const found = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return found === 'unlimited' ? Number.POSITIVE_INFINITY : Number(found);
}
