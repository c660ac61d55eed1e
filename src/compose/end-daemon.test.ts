import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryStateLock } from '../fakes/memory-state-lock.ts';
import type { HostProcess } from '../ports/host-processes.ts';
import { endDaemon } from './end-daemon.ts';

const daemonProcess = (pid: number, word = 'up'): HostProcess => ({
  pid,
  startTicks: '1',
  parentPid: 1,
  argv: ['/usr/bin/node', '/opt/hooklet/main.ts', word, '--state-dir', '/x'],
});

/** A daemon that leaves at its n-th signal; 0: never. */
async function openStage(leavesAt: number, running: readonly HostProcess[] = [daemonProcess(process.pid)]) {
  const lock = new MemoryStateLock();
  lock.command = 'hooklet up';
  const held = await lock.acquire();
  const clock = new ManualClock();
  const said: string[] = [];
  const signals: string[] = [];
  const processes = {
    find: () => running,
    variableOf: () => undefined,
    isAlive: () => true,
    signal: ({ pid }: HostProcess, signal: string) => {
      signals.push(`${signal} ${pid}`);
      if (signals.length === leavesAt) held.release();
      return true;
    },
  };
  const ended = endDaemon({ lock, clock, onProgress: (what) => said.push(what), processes });
  return { clock, said, signals, ended };
}

const { pid } = process;

describe('endDaemon()', () => {
  it('sends SIGTERM, says so, and holds the lock once the daemon has left', async () => {
    const { clock, said, signals, ended } = await openStage(1);
    await clock.advance(100);
    (await ended).release();
    assert.deepEqual([signals, said, clock.pending], [[`SIGTERM ${pid}`], [`ending 'hooklet up' (pid ${pid})`], 0]);
  });

  it('asks a second time one that drains its Pods, and kills one that does not leave', async () => {
    const { clock, signals, ended } = await openStage(3);
    await clock.advance(9_900);
    assert.deepEqual(signals, [`SIGTERM ${pid}`]);
    await clock.advance(200);
    assert.deepEqual(signals, [`SIGTERM ${pid}`, `SIGTERM ${pid}`]);
    await clock.advance(10_100);
    assert.deepEqual(signals.at(-1), `SIGKILL ${pid}`);
    (await ended).release();
  });

  it('signals nobody whose command line is not that of the daemon', async () => {
    for (const others of [[], [daemonProcess(pid + 1)], [daemonProcess(pid, 'get')]]) {
      const { signals, ended } = await openStage(0, others);
      await assert.rejects(ended, { code: 'stateLocked', message: /end it yourself, then reset again$/ });
      assert.deepEqual(signals, []);
    }
  });

  it('gives up on one that survives everything', async () => {
    const { clock, ended } = await openStage(0);
    const outcome = assert.rejects(ended, { code: 'stateLocked' });
    await clock.advance(31_000);
    await outcome;
  });
});
