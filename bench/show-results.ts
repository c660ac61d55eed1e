/** The results as a table for people. */
import { printTable } from '../src/printing/table.ts';
import { type Measure, medianOf, meetsGoal, type PartResult, ratioOf, summarize } from './measure.ts';

const HEAD = ['', 'n', 'median', 'p90', 'min', 'max', 'bare', 'ratio', 'goal', ''];

export function resultLines(results: readonly PartResult[]): readonly string[] {
  return results.flatMap(({ part, command, measures, isVoid }) => [
    '',
    `${part}: ${command}`,
    ...(isVoid === undefined ? [] : [`VOID: ${isVoid}. Repeat it on a quiet machine`]),
    ...printTable([HEAD, ...measures.map(rowOf)]),
  ]);
}

function rowOf(measure: Measure): readonly string[] {
  const { name, unit, values, bare } = measure;
  const { n, median, p90, min, max } = summarize(values);
  const of = (value: number): string => formatValue(value, unit);
  const ratio = ratioOf(measure);
  return [
    name,
    String(n),
    `${of(median)} ${unit}`,
    ...(n > 1 ? [of(p90), of(min), of(max)] : ['', '', '']),
    bare === undefined ? '' : of(medianOf(bare)),
    ratio === undefined ? '' : ratio.toFixed(3),
    goalText(measure),
    verdict(measure),
  ];
}

function formatValue(value: number, unit: Measure['unit']): string {
  return value.toFixed(unit === 'ms' ? 1 : 2);
}

function goalText({ goal, unit }: Measure): string {
  if (goal === undefined) return '';
  return goal.of === 'ratio' ? `≤ ${goal.max}×` : `≤ ${goal.max} ${unit}`;
}

function verdict(measure: Measure): string {
  const met = meetsGoal(measure);
  if (met === undefined) return '';
  return met ? 'met' : 'MISSED';
}
