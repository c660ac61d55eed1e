import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { HookletError, hasCode } from '../ports/hooklet-error.ts';
import type { HostProcess } from '../ports/host-processes.ts';
import type { RuntimeSupervisorEvent } from '../ports/runtime-supervisor.ts';
import { ContainerdSupervisor } from './containerd-supervisor.ts';

/** A host that runs at most one containerd, which ends when the test says so. */
class FakeContainerd {
  running: HostProcess | undefined;
  starts = 0;
  /** Why the next starts fail. */
  readonly failures: string[] = [];
  swept = 0;
  containersLive = false;
  #end = Promise.withResolvers<void>();

  runs(): void {
    this.#end = Promise.withResolvers();
    this.running = { pid: 100 + this.starts, parentPid: 1, startTicks: String(this.starts), argv: ['containerd'] };
  }
  dies(): void {
    this.running = undefined;
    this.#end.resolve();
  }
  find = (): HostProcess | undefined => this.running;
  hasShims = (): boolean => this.containersLive;
  accepts = async (): Promise<boolean> => this.running !== undefined;
  boundLog = async (): Promise<void> => {};
  spawn = async (): Promise<HostProcess> => {
    this.starts += 1;
    this.runs();
    assert.ok(this.running);
    return this.running;
  };
  waitReady = async (): Promise<void> => {
    const failure = this.failures.shift();
    if (failure === undefined) return;
    this.dies();
    throw new HookletError('hostLacks', failure);
  };
  ended = (_: HostProcess, signal: AbortSignal): Promise<void> =>
    Promise.race([this.#end.promise, new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]);
  end = async (): Promise<void> => this.dies();
}

function setUp() {
  const containerd = new FakeContainerd();
  const clock = new ManualClock();
  const sweepAll = async () => {
    assert.equal(containerd.running, undefined, 'nothing is swept while it runs');
    containerd.swept += 1;
    return [];
  };
  const said: string[] = [];
  const supervisor = new ContainerdSupervisor({
    process: containerd,
    socket: '/run/x.sock',
    prepare: async () => {},
    sweep: { sweepAll },
    clock,
    onStart: () => said.push(`starting, ${containerd.starts} before`),
  });
  const events: RuntimeSupervisorEvent[] = [];
  supervisor.onEvent((event) => events.push(event));
  return { containerd, clock, supervisor, events, said };
}

describe('ContainerdSupervisor', () => {
  it('ensureRunning() starts one when none runs, once for concurrent calls', async () => {
    const { containerd, supervisor } = setUp();
    const answers = await Promise.all([supervisor.ensureRunning(), supervisor.ensureRunning()]);
    assert.deepEqual(answers[0], { socket: '/run/x.sock', found: false });
    assert.equal(containerd.starts, 1);
    await supervisor.stop();
  });

  it('ensureRunning() takes over one that runs', async () => {
    const { containerd, supervisor } = setUp();
    containerd.runs();
    assert.equal((await supervisor.ensureRunning()).found, true);
    assert.equal(containerd.starts, 0);
    await supervisor.stop();
  });

  it('tells that it starts one right before the first start, of none that runs and of no restart', async () => {
    const taken = setUp();
    taken.containerd.runs();
    await taken.supervisor.ensureRunning();
    assert.deepEqual(taken.said, []);
    await taken.supervisor.stop();

    const { containerd, clock, supervisor, said } = setUp();
    await supervisor.ensureRunning();
    containerd.dies();
    await clock.settle();
    assert.equal(containerd.starts, 2);
    assert.deepEqual(said, ['starting, 0 before']);
    await supervisor.stop();
  });

  it('ensureRunning() says found of one that died but whose containers live on', async () => {
    const { containerd, supervisor } = setUp();
    containerd.containersLive = true;
    assert.equal((await supervisor.ensureRunning()).found, true);
    assert.equal(containerd.starts, 1);
    supervisor.leave();
  });

  it('ensureRunning() replaces one that does not answer', async () => {
    const { containerd, supervisor } = setUp();
    containerd.runs();
    containerd.failures.push('it hangs');
    assert.equal((await supervisor.ensureRunning()).found, false);
    assert.equal(containerd.starts, 1);
    await supervisor.stop();
  });

  it('ensureRunning() rejects when it cannot be started, and the next call tries again', async () => {
    const { containerd, supervisor } = setUp();
    containerd.failures.push('no space');
    await assert.rejects(supervisor.ensureRunning(), (error) => hasCode(error, 'hostLacks') && error.message === 'no space');
    await supervisor.ensureRunning();
    await supervisor.stop();
  });

  it('restarts at once when it dies', async () => {
    const { containerd, clock, supervisor, events } = setUp();
    await supervisor.ensureRunning();
    containerd.dies();
    await clock.settle();
    assert.equal(containerd.starts, 2);
    assert.deepEqual(events, [{ kind: 'exited' }, { kind: 'restarted', downMs: 0 }]);
    await supervisor.stop();
  });

  it('restarts and tells the others when a listener throws', async () => {
    const { containerd, clock, supervisor, events } = setUp();
    supervisor.onEvent(() => {
      throw new Error('a broken listener');
    });
    const told: string[] = [];
    supervisor.onEvent(({ kind }) => told.push(kind));
    await supervisor.ensureRunning();
    for (const starts of [2, 3]) {
      await clock.advance(20_000);
      containerd.dies();
      await clock.settle();
      assert.equal(containerd.starts, starts);
    }
    assert.deepEqual(
      told,
      events.map(({ kind }) => kind),
    );
    await supervisor.stop();
  });

  it('backs off while restarts fail, up to 10 s, and tells each', async () => {
    const { containerd, clock, supervisor, events } = setUp();
    await supervisor.ensureRunning();
    containerd.failures.push(...Array.from({ length: 10 }, () => 'no space'));
    containerd.dies();
    await clock.advance(120_000);
    const retries = events.map((event) => (event.kind === 'restartFailed' ? event.retryMs : event.kind));
    assert.deepEqual(retries, ['exited', 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 'restarted']);
    await supervisor.stop();
  });

  it('backs off when restarted ones die soon, not when they lived long', async () => {
    const { containerd, clock, supervisor } = setUp();
    await supervisor.ensureRunning();
    containerd.dies();
    await clock.settle();
    containerd.dies();
    await clock.settle();
    assert.equal(containerd.starts, 2, 'the second restart waits');
    await clock.advance(100);
    assert.equal(containerd.starts, 3);
    await clock.advance(10_000);
    containerd.dies();
    await clock.settle();
    assert.equal(containerd.starts, 4, 'after a long life it is restarted at once');
    await supervisor.stop();
  });

  it('stop() ends it, then sweeps, and nothing is restarted', async () => {
    const { containerd, clock, supervisor, events } = setUp();
    await supervisor.ensureRunning();
    await supervisor.stop();
    await clock.advance(60_000);
    assert.equal(containerd.running, undefined);
    assert.equal(containerd.swept, 1);
    assert.deepEqual(events, []);
    assert.equal(containerd.starts, 1);
  });

  it('stop() also ends one that it never looked after', async () => {
    const { containerd, supervisor } = setUp();
    containerd.runs();
    await supervisor.stop();
    assert.equal(containerd.running, undefined);
    assert.equal(containerd.swept, 1);
  });

  it('stop() in the middle of a back-off starts nothing any more', async () => {
    const { containerd, clock, supervisor } = setUp();
    await supervisor.ensureRunning();
    containerd.failures.push('no space');
    containerd.dies();
    await clock.settle();
    const { starts } = containerd;
    await supervisor.stop();
    await clock.advance(60_000);
    assert.equal(containerd.starts, starts);
    assert.equal(clock.pending, 0);
  });

  it('leave() touches nothing and leaves no timer behind', async () => {
    const { containerd, clock, supervisor } = setUp();
    await supervisor.ensureRunning();
    supervisor.leave();
    await clock.settle();
    containerd.dies();
    await clock.advance(60_000);
    assert.equal(containerd.starts, 1);
    assert.equal(clock.pending, 0);
  });
});
