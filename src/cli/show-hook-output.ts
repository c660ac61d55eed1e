/** `hooklet hooks output`: what one delivery wrote. */

import type { KeptOutput } from '../ports/hook-output.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { OpenHistory } from '../ports/open-node.ts';
import { type DeliveryRow, DeliveryRows } from '../printing/delivery-rows.ts';
import { type CutStream, keptJson, printKeptStream } from '../printing/kept-output.ts';
import { printable } from '../printing/printable.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './exit-code.ts';
import type { HookOutputOptions } from './hooks.ts';
import { isAboutPod, noSuchPod } from './match-pod.ts';
import { stateDirOf } from './node-options.ts';
import { readJournal } from './read-journal.ts';

export async function showHookOutput(pod: string, options: HookOutputOptions, context: CommandContext): Promise<ExitCode> {
  const { openHistory } = await import('../compose.ts');
  const history = await openHistory(stateDirOf(options, context.env));
  try {
    const row = chooseDelivery(deliveriesOf(history, pod), pod, options);
    const output = row.attempt === 0 ? undefined : await history.hookOutput.read(row);
    if (output === undefined) {
      context.say(`no output is kept of ${row.hook} of container "${row.container}" of ${row.pod}: ${whyNone(row)}`);
      return 1;
    }
    if (options.output === 'json')
      context.stdout.line(JSON.stringify({ ...row, stdout: keptJson(output.stdout), stderr: keptJson(output.stderr) }));
    else printOutput(output, context);
    return 0;
  } finally {
    history.close();
  }
}

/** Of the newest Pod of that name. */
function deliveriesOf(history: OpenHistory, named: string): readonly DeliveryRow[] {
  const known: string[] = [];
  const uids = new Map<string, string>();
  const rows = new DeliveryRows();
  for (const { record } of readJournal(history.journal)) {
    if (record.type === 'pod.accepted') known.push(record.pod);
    if (record.pod === undefined || record.uid === undefined || !isAboutPod(record, named)) continue;
    uids.set(record.pod, record.uid);
    rows.add(record);
  }
  if (uids.size === 0) throw noSuchPod(named, known);
  if (uids.size > 1)
    throw new HookletError('badInput', `"${named}" is the name of several Pods; name one of ${[...uids.keys()].join(', ')}`);
  const newest = new Set(uids.values());
  return rows.list().filter(({ uid }) => newest.has(uid));
}

export function chooseDelivery(
  rows: readonly DeliveryRow[],
  pod: string,
  wanted: Omit<HookOutputOptions, 'output' | 'stateDir'>,
): DeliveryRow {
  const { container, hook, attempt, restart } = wanted;
  const ofHook = rows.filter(
    (row) => (container === undefined || row.container === container) && (hook === undefined || row.hook === hook),
  );
  const fitting = ofHook.filter(
    (row) => (attempt === undefined || row.attempt === attempt) && (restart === undefined || row.restartCount === restart),
  );
  const choices = new Set(fitting.map((row) => `-c ${row.container} --hook ${row.hook}`));
  const chosen = fitting.at(-1);
  if (choices.size > 1) throw new HookletError('badInput', `Pod "${pod}" has several hooks; name one: ${[...choices].join(', or ')}`);
  if (chosen !== undefined) return chosen;
  const all = [...new Set(rows.map((row) => `-c ${row.container} --hook ${row.hook}`))];
  const hint =
    all.length === 0 ? 'no hook of this Pod was due yet' : `those it has are ${all.join(', ')}; "hooklet hooks ${pod}" shows them`;
  throw new HookletError('badInput', `Pod "${pod}" has no such delivery: ${hint}`);
}

function whyNone({ outcome, reason, handler }: DeliveryRow): string {
  if (outcome === 'skipped') return `it was skipped (${reason})`;
  if (outcome === 'running') return 'it still runs';
  if (handler === 'httpGet') return `no response came: ${printable(reason ?? outcome)}`;
  return handler === 'sleep' ? 'a sleep writes nothing' : 'its output could not be kept, or was removed with the history of its Pod';
}

function printOutput(output: KeptOutput, { stdout }: CommandContext): void {
  stdout.text(streamBytes(output.stdout, process.stdout.isTTY === true));
  process.stderr.write(streamBytes(output.stderr, process.stderr.isTTY === true));
}

/** Byte for byte, with a mark where bytes were cut; on a terminal as text that cannot take it over. */
function streamBytes(stream: CutStream, isTerminal: boolean): string | Uint8Array {
  if (stream.cutBytes === 0 && !isTerminal) return Buffer.concat([stream.head, stream.tail]);
  const text = printKeptStream(stream);
  return isTerminal
    ? text
        .split('\n')
        .map((line) => printable(line))
        .join('\n')
    : text;
}
