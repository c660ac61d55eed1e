/** The Pods of a soak that are gone: each is judged as it goes, and then only figures of it are kept. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgePod } from './judge-records.ts';
import type { LivingPod } from './soak-pod-set.ts';

/** A run that goes wrong goes wrong often. */
const KEPT_WRONGS = 40;

export class GoneLog {
  readonly #ledgerDir: string;
  readonly #wrongs: string[] = [];
  readonly #overrunsMs: number[] = [];
  readonly #readyMs: number[] = [];
  readonly #hooks = new Map<string, number>();
  #count = 0;
  #unkept = 0;
  #records = 0;

  constructor(ledgerDir: string) {
    this.#ledgerDir = ledgerDir;
  }

  get count(): number {
    return this.#count;
  }

  get records(): number {
    return this.#records;
  }

  get wrongs(): readonly string[] {
    return this.#unkept === 0 ? this.#wrongs : [...this.#wrongs, `and ${this.#unkept} more of this kind`];
  }

  /** From the end of the grace to the end of the Pod; less than nothing when it ended sooner. */
  get overrunsMs(): readonly number[] {
    return this.#overrunsMs;
  }

  /** From the wish for a Pod to its first readiness. */
  get readyMs(): readonly number[] {
    return this.#readyMs;
  }

  /** "preStop succeeded" → how often. */
  get hooks(): ReadonlyMap<string, number> {
    return this.#hooks;
  }

  add(pod: LivingPod): void {
    this.#count += 1;
    this.#records += pod.records.length;
    const { name, made, deletedAt, createdAt, records } = pod;
    const own = readdirSync(this.#ledgerDir).filter((file) => file.startsWith(`${name}.`));
    const ledgers = new Map(
      own.map((file) => [file.slice(name.length + 1), readFileSync(join(this.#ledgerDir, file), 'utf8').trim().split('\n')] as const),
    );
    for (const file of own) rmSync(join(this.#ledgerDir, file));
    const found = judgePod(records, ledgers);
    for (const wrong of found) this.#wrong(`${name} (${made.kind}): ${wrong}`);
    if (found.length > 0) this.#keepRecords(pod);
    const ready = records.find(({ type }) => type === 'container.ready');
    if (ready !== undefined) this.#readyMs.push(Date.parse(ready.time) - createdAt);
    const deleting = records.findLast((record) => record.type === 'pod.deleting');
    if (deleting !== undefined) this.#overrunsMs.push(Date.now() - deleting.deadline.wallMs);
    else if (deletedAt === undefined) this.#wrong(`${name} (${made.kind}): went without being deleted`);
    for (const record of records) {
      if (record.type === 'hook.finished') this.#hook(`${record.hook} ${record.outcome}`);
      if (record.type === 'hook.skipped') this.#hook(`${record.hook} skipped ${record.reason}`);
      if (record.type === 'hook.started' && record.attempt > 1) this.#hook(`${record.hook} delivered again`);
    }
  }

  /** For whoever looks into it. */
  #keepRecords({ name, records }: LivingPod): void {
    writeFileSync(join(this.#ledgerDir, `records-of-${name}.jsonl`), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }

  #hook(what: string): void {
    this.#hooks.set(what, (this.#hooks.get(what) ?? 0) + 1);
  }

  #wrong(what: string): void {
    if (this.#wrongs.length < KEPT_WRONGS) this.#wrongs.push(what);
    else this.#unkept += 1;
  }
}
