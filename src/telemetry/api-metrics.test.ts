import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ApiMetrics } from './api-metrics.ts';
import { renderMetrics } from './metric.ts';

it('ApiMetrics counts answers by verb and code, and looks up what the API holds', () => {
  const metrics = new ApiMetrics();
  const answered = (method: string, query: string, code: number): void =>
    metrics.answered({ method, query: new URLSearchParams(query) }, code);
  answered('GET', '', 200);
  answered('GET', '', 200);
  answered('GET', 'watch=true', 200);
  answered('DELETE', '', 404);
  answered('BREW', '', 405);
  const text = renderMetrics(
    metrics.metrics({ watchers: () => 3, resources: ['pods', 'nodes'], count: (resource) => resource.length, resourceVersion: () => 77 }),
  );
  assert.deepEqual(
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
    [
      'hooklet_api_requests_total{verb="GET",code="200"} 2',
      'hooklet_api_requests_total{verb="WATCH",code="200"} 1',
      'hooklet_api_requests_total{verb="DELETE",code="404"} 1',
      'hooklet_api_requests_total{verb="other",code="405"} 1',
      'hooklet_api_watchers 3',
      'hooklet_store_objects{resource="pods"} 4',
      'hooklet_store_objects{resource="nodes"} 5',
      'hooklet_store_resource_version 77',
    ],
  );
});
