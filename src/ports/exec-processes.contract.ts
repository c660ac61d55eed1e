import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecEnd, ExecProcesses } from './exec-processes.ts';
import { hasCode } from './hooklet-error.ts';
import { type ContractProgram, contractExecs } from './runtime-programs.contract.ts';
import { type RuntimeSubject, untilExited, withPod } from './runtime-subject.contract.ts';

/** `open` is called once a test; what it returns may be the same each time. */
export function execProcessesContract(name: string, open: () => Promise<RuntimeSubject>): void {
  describe(`${name} as ExecProcesses`, () => {
    lifeTests(open);
    endTests(open);
    refusalTests(open);
    transientTests(open);
  });
}

const never = new AbortController().signal;

interface Tried {
  readonly subject: RuntimeSubject;
  readonly execs: ExecProcesses;
  readonly containerId: string;
  readonly uid: string;
  /** Creates an exec, starts it, follows it to its end. */
  run(execId: string, program: ContractProgram): Promise<ExecEnd>;
}

/** A running container, and the execs of its runtime. */
async function trying(open: () => Promise<RuntimeSubject>, work: (tried: Tried) => Promise<void>): Promise<void> {
  const subject = await open();
  const execs = subject.runtime.nativeExec;
  assert.ok(execs !== undefined, 'the runtime has no native exec');
  await withPod(subject, async ({ sandbox, start }) => {
    const containerId = await start('runs');
    const run = async (execId: string, { argv }: ContractProgram): Promise<ExecEnd> => {
      await execs.create(containerId, execId, argv);
      return subject.settle(execs.follow(containerId, execId, { start: true, signal: never }));
    };
    await work({ subject, execs, containerId, uid: sandbox.uid, run });
  });
}

const whole = ({ output }: ExecEnd): readonly string[] =>
  [output.stdout, output.stderr].map(({ head, tail, cutBytes }) => `${head}${tail}${cutBytes === 0 ? '' : `(${cutBytes} cut)`}`);

function lifeTests(open: () => Promise<RuntimeSubject>): void {
  it('an exec is unknown, created, running, stopped, and unknown again once it was removed', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      const state = () => execs.state(containerId, 'life');
      assert.deepEqual(await state(), { kind: 'unknown' });
      execs.prepare();
      await execs.create(containerId, 'life', contractExecs.hangs.argv);
      assert.deepEqual(await state(), { kind: 'created' });
      const followed = execs.follow(containerId, 'life', { start: true, signal: never });
      while ((await state()).kind === 'created') await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(await state(), { kind: 'running' });
      await execs.kill(containerId, 'life');
      await subject.settle(followed);
      assert.deepEqual(await state(), { kind: 'stopped', exitCode: 137 });
      await execs.remove(containerId, 'life');
      assert.deepEqual(await state(), { kind: 'unknown' });
    });
  });

  it('follow() gives exit code and output of both streams', async () => {
    await trying(open, async ({ run }) => {
      const good = await run('good', contractExecs.prints);
      assert.deepEqual([good.exitCode, good.oomKilled, ...whole(good)], [0, false, 'out\n', 'err\n']);
      const bad = await run('bad', contractExecs.fails);
      assert.deepEqual([bad.exitCode, bad.oomKilled, ...whole(bad)], [7, false, '', 'why\n']);
    });
  });

  it('follow() of an exec that has ended tells the same again', async () => {
    await trying(open, async ({ execs, containerId, run }) => {
      const first = await run('twice', contractExecs.prints);
      assert.deepEqual(await execs.follow(containerId, 'twice', { start: false, signal: never }), first);
    });
  });

  it('an aborted follow() rejects with the reason and leaves the process alone; the next one tells everything', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      await execs.create(containerId, 'left', contractExecs.takesAWhile.argv);
      const controller = new AbortController();
      const left = execs.follow(containerId, 'left', { start: true, signal: controller.signal });
      while ((await execs.state(containerId, 'left')).kind !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
      const reason = new Error('the agent leaves');
      controller.abort(reason);
      await assert.rejects(left, reason);
      const end = await subject.settle(execs.follow(containerId, 'left', { start: false, signal: never }));
      assert.deepEqual([end.exitCode, ...whole(end)], [0, 'begun\nended\n', '']);
    });
  });

  it('follow() rejects at once when its signal was aborted before, and starts nothing', async () => {
    await trying(open, async ({ execs, containerId }) => {
      await execs.create(containerId, 'late', contractExecs.prints.argv);
      const reason = new Error('too late');
      await assert.rejects(execs.follow(containerId, 'late', { start: true, signal: AbortSignal.abort(reason) }), reason);
      assert.deepEqual(await execs.state(containerId, 'late'), { kind: 'created' });
    });
  });
}

function endTests(open: () => Promise<RuntimeSubject>): void {
  it('kill() ends the process with 137; it is idempotent and no error for what was never there', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      await execs.create(containerId, 'hangs', contractExecs.hangs.argv);
      const followed = execs.follow(containerId, 'hangs', { start: true, signal: never });
      while ((await execs.state(containerId, 'hangs')).kind !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
      for (const execId of ['hangs', 'hangs', 'never-there']) await execs.kill(containerId, execId);
      const end = await subject.settle(followed);
      assert.deepEqual([end.exitCode, end.oomKilled], [137, false]);
      await execs.kill('never-there', 'never-there');
    });
  });

  it('remove() is idempotent and no error for what was never there', async () => {
    await trying(open, async ({ execs, containerId, run }) => {
      await run('done', contractExecs.prints);
      for (const execId of ['done', 'done', 'never-there']) await execs.remove(containerId, execId);
      await execs.remove('never-there', 'never-there');
    });
  });

  it('follow() ends when the container does', async () => {
    await trying(open, async ({ subject, execs, containerId, uid }) => {
      await execs.create(containerId, 'cut', contractExecs.hangs.argv);
      const followed = execs.follow(containerId, 'cut', { start: true, signal: never });
      while ((await execs.state(containerId, 'cut')).kind !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
      await subject.settle(subject.runtime.cri.stopContainer(containerId, 0));
      await untilExited(subject, uid, containerId);
      assert.equal((await subject.settle(followed)).exitCode, 137);
    });
  });
}

function refusalTests(open: () => Promise<RuntimeSubject>): void {
  it('a program that is not there rejects follow() with the reason, and leaves no exec', async () => {
    await trying(open, async ({ execs, containerId, run }) => {
      await assert.rejects(
        run('nope', contractExecs.unstartable),
        (error) => hasCode(error, 'runtimeFailed') && /no such file or directory/.test(error.message),
      );
      assert.deepEqual(await execs.state(containerId, 'nope'), { kind: 'unknown' });
    });
  });

  it('follow() of an unknown exec rejects with runtimeNotFound', async () => {
    await trying(open, async ({ execs, containerId }) => {
      for (const start of [true, false]) {
        await assert.rejects(execs.follow(containerId, 'never-there', { start, signal: never }), (error) =>
          hasCode(error, 'runtimeNotFound'),
        );
      }
    });
  });

  it('create() under a known id rejects with runtimeAlreadyExists and leaves the first as it is', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      await execs.create(containerId, 'same', contractExecs.prints.argv);
      await assert.rejects(execs.create(containerId, 'same', contractExecs.fails.argv), (error) => hasCode(error, 'runtimeAlreadyExists'));
      assert.deepEqual(await execs.state(containerId, 'same'), { kind: 'created' });
      const end = await subject.settle(execs.follow(containerId, 'same', { start: true, signal: never }));
      assert.deepEqual([end.exitCode, ...whole(end)], [0, 'out\n', 'err\n']);
    });
  });

  it('create() in a container that has ended is refused', async () => {
    await trying(open, async ({ subject, execs, containerId, uid }) => {
      await subject.settle(subject.runtime.cri.stopContainer(containerId, 0));
      await untilExited(subject, uid, containerId);
      const refused = execs.create(containerId, 'late', contractExecs.prints.argv);
      await assert.rejects(refused, (error) => hasCode(error, 'runtimeNotFound', 'runtimeFailed'));
    });
  });
}

function transientTests(open: () => Promise<RuntimeSubject>): void {
  it('run() gives exit code and output, says when the process runs, and leaves nothing', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      let started = 0;
      const options = { signal: never, onStarted: () => (started += 1) };
      const good = await subject.settle(execs.run(containerId, 'good', contractExecs.prints.argv, options));
      assert.deepEqual([good.exitCode, good.output.toString().split('\n').sort(), started], [0, ['', 'err', 'out'], 1]);
      const bad = await subject.settle(execs.run(containerId, 'bad', contractExecs.fails.argv, options));
      assert.deepEqual([bad.exitCode, bad.output.toString()], [7, 'why\n']);
      await untilUnknown(execs, containerId, 'good', 'bad');
    });
  });

  it('run() may be called under the same id again', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      for (let time = 0; time < 3; time += 1) {
        const { exitCode } = await subject.settle(execs.run(containerId, 'again', contractExecs.fails.argv, { signal: never }));
        assert.equal(exitCode, 7);
        await untilUnknown(execs, containerId, 'again');
      }
    });
  });

  it('an aborted run() kills the process, rejects with the reason and leaves nothing', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      const controller = new AbortController();
      const started = Promise.withResolvers<void>();
      const ran = execs.run(containerId, 'long', contractExecs.hangs.argv, { signal: controller.signal, onStarted: started.resolve });
      await subject.settle(started.promise);
      assert.deepEqual(await execs.state(containerId, 'long'), { kind: 'running' });
      const reason = new Error('too long');
      controller.abort(reason);
      await assert.rejects(subject.settle(ran), reason);
      await untilUnknown(execs, containerId, 'long');
    });
  });

  it('run() rejects with the reason when a program is not there, and leaves nothing', async () => {
    await trying(open, async ({ subject, execs, containerId }) => {
      const ran = subject.settle(execs.run(containerId, 'nope', contractExecs.unstartable.argv, { signal: never }));
      await assert.rejects(ran, (error) => hasCode(error, 'runtimeFailed') && /no such file or directory/.test(error.message));
      await untilUnknown(execs, containerId, 'nope');
    });
  });

  it('run() rejects when its signal was aborted before, and where there is no container', async () => {
    await trying(open, async ({ execs, containerId }) => {
      const reason = new Error('too late');
      await assert.rejects(execs.run(containerId, 'late', contractExecs.prints.argv, { signal: AbortSignal.abort(reason) }), reason);
      await assert.rejects(execs.run('never-there', 'x', contractExecs.prints.argv, { signal: never }), (error) =>
        hasCode(error, 'runtimeNotFound'),
      );
    });
  });

  it('run() ends when the container does', async () => {
    await trying(open, async ({ subject, execs, containerId, uid }) => {
      const started = Promise.withResolvers<void>();
      const ran = execs.run(containerId, 'cut', contractExecs.hangs.argv, { signal: never, onStarted: started.resolve });
      await subject.settle(started.promise);
      await subject.settle(subject.runtime.cri.stopContainer(containerId, 0));
      await untilExited(subject, uid, containerId);
      assert.equal((await subject.settle(ran)).exitCode, 137);
    });
  });
}

async function untilUnknown(execs: ExecProcesses, containerId: string, ...execIds: readonly string[]): Promise<void> {
  for (const execId of execIds) {
    while ((await execs.state(containerId, execId)).kind !== 'unknown') await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
