/**
 * Lives of Pods on one real containerd, one after the other: what the journal says of each, what its hooks did on the
 * host, and what is left. Whatever happened, `close()` ends what was started and removes everything.
 */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { JournalRecord } from '../../src/core/journal-record.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { SqliteJournalReader } from '../../src/sqlite/sqlite-journal-reader.ts';
import { Hooklet } from '../e2e/hooklet.ts';
import { containerdPid } from '../e2e/kill-containerd.ts';
import { noPodTraces, restOf } from '../e2e/kill-traces.ts';
import { checkHistory } from '../scenarios/check-history.ts';
import type { CrashOrder } from './crash-agent.ts';
import { CrashRun } from './crash-run.ts';
import type { CrashStory } from './crash-stories.ts';

export interface Life {
  readonly pod: string;
  readonly file: string;
  readonly story: CrashStory;
}

export class CrashLives {
  readonly hooklet: Hooklet;
  readonly paths: HostPaths;
  readonly hooksDir: string;
  readonly #receiver: Server;
  readonly #runs = new Set<CrashRun>();
  #lives = 0;

  private constructor(hooklet: Hooklet, paths: HostPaths, hooksDir: string) {
    this.hooklet = hooklet;
    this.paths = paths;
    this.hooksDir = hooksDir;
    this.#receiver = createServer((request, response) => {
      const [, pod = '', container, hook] = (request.url ?? '').split('/');
      void appendFile(join(hooksDir, pod), `begin ${container} ${hook} http\n`).then(() => response.end('thanks'));
    });
  }

  static async open(): Promise<CrashLives> {
    const hooklet = await Hooklet.open();
    const lives = new CrashLives(hooklet, await hooklet.paths(), await mkdtemp(join(tmpdir(), 'hooklet-crash-hooks-')));
    await new Promise<void>((resolve) => lives.#receiver.listen(0, '127.0.0.1', resolve));
    return lives;
  }

  async close(): Promise<void> {
    for (const run of this.#runs) await run.kill();
    this.#letContainerdGoOn();
    this.#receiver.close();
    this.#receiver.closeAllConnections();
    await this.hooklet.close();
    await rm(this.hooksDir, { recursive: true, force: true });
  }

  async begin(story: CrashStory): Promise<Life> {
    this.#lives += 1;
    const pod = `life-${this.#lives}`;
    const { port } = this.#receiver.address() as AddressInfo;
    const spec = story.spec({ pod, hooksDir: this.hooksDir, port });
    // JSON is YAML.
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod }, spec });
    return { pod, story, file: await this.hooklet.file(`${pod}.json`, manifest) };
  }

  /** What a user repeats after a crash: the same command, unless the Pod was to go already. */
  run(life: Life, more: Partial<CrashOrder> = {}): CrashRun {
    const wasDeleted = this.records(life).some(({ type }) => type === 'pod.deleting');
    const files = wasDeleted ? [] : [life.file];
    const { endAfterReady, lingerMs = 0 } = life.story;
    const run = new CrashRun({ stateDir: this.hooklet.stateDir, files, endAfterReady, lingerMs, ...more });
    this.#runs.add(run);
    return run;
  }

  records({ pod }: Life): readonly JournalRecord[] {
    const journal = SqliteJournalReader.open(this.paths.journalFile);
    try {
      return journal?.read({ pod: `default/${pod}`, limit: 10_000 }).map(({ record }) => record) ?? [];
    } finally {
      journal?.close();
    }
  }

  /** What the hooks did: "begin main postStart 4711", the last word being the instance. */
  async effects({ pod }: Life): Promise<readonly string[]> {
    const text = await readFile(join(this.hooksDir, pod), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  /** Resolves once a hook did this. */
  async untilFelt(life: Life, what: string): Promise<void> {
    for (let end = Date.now() + 30_000; Date.now() < end; await setTimeout(20)) {
      if ((await this.effects(life)).some((line) => line.startsWith(what))) return;
    }
    throw new Error(`"${what}" was not felt: ${(await this.effects(life)).join(', ')}`);
  }

  /** Everything that is wrong with a life that is over. `repeated`: how often effects may have come twice. */
  async wrongsOf(life: Life, repeated = 0): Promise<readonly string[]> {
    const records = this.records(life);
    const effects = await this.effects(life);
    const traces = await restOf(this.paths);
    return [
      ...checkHistory(records),
      ...(records.at(-1)?.type === 'pod.removed' ? [] : ['the Pod was not removed']),
      ...wrongEffects(records, effects, repeated),
      ...Object.entries(traces)
        .filter(([kind, left]) => !isDeepStrictEqual(left, noPodTraces[kind as keyof typeof noPodTraces]))
        .map(([kind, left]) => `left behind: ${kind} ${left}`),
    ];
  }

  /** One that stands still does not hear that it is to end. */
  #letContainerdGoOn(): void {
    try {
      process.kill(containerdPid(this.paths), 'SIGCONT');
    } catch {
      // None runs.
    }
  }
}

/** Each delivery that came to an exit status or a response was felt; and, but for `repeated`, none was felt twice. */
function wrongEffects(records: readonly JournalRecord[], effects: readonly string[], repeated: number): readonly string[] {
  const begun = effects.filter((line) => line.startsWith('begin'));
  const wrongs: string[] = [];
  const twice = begun.length - new Set(begun).size;
  if (twice > repeated) wrongs.push(`${twice} hooks were felt twice: ${effects.join(', ')}`);
  const hooks = new Set(records.flatMap((record) => (record.type === 'hook.finished' ? [`${record.container} ${record.hook}`] : [])));
  for (const hook of hooks) {
    const ended = records.filter(
      (record) =>
        record.type === 'hook.finished' &&
        `${record.container} ${record.hook}` === hook &&
        (record.exitCode !== undefined || record.httpStatus !== undefined),
    );
    const felt = new Set(begun.filter((line) => line.startsWith(`begin ${hook} `))).size;
    if (felt < ended.length) wrongs.push(`${hook} was felt ${felt} times, but has ${ended.length} outcomes: ${effects.join(', ')}`);
  }
  return wrongs;
}
