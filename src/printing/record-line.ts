import type { PrintedRecord } from '../core/journal-record.ts';
import { printable } from './printable.ts';
import { recordText } from './record-text.ts';
import type { Style } from './style.ts';
import { clockTime } from './time-text.ts';

/** How wide the columns are; a longer name pushes the rest of its line to the right and loses nothing. */
export interface LineLayout {
  readonly podWidth: number;
  readonly containerWidth: number;
}

/** `12:00:03.120  default/demo  main  postStart hook (exec) started` */
export function recordLine(record: PrintedRecord, layout: LineLayout, style: Style): string {
  const container = 'container' in record && record.container !== undefined ? record.container : '';
  const pod = record.pod ?? '';
  const columns = [style.quiet(clockTime(record.time)), pod.padEnd(layout.podWidth), container.padEnd(layout.containerWidth)];
  return `${columns.join('  ')}  ${stylised(record, style)}`;
}

function stylised(record: PrintedRecord, style: Style): string {
  if (record.type === 'log') {
    const mark = record.stream === 'stdout' ? '|' : '!';
    return `${style.quiet(mark)} ${printable(record.text, style.colours)}`;
  }
  const text = recordText(record);
  switch (record.type) {
    case 'hook.started':
      return style.strong(text);
    case 'hook.finished':
      return record.outcome === 'succeeded' ? style.good(text) : style.bad(text);
    case 'hook.skipped':
      return style.warning(text);
    case 'container.ready':
      return style.good(text);
    case 'container.failed':
    case 'image.failed':
    case 'pod.rejected':
      return style.bad(text);
    case 'container.exited':
      return record.exitCode !== 0 && (record.by === 'self' || record.by === 'oom') ? style.bad(text) : text;
    case 'event':
      return record.eventType === 'Warning' ? style.warning(text) : style.quiet(text);
    default:
      return text;
  }
}
