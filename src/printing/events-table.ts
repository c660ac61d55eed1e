import type { EventRow } from './event-rows.ts';
import { humanDuration } from './human-duration.ts';
import { printable } from './printable.ts';
import { printTable } from './table.ts';

const HEADER = ['Type', 'Reason', 'Age', 'From', 'Message'];
const RULES = ['----', '------', '----', '----', '-------'];

/** The end of `kubectl describe pod` (`kubectl/pkg/describe/describe.go` `DescribeEvents`). Rows come in their order. */
export function eventsTable(rows: readonly EventRow[], nowWallMs: number): readonly string[] {
  if (rows.length === 0) return ['Events:  <none>'];
  const since = (time: string): string => humanDuration(nowWallMs - Date.parse(time));
  const cells = rows.map((row) => [row.eventType, row.reason, ageText(row, since), 'kubelet', messageText(row)]);
  return ['Events:', ...printTable([HEADER, RULES, ...cells]).map((line) => `  ${line}`)];
}

function ageText({ count, firstTime, lastTime }: EventRow, since: (time: string) => string): string {
  return count > 1 ? `${since(lastTime)} (x${count} over ${since(firstTime)})` : since(firstTime);
}

function messageText({ container, message }: EventRow): string {
  const text = printable(message.trim());
  return container === undefined ? text : `spec.containers{${container}}: ${text}`;
}
