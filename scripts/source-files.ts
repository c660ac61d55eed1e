import { globSync } from 'node:fs';

const ignored = ['node_modules', 'dist', '.git'];

/** All files below `folder` whose name ends in `ending`, as paths relative to the repository, in order. */
export function sourceFiles(folder: string, ending: string): readonly string[] {
  return globSync(`${folder}/**/*${ending}`, { exclude: (name) => ignored.includes(name) }).sort();
}

/** Prints what a check found and sets the exit code. */
export function exitWith(problems: readonly string[]): void {
  for (const problem of problems) {
    console.error(problem);
  }
  process.exitCode = problems.length === 0 ? 0 : 1;
}
