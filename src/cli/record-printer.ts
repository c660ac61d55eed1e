import type { PrintedRecord } from '../core/journal-record.ts';
import { type PodManifest, podKey } from '../model/pod.ts';
import { recordLine } from '../printing/record-line.ts';
import { styleOf } from '../printing/style.ts';
import type { CommandContext } from './command-context.ts';
import type { OutputOption } from './node-options.ts';

/** Shows records on stdout as they come: as lines for people, or as JSON, one object a line and nothing else. */
export function recordPrinter(
  pods: readonly PodManifest[],
  { output }: OutputOption,
  { stdout, colours }: CommandContext,
): (record: PrintedRecord) => void {
  const style = styleOf(colours);
  const layout = {
    podWidth: Math.max(...pods.map((pod) => podKey(pod).length)),
    containerWidth: Math.max(...pods.flatMap((pod) => pod.spec.containers.map(({ name }) => name.length))),
  };
  return (record) => {
    // It says in Kubernetes' words what the line before it says; the table at the end has them all.
    if (output !== 'json' && record.type === 'event' && record.eventType === 'Normal') return;
    // A container may write faster than anybody reads; facts are never lost.
    const mayBeLost = record.type === 'log';
    stdout.line(output === 'json' ? JSON.stringify(withoutSpec(record)) : recordLine(record, layout, style), { mayBeLost });
  };
}

/** The journal keeps what was accepted; printed, values of the user's environment would stand in the log of every CI. */
function withoutSpec(record: PrintedRecord): object {
  if (record.type !== 'pod.accepted') return record;
  const { spec: _, ...told } = record;
  return told;
}
