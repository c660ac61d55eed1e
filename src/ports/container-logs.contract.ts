import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ContainerLogLine, ContainerLogs } from './container-logs.ts';

export interface ContainerLogsSubject {
  readonly logs: ContainerLogs;
  /** A file that is not there yet. */
  readonly file: string;
  /** The runtime writes one line. */
  write(text: string, stream?: 'stdout' | 'stderr'): void;
}

/** Collects what is told, and waits for how much was told. */
export class ToldLines {
  readonly lines: ContainerLogLine[] = [];
  #waiting: { readonly count: number; resolve(): void } | undefined;

  readonly tell = (line: ContainerLogLine): void => {
    this.lines.push(line);
    if (this.#waiting !== undefined && this.lines.length >= this.#waiting.count) this.#waiting.resolve();
  };

  get texts(): readonly string[] {
    return this.lines.map(({ text }) => text);
  }

  /** Resolves when `count` lines were told. */
  async reach(count: number): Promise<void> {
    if (this.lines.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = { count, resolve };
    await promise;
  }
}

export function containerLogsContract(name: string, open: (t: TestContext) => ContainerLogsSubject): void {
  describe(`${name} as ContainerLogs`, () => {
    const following = (t: TestContext) => {
      const subject = open(t);
      const controller = new AbortController();
      t.after(() => controller.abort());
      const told = new ToldLines();
      const follow = () => subject.logs.follow(subject.file, told.tell, controller.signal);
      return { ...subject, controller, told, follow };
    };

    it('follow() tells what was written before and what is written after, in order, with its stream', async (t) => {
      const { write, told, follow } = following(t);
      write('one');
      write('two', 'stderr');
      follow();
      assert.deepEqual(told.lines, [], 'told inside the call');
      await told.reach(2);
      write('three');
      await told.reach(3);
      assert.deepEqual(
        told.lines.map(({ text, stream, cutBytes }) => [text, stream, cutBytes]),
        [
          ['one', 'stdout', 0],
          ['two', 'stderr', 0],
          ['three', 'stdout', 0],
        ],
      );
      for (const { time } of told.lines) assert.equal(new Date(time).toISOString(), time);
    });

    it('follow() waits for a file that does not exist yet', async (t) => {
      const { write, told, follow } = following(t);
      follow();
      write('one');
      await told.reach(1);
      assert.deepEqual(told.texts, ['one']);
    });

    it('drained() resolves after everything that was written was told', async (t) => {
      const { write, told, follow } = following(t);
      const log = follow();
      const texts = Array.from({ length: 500 }, (_, index) => `line ${index}`);
      for (const text of texts) write(text);
      await log.drained();
      assert.deepEqual(told.texts, texts);
      await log.drained();
    });

    it('drained() resolves for a container that never wrote, and for one that is followed no more', async (t) => {
      const { controller, follow } = following(t);
      await follow().drained();
      const log = follow();
      controller.abort();
      await log.drained();
    });

    it('nothing is told after drained() or an abort', async (t) => {
      const { logs, file, write, told, follow, controller } = following(t);
      await follow().drained();
      follow();
      controller.abort();
      write('late');
      const another = new ToldLines();
      await logs.follow(file, another.tell, new AbortController().signal).drained();
      assert.deepEqual(another.texts, ['late']);
      assert.deepEqual(told.texts, []);
    });

    it('several may follow one file, and one that throws disturbs nobody', async (t) => {
      const { logs, file, write, told, follow, controller } = following(t);
      const thrower = () => {
        throw new Error('listener');
      };
      const throwing = logs.follow(file, thrower, controller.signal);
      const log = follow();
      write('one');
      write('two');
      await Promise.all([throwing.drained(), log.drained()]);
      assert.deepEqual(told.texts, ['one', 'two']);
    });
  });
}
