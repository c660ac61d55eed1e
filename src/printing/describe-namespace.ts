import type { ApiNamespace } from '../model/api-objects.ts';
import { annotationLines, field, labelLines, line, renderDescription } from './describe/lines.ts';
import { zonedTime } from './zoned-time.ts';

/** `kubectl describe namespace` on a server that knows neither quotas nor limit ranges, as hooklet's. */
export function describeNamespace({ metadata, status }: ApiNamespace): string {
  const conditions = status?.conditions ?? [];
  const rows = conditions.map(({ type, status: is, lastTransitionTime, reason = '', message = '' }) =>
    line(1, [type, is, zonedTime(lastTransitionTime), reason, message].join('\t')),
  );
  const header = [
    'Conditions:',
    line(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage'),
    line(1, '----\t------\t------------------\t------\t-------'),
  ];
  const body = [
    field(0, 'Name', metadata?.name ?? ''),
    ...labelLines('Labels', metadata?.labels),
    ...annotationLines('Annotations', metadata?.annotations),
    field(0, 'Status', status?.phase ?? ''),
    ...(rows.length === 0 ? [] : [...header, ...rows]),
  ];
  return renderDescription(body, undefined);
}
