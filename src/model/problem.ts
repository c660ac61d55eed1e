import type { FieldPath } from './field-path.ts';

/** What is wrong with a manifest, and where. Errors and warnings look alike; a list says which they are. */
export interface Problem {
  /** The file as the user named it, or "stdin". */
  readonly file: string;
  /** From 1; 0 when the problem is that of the whole file. */
  readonly line: number;
  /** From 1. */
  readonly column?: number;
  /** "spec.containers[0].image"; empty when the problem is no field's. */
  readonly path: string;
  readonly message: string;
}

/** A problem before its place in a file is known: what the checks of an object find. */
export interface Finding {
  readonly path: FieldPath;
  readonly message: string;
}

/** How a check says what it found. */
export type Report = (path: FieldPath, message: string) => void;

/** `pod.yaml:12: spec.containers[0].image: Required value` */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  return problem.path === '' ? `${place}: ${problem.message}` : `${place}: ${problem.path}: ${problem.message}`;
}
