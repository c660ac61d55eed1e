/**
 * Runs the tests, with one summary at the end; fails when one was skipped, because a skipped test says nothing.
 *
 *   node scripts/run-tests.ts [--units | --all] [PATH…]
 *
 * Without an option: everything but `test/long`. `--units`: only what lies beside the code. `--all`: the long ones too.
 * With paths: only the files whose path starts with one of them.
 */
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { sourceFiles } from './source-files.ts';

/** Every test says itself how long its steps may take; this ends a file that hangs without saying so. */
const FILE_TIMEOUT_MS = 15 * 60_000;

export interface Choice {
  readonly units: boolean;
  readonly all: boolean;
  readonly paths: readonly string[];
}

export function chooseTests(files: readonly string[], { units, all, paths }: Choice): readonly string[] {
  if (paths.length > 0) {
    return files.filter((file) => paths.some((path) => file.startsWith(path.replace(/^\.\//, ''))));
  }
  return files.filter((file) => (file.startsWith('test/') ? !units && (all || !file.startsWith('test/long/')) : true));
}

function runFiles(files: readonly string[]): void {
  // Inherited by the test processes: what bin/hooklet sets for the program.
  process.env['UV_THREADPOOL_SIZE'] ??= '16';
  const stream = run({
    files: [...files],
    concurrency: Math.max(2, Math.floor(availableParallelism() / 2)),
    timeout: FILE_TIMEOUT_MS,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  stream.on('test:fail', () => {
    process.exitCode = 1;
  });
  stream.on('test:summary', ({ file, success, counts }) => {
    if (file === undefined && (!success || counts.skipped + counts.todo > 0 || counts.tests === 0)) {
      process.exitCode = 1;
    }
  });
  stream.compose(new spec()).pipe(process.stdout);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { units: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const known = ['src', 'scripts', 'test'].flatMap((folder) => sourceFiles(folder, '.test.ts'));
  const files = chooseTests(known, { ...values, paths: positionals });
  if (files.length === 0) {
    console.error(`no test file matches ${positionals.join(' ') || 'this choice'}`);
    process.exitCode = 1;
  } else {
    runFiles(files);
  }
}
