/**
 * What one agent costs: `hooklet run` of many Pods as a process of its own, its memory once it has settled, its
 * processor time until all Pods are ready, and how long it takes to begin.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { resetState, within } from './bench-node.ts';
import { servingPodsYaml } from './bench-pods.ts';
import type { Build } from './builds.ts';
import { type Measure, medianOf, type PartResult } from './measure.ts';

/** Garbage of the start is collected, and SQLite's log moved, within this time. */
const SETTLE_MS = 5_000;
const SAMPLES = 5;
const SAMPLE_EVERY_MS = 500;
const FEW = 5;
/** proc(5): USER_HZ, which Linux fixes at 100. */
const TICK_MS = 10;

export interface AgentOptions {
  readonly builds: readonly Build[];
  readonly pods: number;
  readonly signal: AbortSignal;
  readonly progress: (what: string) => void;
}

interface AgentCost {
  readonly acceptedMs: number;
  readonly readyMs: number;
  readonly rssMiB: number;
  readonly cpuToReadyMs: number;
}

export async function measureAgent({ builds, pods, signal, progress }: AgentOptions): Promise<PartResult> {
  const measures: Measure[] = [];
  for (const build of builds) {
    progress(`hooklet run of ${FEW} Pods (${build.name})`);
    const few = await costOf(build, FEW, signal);
    progress(`hooklet run of ${pods} Pods (${build.name})`);
    const many = await costOf(build, pods, signal);
    const row = (name: string, unit: Measure['unit'], value: number): Measure => ({
      name: `${name} (${build.name})`,
      unit,
      values: [value],
    });
    const growth = (many.rssMiB - few.rssMiB) / (pods - FEW);
    measures.push(
      row('hooklet run: command → Pod accepted, containerd not running yet', 'ms', few.acceptedMs),
      row(`hooklet run: command → ${pods} Pods ready`, 's', many.readyMs / 1000),
      row(`agent: processor time until ${pods} Pods are ready`, 's', many.cpuToReadyMs / 1000),
      row(`agent: RSS at ${FEW} Pods`, 'MiB', few.rssMiB),
      { ...row(`agent: RSS at ${pods} Pods`, 'MiB', many.rssMiB), goal: { of: 'median', max: 90 } },
      { ...row('agent: growth of RSS a Pod', 'MiB', growth), goal: { of: 'median', max: 0.3 } },
    );
  }
  return { part: 'agent', command: 'npm run bench -- agent', measures };
}

async function costOf(build: Build, pods: number, signal: AbortSignal): Promise<AgentCost> {
  const stateDir = await mkdtemp(join(tmpdir(), 'hooklet-bench-'));
  const file = `${stateDir}.yaml`;
  await writeFile(file, servingPodsYaml(pods));
  const from = performance.now();
  // A session of its own: Ctrl-C reaches it through us alone.
  const child = spawn(build.program, ['run', file, '-o', 'json', '--state-dir', stateDir], {
    env: build.env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  try {
    const moments = await momentsOf(child, pods, signal);
    const cpuToReadyMs = await cpuMs(child);
    await sleep(SETTLE_MS, undefined, { signal });
    const rssMiB = await settledRss(child, signal);
    return { acceptedMs: moments.acceptedMs - from, readyMs: moments.readyMs - from, rssMiB, cpuToReadyMs };
  } finally {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
    await resetState(stateDir);
    await rm(file, { force: true });
  }
}

/** Resolves once every Pod's container is ready. */
function momentsOf(
  child: ChildProcess,
  pods: number,
  signal: AbortSignal,
): Promise<{ readonly acceptedMs: number; readonly readyMs: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly acceptedMs: number; readonly readyMs: number }>();
  let acceptedMs: number | undefined;
  let ready = 0;
  if (child.stdout === null) throw new Error('Cannot read what hooklet prints');
  createInterface(child.stdout).on('line', (line) => {
    const { type } = JSON.parse(line) as { readonly type: string };
    if (type === 'pod.accepted') acceptedMs ??= performance.now();
    if (type === 'container.ready') ready += 1;
    if (ready === pods) resolve({ acceptedMs: acceptedMs ?? Number.NaN, readyMs: performance.now() });
  });
  child.on('error', reject).on('exit', (code) => reject(new Error(`hooklet run ended with ${code} before its Pods were ready`)));
  return within(promise, signal, `${pods} Pods of hooklet run`);
}

/** proc(5), `stat`: utime and stime are the 14th and 15th field; the second may hold spaces. */
async function cpuMs({ pid }: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function settledRss(child: ChildProcess, signal: AbortSignal): Promise<number> {
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await sleep(SAMPLE_EVERY_MS, undefined, { signal });
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    samples.push(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
  }
  return medianOf(samples);
}
