/**
 * The benchmark: hooklet against bare calls to the same containerd, in one run, and what the program itself costs.
 *
 *   npm run bench [-- [PART…] [--rounds 10] [--pods 30] [-o text|json] [--trace]]
 *
 * Parts: version, lifecycle, burst, agent; without one, all. Ctrl-C ends it and removes what it made. A missed goal is
 * reported and is no error; a machine too busy to be measured on is (exit 1).
 */
import { cpus, loadavg, release } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAgent } from './agent.ts';
import { type BenchNode, openBenchNode } from './bench-node.ts';
import { type Build, checkoutBuild, packBuild } from './builds.ts';
import { measureBurst } from './burst.ts';
import { KubeletPods } from './kubelet-pods.ts';
import { measureLifecycle } from './lifecycle.ts';
import { type PartResult, summarize } from './measure.ts';
import { resultLines } from './show-results.ts';
import { measureVersion } from './version.ts';

const PARTS = ['version', 'lifecycle', 'burst', 'agent'] as const;
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

async function measureAll(wish: Wish, signal: AbortSignal): Promise<readonly PartResult[]> {
  const wants = (...parts: readonly Part[]): boolean => parts.some((part) => wish.parts.includes(part));
  return [
    ...(wants('lifecycle', 'burst') ? await measureInProcess(wish, signal) : []),
    ...(wants('version', 'agent') ? await measurePrograms(wish, signal) : []),
  ];
}

async function measureInProcess({ parts, rounds, pods, trace }: Wish, signal: AbortSignal): Promise<readonly PartResult[]> {
  progress('starting containerd on a state directory of its own');
  const bench = await openBenchNode(signal);
  try {
    return await withKubelet(bench, async (kubelet) => {
      const lifecycle = { rounds, progress, ...(trace ? { trace: (line: string) => console.error(line) } : {}) };
      const results: PartResult[] = [];
      if (parts.includes('lifecycle')) results.push(await measureLifecycle(bench, kubelet, lifecycle));
      if (parts.includes('burst')) results.push(await measureBurst(bench, kubelet, { pods, rounds: BURST_ROUNDS, progress }));
      return results;
    });
  } finally {
    await bench.close();
  }
}

async function withKubelet<T>(bench: BenchNode, work: (kubelet: KubeletPods) => Promise<T>): Promise<T> {
  const kubelet = await KubeletPods.start(bench);
  try {
    return await work(kubelet);
  } finally {
    await kubelet.close();
    for (const warning of kubelet.warnings) progress(`the kubelet warned: ${warning}`);
  }
}

async function measurePrograms({ parts, pods }: Wish, signal: AbortSignal): Promise<readonly PartResult[]> {
  progress('packing the program and installing the package');
  const packed = await packBuild(signal);
  const builds: readonly Build[] = [checkoutBuild, packed];
  try {
    const results: PartResult[] = [];
    if (parts.includes('version')) results.push(await measureVersion({ builds, times: VERSION_TIMES, signal, progress }));
    if (parts.includes('agent')) results.push(await measureAgent({ builds, pods, signal, progress }));
    return results;
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
  try {
    const results = await measureAll(wish, interrupted.signal);
    const summaries = results.map((result) => ({
      ...result,
      measures: result.measures.map((measure) => ({ ...measure, ...summarize(measure.values) })),
    }));
    if (wish.json) console.log(JSON.stringify({ machine: on, results: summaries }, null, 2));
    else for (const line of [on, ...resultLines(results)]) console.log(line);
    return results.some(({ isVoid }) => isVoid !== undefined) ? 1 : 0;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    return 1;
  }
}

process.exitCode = await main();
