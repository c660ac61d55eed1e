/**
 * Draws `docs/states.md` from the edges that the code declares (`src/core/container/container-history.ts`).
 *
 *   node scripts/draw-states.ts            writes the file
 *   node scripts/draw-states.ts --check    exits 1 when the file is not what would be written
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RUN_EDGES, RUN_PHASES, type RunPhase } from '../src/core/container/container-history.ts';
import type { Fact } from '../src/core/journal-record.ts';

export const statesFile = resolve(import.meta.dirname, '../docs/states.md');

interface PhaseText {
  /** The record that leads into the phase. */
  readonly record: Fact['type'];
  readonly meaning: string;
}

export const phaseTexts: Readonly<Record<RunPhase, PhaseText>> = {
  created: {
    record: 'container.created',
    meaning: 'The runtime has made it. Its postStart is due from here on: the intent is durable before the start.',
  },
  started: { record: 'container.started', meaning: 'Its ENTRYPOINT runs, and postStart beside it. Nobody may count on it yet.' },
  running: {
    record: 'container.ready',
    meaning: 'postStart and the startup probe have succeeded, or there are none. `container.unready` when readiness is still to come.',
  },
  stopping: { record: 'container.stopping', meaning: 'preStop, stop signal, SIGKILL, up to a stored deadline.' },
  exited: { record: 'container.exited', meaning: 'It has ended, and every hook of it is closed.' },
  notCreated: { record: 'container.failed', meaning: 'It could not be made; it is tried again under the same number.' },
};

export function drawStates(): string {
  const edges = RUN_PHASES.flatMap((from) => RUN_EDGES[from].map((to) => `    ${from} --> ${to}: ${phaseTexts[to].record}`));
  const rows = RUN_PHASES.map((phase) => [phase, `\`${phaseTexts[phase].record}\``, phaseTexts[phase].meaning]);
  return `${[
    '# The life of a container instance',
    '',
    '<!-- Drawn by scripts/draw-states.ts from src/core/container/container-history.ts. Do not edit. -->',
    '',
    'An instance is one start of a container. Its phase follows from the records of the journal and from nothing else; an',
    'edge is a record. After `exited` the next instance begins, if the Pod wants one.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    `    [*] --> created: ${phaseTexts.created.record}`,
    `    [*] --> notCreated: ${phaseTexts.notCreated.record}`,
    ...edges,
    '    exited --> [*]',
    '```',
    '',
    ...table(['Phase', 'Begins with', 'Means'], rows),
  ].join('\n')}\n`;
}

/** In columns, as the formatter of the repository wants it. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [heads, widths.map((width) => '-'.repeat(width)), ...rows].map(line);
}

/** The text of a file, or nothing when it is not there. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export const isStale = (file: string): boolean => textOf(file) !== drawStates();

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeFileSync(statesFile, drawStates());
  else if (isStale(statesFile)) {
    process.stderr.write('docs/states.md is not what the code declares: run node scripts/draw-states.ts\n');
    process.exitCode = 1;
  }
}
