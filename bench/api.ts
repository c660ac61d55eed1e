/**
 * What the API of `hooklet up` costs a client over HTTPS: single requests, a list of many Pods, and how long a change takes
 * to reach all of many watchers. The Pods are left to another scheduler: nothing of them runs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { HttpsKubeApi } from '../src/kubeapi/https-kube-api.ts';
import { resetState } from './bench-node.ts';
import type { Build } from './builds.ts';
import type { Measure, PartResult } from './measure.ts';

const PODS = '/api/v1/namespaces/default/pods';
const MANY = 1000;
const WATCHERS = 100;
const GETS = 500;
const LISTS = 20;
const CHANGES = 30;
/** Far above what a start takes, images and all. */
const START_MS = 120_000;
/** Garbage is collected within this time. */
const SETTLE_MS = 5_000;

export interface ApiOptions {
  readonly build: Build;
  readonly signal: AbortSignal;
  readonly progress: (what: string) => void;
}

export async function measureApi({ build, signal, progress }: ApiOptions): Promise<PartResult> {
  const stateDir = await mkdtemp(join(tmpdir(), 'hooklet-bench-'));
  const args = ['up', '--state-dir', stateDir, '--listen', '127.0.0.1:0', '--log-format', 'json'];
  progress('hooklet up');
  // A session of its own: Ctrl-C reaches it through us alone.
  const child = spawn(build.program, args, { env: build.env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const ended = once(child, 'exit');
  try {
    await untilUp(child, signal);
    const api = await apiOf(stateDir);
    try {
      return { part: 'api', command: 'npm run bench -- api', measures: await measuresOf(api, child, { signal, progress }) };
    } finally {
      api.close();
    }
  } finally {
    child.kill('SIGTERM');
    await ended;
    await resetState(stateDir);
  }
}

async function measuresOf(
  api: HttpsKubeApi,
  child: ChildProcess,
  { signal, progress }: Omit<ApiOptions, 'build'>,
): Promise<readonly Measure[]> {
  await settle(signal);
  const rssEmpty = await rssMiB(child);
  progress(`creating ${MANY} Pods, one after the other`);
  const creates = await timesOf(MANY, signal, (index) =>
    done(api.request({ method: 'POST', path: PODS, body: podOf(`many-${index}`), signal })),
  );
  progress('getting and listing them');
  const gets = await timesOf(GETS, signal, (index) => done(api.request({ method: 'GET', path: `${PODS}/many-${index}`, signal })));
  const lists = await timesOf(LISTS, signal, () => done(api.request({ method: 'GET', path: PODS, signal })));
  await settle(signal);
  const rssMany = await rssMiB(child);
  progress(`${CHANGES} changes before ${WATCHERS} watchers`);
  const { values: fanOuts, rss: rssWatched } = await fanOut(api, child, signal);
  return [
    ...both('create a Pod', creates),
    ...both('get a Pod', gets),
    ...both(`list ${MANY} Pods`, lists),
    ...both(`a change → told to the last of ${WATCHERS} watchers`, fanOuts),
    { name: 'hooklet up: RSS without Pods', unit: 'MiB', values: [rssEmpty] },
    { name: `hooklet up: RSS with ${MANY} Pods stored, listed ${LISTS} times`, unit: 'MiB', values: [rssMany] },
    { name: `hooklet up: RSS with ${WATCHERS} watchers besides`, unit: 'MiB', values: [rssWatched] },
  ];
}

/** Each change is made when all watchers have seen the one before. */
async function fanOut(
  api: HttpsKubeApi,
  child: ChildProcess,
  signal: AbortSignal,
): Promise<{ readonly values: readonly number[]; readonly rss: number }> {
  const stop = new AbortController();
  const seen = new Map<string, number>();
  let news = Promise.withResolvers<void>();
  const follow = async (): Promise<void> => {
    for await (const { type, object } of api.watch(PODS, { fieldSelector: 'metadata.name=fan-out' }, stop.signal)) {
      if (type === 'BOOKMARK') continue;
      const { metadata } = object as { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } };
      const change = metadata.labels?.['change'] ?? '';
      seen.set(change, (seen.get(change) ?? 0) + 1);
      news.resolve();
    }
  };
  const untilAllSaw = async (change: string): Promise<void> => {
    while ((seen.get(change) ?? 0) < WATCHERS) {
      signal.throwIfAborted();
      news = Promise.withResolvers<void>();
      await Promise.race([news.promise, sleep(1000)]);
    }
  };
  await done(api.request({ method: 'POST', path: PODS, body: podOf('fan-out', 'start'), signal }));
  const watchers = Array.from({ length: WATCHERS }, follow);
  try {
    await untilAllSaw('start');
    const contentType = 'application/merge-patch+json';
    const values = await timesOf(CHANGES, signal, async (index) => {
      const body = { metadata: { labels: { change: String(index) } } };
      await Promise.all([
        done(api.request({ method: 'PATCH', path: `${PODS}/fan-out`, body, contentType, signal })),
        untilAllSaw(String(index)),
      ]);
    });
    await settle(signal);
    return { values, rss: await rssMiB(child) };
  } finally {
    stop.abort();
    await Promise.allSettled(watchers);
  }
}

const podOf = (name: string, change = 'none'): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { change } },
  spec: { schedulerName: 'none', containers: [{ name: 'main', image: 'localhost/hooklet/base:1', command: ['sleep', '1000'] }] },
});

async function timesOf(count: number, signal: AbortSignal, work: (index: number) => Promise<void>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) {
    signal.throwIfAborted();
    const from = performance.now();
    await work(index);
    values.push(performance.now() - from);
  }
  return values;
}

async function done(answer: ReturnType<HttpsKubeApi['request']>): Promise<void> {
  const { status, body } = await answer;
  if (status >= 400) throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`);
}

/** The values with their median and p90, and of them the nearest rank of p99. */
function both(name: string, values: readonly number[]): readonly Measure[] {
  const sorted = [...values].sort((a, b) => a - b);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
  return [
    { name, unit: 'ms', values },
    { name: `${name}: p99`, unit: 'ms', values: [p99] },
  ];
}

const settle = (signal: AbortSignal): Promise<void> => sleep(SETTLE_MS, undefined, { signal });

async function rssMiB({ pid }: ChildProcess): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

async function untilUp(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(START_MS)]);
  const said: string[] = [];
  const up = Promise.withResolvers<void>();
  // Read to the end: a full pipe would hold the program up.
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
    if (said.length < 100) said.push(line);
    if (line.includes('the API is up')) up.resolve();
  });
  late.addEventListener('abort', () => up.reject(late.reason));
  child.once('exit', (code) => up.reject(new Error(`hooklet up ended with ${code}: ${said.join('\n')}`)));
  await up.promise;
}

async function apiOf(stateDir: string): Promise<HttpsKubeApi> {
  const { clusters, users } = parse(await readFile(join(stateDir, 'admin.kubeconfig'), 'utf8'));
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString();
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
  return new HttpsKubeApi({ server, ca: text(ca), cert: text(cert), key: text(key), userAgent: 'bench' });
}
