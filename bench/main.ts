/**
 * The benchmark: hooklet against bare calls to the same containerd, in one run, and what the program itself costs.
 *
 *   npm run bench [-- [PART…] [--rounds 10] [--pods 30] [-o text|json] [--trace]]
 *
 * Parts: version, lifecycle, burst, agent, api; without one, all. Ctrl-C ends it and removes what it made. A missed goal is
 * reported and is no error; a machine too busy to be measured on is (exit 1).
 */
import { cpus, loadavg, release } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAgent } from './agent.ts';
import { measureApi } from './api.ts';
import { type BenchNode, openBenchNode } from './bench-node.ts';
import { type Build, checkoutBuild, packBuild } from './builds.ts';
import { measureBurst } from './burst.ts';
import { KubeletPods } from './kubelet-pods.ts';
import { measureLifecycle } from './lifecycle.ts';
import { meetsGoal, type PartResult, ratioOf, summarize } from './measure.ts';
import { resultLines } from './show-results.ts';
import { measureVersion } from './version.ts';

const PARTS = ['version', 'lifecycle', 'burst', 'agent', 'api'] as const;
type Part = (typeof PARTS)[number];

const VERSION_TIMES = 20;
const BURST_ROUNDS = 3;

interface Wish {
  readonly parts: readonly Part[];
  readonly rounds: number;
  readonly pods: number;
  readonly json: boolean;
  readonly trace: boolean;
}

function readWish(): Wish {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: 'string', default: '10' },
      pods: { type: 'string', default: '30' },
      output: { type: 'string', short: 'o', default: 'text' },
      trace: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`There is no part "${unknown}"; the parts are ${PARTS.join(', ')}`);
  const parts = positionals.length === 0 ? PARTS : PARTS.filter((part) => positionals.includes(part));
  return { parts, rounds: Number(values.rounds), pods: Number(values.pods), json: values.output === 'json', trace: values.trace };
}

const progress = (what: string): void => console.error(`bench: ${what}`);

/** Told each part's result as soon as it is there: what comes after it may fail. */
type Tell = (result: PartResult) => void;

async function measureAll(wish: Wish, signal: AbortSignal, tell: Tell): Promise<void> {
  const wants = (...parts: readonly Part[]): boolean => parts.some((part) => wish.parts.includes(part));
  if (wants('lifecycle', 'burst')) await measureInProcess(wish, signal, tell);
  if (wants('version', 'agent')) await measurePrograms(wish, signal, tell);
  if (wants('api')) tell(await measureApi({ build: checkoutBuild, signal, progress }));
}

async function measureInProcess({ parts, rounds, pods, trace }: Wish, signal: AbortSignal, tell: Tell): Promise<void> {
  progress('starting containerd on a state directory of its own');
  const bench = await openBenchNode(signal);
  try {
    await withKubelet(bench, async (kubelet) => {
      const lifecycle = { rounds, progress, ...(trace ? { trace: (line: string) => console.error(line) } : {}) };
      if (parts.includes('lifecycle')) tell(await measureLifecycle(bench, kubelet, lifecycle));
      if (parts.includes('burst')) tell(await measureBurst(bench, kubelet, { pods, rounds: BURST_ROUNDS, progress }));
    });
  } finally {
    await bench.close();
  }
}

async function withKubelet(bench: BenchNode, work: (kubelet: KubeletPods) => Promise<void>): Promise<void> {
  const kubelet = await KubeletPods.start(bench);
  try {
    await work(kubelet);
  } finally {
    await kubelet.close();
    for (const warning of kubelet.warnings) progress(`the kubelet warned: ${warning}`);
  }
}

async function measurePrograms({ parts, pods }: Wish, signal: AbortSignal, tell: Tell): Promise<void> {
  progress('packing the program and installing the package');
  const packed = await packBuild(signal);
  const builds: readonly Build[] = [checkoutBuild, packed];
  try {
    if (parts.includes('version')) tell(await measureVersion({ builds, times: VERSION_TIMES, signal, progress }));
    if (parts.includes('agent')) tell(await measureAgent({ builds, pods, signal, progress }));
  } finally {
    await packed.remove();
  }
}

function machine(): string {
  const load = loadavg()[0]?.toFixed(2);
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, Node ${process.versions.node}, load before ${load}`;
}

async function main(): Promise<number> {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!interrupted.signal.aborted) progress('interrupted: removing what was made');
      interrupted.abort(new Error(name));
    });
  }
  const wish = readWish();
  const on = machine();
  const results: PartResult[] = [];
  const tell = (result: PartResult): void => {
    results.push(result);
    if (!wish.json) for (const line of resultLines([result])) console.log(line);
  };
  if (!wish.json) console.log(on);
  try {
    await measureAll(wish, interrupted.signal, tell);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    return 1;
  }
  if (wish.json) console.log(JSON.stringify({ machine: on, results: results.map(withSummaries) }, null, 2));
  return results.some(({ isVoid }) => isVoid !== undefined) ? 1 : 0;
}

const withSummaries = (result: PartResult) => ({
  ...result,
  measures: result.measures.map((measure) => ({
    ...measure,
    ...summarize(measure.values),
    ratio: ratioOf(measure),
    met: meetsGoal(measure),
  })),
});

process.exitCode = await main();
