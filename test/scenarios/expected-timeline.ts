/**
 * The hand-written timelines of the examples: "10  main hook.started preStop exec #1" is a second since the Pod was
 * accepted, then what a record is described as. Lines of one second keep their order within a container and against
 * lines of the Pod; different containers may interleave.
 */
import { readFileSync } from 'node:fs';

export interface TimelineLine {
  readonly second: number;
  readonly container: string;
  readonly text: string;
}

const LINE = /^\s*(\d+)\s+(.*)$/;

export function readTimeline(example: string): readonly TimelineLine[] {
  const text = readFileSync(new URL(`../../examples/${example}/timeline.txt`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => parseLine(line));
}

function parseLine(line: string): TimelineLine {
  const [, second, text] = LINE.exec(line) ?? [];
  if (second === undefined || text === undefined) throw new Error(`Cannot read timeline line "${line}": it needs a second and a record`);
  return timelineLine(Number(second), text);
}

export function timelineLine(second: number, text: string): TimelineLine {
  const first = text.split(' ')[0] ?? '';
  return { second, container: first.includes('.') ? '' : first, text };
}

/** The lines of each container, and of the Pod, in their own order. */
export function byContainer(lines: readonly TimelineLine[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    [...new Set(lines.map(({ container }) => container))]
      .sort()
      .map((name) => [
        name === '' ? 'the Pod' : name,
        lines.filter(({ container }) => container === name).map(({ second, text }) => `${second} ${text}`),
      ]),
  );
}

export const withoutSeconds = (lines: readonly TimelineLine[]): readonly TimelineLine[] =>
  lines.map(({ container, text }) => ({ second: 0, container, text }));
