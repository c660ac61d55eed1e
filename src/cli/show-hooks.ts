/** `hooklet hooks`: the deliveries of the journal as a table, or as JSON; with `--watch` also what comes. */

import type { JournalRecord } from '../core/journal-record.ts';
import type { OpenHistory } from '../ports/open-node.ts';
import { DeliveryRows, isHookRecord } from '../printing/delivery-rows.ts';
import { hooksTable } from '../printing/hooks-table.ts';
import { recordLine } from '../printing/record-line.ts';
import { styleOf } from '../printing/style.ts';
import { dateAndTime } from '../printing/time-text.ts';
import type { CommandContext } from './command-context.ts';
import type { HooksOptions } from './hooks.ts';
import { isAboutPod, noSuchPod } from './match-pod.ts';
import { stateDirOf } from './node-options.ts';
import { onStopSignals } from './stop-signals.ts';

const LOOK_EVERY_MS = 200;

export async function showHooks(pod: string | undefined, options: HooksOptions, context: CommandContext): Promise<void> {
  const { openHistory } = await import('../compose.ts');
  const history = await openHistory(stateDirOf(options, context.env));
  try {
    const view = new HooksView(pod, options, context);
    view.past(history);
    if (options.watch === true) await watch(history, view, context);
  } finally {
    history.close();
  }
}

/** The journal belongs to another process, which tells us nothing: look now and then. */
async function watch(history: OpenHistory, view: HooksView, { stdout }: CommandContext): Promise<void> {
  const over = Promise.withResolvers<void>();
  const looking = setInterval(() => {
    try {
      view.news(history);
    } catch (error) {
      over.reject(error);
    }
  }, LOOK_EVERY_MS);
  const stopListening = onStopSignals(over.resolve);
  stdout.onClosed(over.resolve);
  try {
    await over.promise;
  } finally {
    clearInterval(looking);
    stopListening();
  }
}

class HooksView {
  readonly #pod: string | undefined;
  readonly #isJson: boolean;
  readonly #context: CommandContext;
  readonly #rows = new DeliveryRows();
  #lastSeq = 0;

  constructor(pod: string | undefined, { output }: HooksOptions, context: CommandContext) {
    this.#pod = pod;
    this.#isJson = output === 'json';
    this.#context = context;
  }

  past(history: OpenHistory): void {
    const { stdout, colours, say } = this.#context;
    const seen = new Set<string>();
    let isKnown = false;
    for (const record of this.#read(history)) {
      if (record.pod !== undefined) seen.add(record.pod);
      if (!isAboutPod(record, this.#pod)) continue;
      isKnown = true;
      this.#rows.add(record);
    }
    if (this.#pod !== undefined && !isKnown) throw noSuchPod(this.#pod, [...seen]);
    const rows = this.#rows.list();
    if (this.#isJson) for (const row of rows) stdout.line(JSON.stringify(row));
    else if (rows.length === 0) say('no hook was due yet');
    else for (const line of hooksTable(rows, new Map(), { style: styleOf(colours), time: dateAndTime, pods: true })) stdout.line(line);
  }

  news(history: OpenHistory): void {
    const { stdout, colours } = this.#context;
    for (const record of this.#read(history)) {
      if (!isHookRecord(record) || !isAboutPod(record, this.#pod)) continue;
      const row = this.#rows.add(record);
      stdout.line(this.#isJson ? JSON.stringify(row) : recordLine(record, { podWidth: 0, containerWidth: 0 }, styleOf(colours)));
    }
  }

  *#read(history: OpenHistory): Generator<JournalRecord> {
    for (;;) {
      const page = history.journal.read({ afterSeq: this.#lastSeq });
      const last = page.at(-1);
      if (last === undefined) return;
      this.#lastSeq = last.seq;
      for (const { record } of page) yield record;
    }
  }
}
