/**
 * `npm run check`: everything that can be said about the sources without starting a container, one line a step.
 *
 *   node scripts/check.ts [--fast]     --fast leaves out the unit tests (the pre-commit hook does)
 *
 * Steps run side by side, one a core; the output of a step is shown only when it failed.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, resolve } from 'node:path';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** What to say of a passed step beside its time. */
  readonly describe?: (output: string) => string;
}

const onlyFormat = ['--linter-enabled=false', '--enforce-assist=true'];

/** The slowest first, so that it does not run alone at the end. */
export const steps: readonly Step[] = [
  {
    name: 'units',
    command: ['node', 'scripts/run-tests.ts', '--units'],
    describe: (output) => `${/^ℹ tests (\d+)$/m.exec(output)?.[1] ?? '?'} tests`,
  },
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
  { name: 'lint', command: ['biome', 'lint', '--max-diagnostics=100', '--error-on-warnings', '.'] },
  { name: 'format', command: ['biome', 'check', ...onlyFormat, '.'] },
  { name: 'layers', command: ['node', 'scripts/check-layers.ts'] },
  { name: 'docs', command: ['node', 'scripts/check-docs.ts'] },
];

interface StepResult {
  readonly step: Step;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

// The pinned Node and tools also when this file is not called through npm.
const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env['PATH']}` };

function runStep(step: Step): Promise<StepResult> {
  const started = performance.now();
  const [program = '', ...args] = step.command;
  return new Promise((settle) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const end = (passed: boolean) => settle({ step, passed, output, seconds: (performance.now() - started) / 1000 });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => {
      output += `${error.message}\n`;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function report({ step, passed, output, seconds }: StepResult): void {
  const details = passed ? step.describe?.(output) : undefined;
  console.log(
    `${passed ? 'ok    ' : 'FAILED'}  ${step.name.padEnd(6)}  ${seconds.toFixed(1).padStart(5)} s${details === undefined ? '' : `  ${details}`}`,
  );
  if (!passed) {
    console.log(output.trimEnd().replace(/^/gm, '    '));
  }
}

/** Takes steps from the queue until it is empty; several workers share one queue. */
async function work(queue: Step[], results: StepResult[]): Promise<void> {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const result = await runStep(step);
    report(result);
    results.push(result);
  }
}

if (import.meta.main) {
  const started = performance.now();
  const fast = process.argv.includes('--fast');
  const queue = steps.filter((step) => !fast || step.name !== 'units');
  const results: StepResult[] = [];
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(queue, results)));
  const failed = results.filter((result) => !result.passed).map((result) => result.step.name);
  const verdict = failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`;
  console.log(`${verdict} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
