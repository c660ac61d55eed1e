import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderMetrics } from './metric.ts';
import { processMetrics } from './process-metrics.ts';

it('processMetrics() tells what this process costs', () => {
  const text = renderMetrics(processMetrics({ version: '1.2.3' }));
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  assert.match(text, /^hooklet_build_info\{version="1\.2\.3",node="[\d.]+"\} 1$/m);
  assert.ok(value('process_resident_memory_bytes') > 10 * 1024 * 1024);
  assert.ok(value('process_cpu_seconds_total') > 0);
  assert.ok(value('process_open_fds') > 2);
  assert.ok(value('process_max_fds') >= value('process_open_fds'));
  assert.ok(Math.abs(value('process_start_time_seconds') - (Date.now() / 1000 - process.uptime())) < 5);
});

it('processMetrics() leaves out what a host without /proc cannot tell', () => {
  const text = renderMetrics(processMetrics({ version: '1', proc: '/nowhere' }));
  assert.equal(text.includes('process_open_fds'), false);
  assert.equal(text.includes('process_resident_memory_bytes'), true);
});
