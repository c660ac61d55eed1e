import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { addMs, msBetween } from '../core/instant.ts';
import { clockContract } from '../ports/clock.contract.ts';
import { SystemClock } from './system-clock.ts';

const countTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

clockContract('SystemClock', () => {
  const before = countTimers();
  return { clock: new SystemClock(), pass: (ms) => sleep(ms + 2), timers: () => countTimers() - before };
});

describe('SystemClock', () => {
  it('now() carries the boot id of this boot', async () => {
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    assert.match(bootId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(new SystemClock().now().bootId, bootId);
  });

  it('now() counts the milliseconds since the boot', async () => {
    const { monotonicMs } = new SystemClock().now();
    const upMs = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]) * 1000;
    // /proc/uptime goes on while the machine is suspended, CLOCK_MONOTONIC does not; and it has hundredths of a second.
    assert.ok(monotonicMs <= upMs + 20, `${monotonicMs} ms, but the machine is up for ${upMs} ms`);
    assert.ok(monotonicMs > 0);
  });

  it('now() means the same in another process of this boot', async () => {
    const clock = new SystemClock();
    const before = clock.now().monotonicMs;
    const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'Number(process.hrtime.bigint()) / 1e6']);
    const between = Number(stdout);
    assert.ok(before < between && between < clock.now().monotonicMs);
  });

  it('waitUntil() never arms a timer that Node cannot count', async (t) => {
    // Node would fire it at once, over and over, and warn.
    const warnings: string[] = [];
    const warned = (warning: Error): number => warnings.push(warning.name);
    process.on('warning', warned);
    t.after(() => process.off('warning', warned));
    const clock = new SystemClock();
    const controller = new AbortController();
    const wait = clock.waitUntil(addMs(clock.now(), 2 ** 31), controller.signal);
    await sleep(5);
    controller.abort(new Error('enough'));
    await assert.rejects(wait, { message: 'enough' });
    assert.deepEqual(warnings, []);
  });

  it('waitUntil() ends within milliseconds after its moment', async () => {
    const clock = new SystemClock();
    const moment = addMs(clock.now(), 20);
    await clock.waitUntil(moment, new AbortController().signal);
    const lateMs = msBetween(moment, clock.now());
    assert.ok(lateMs >= 0 && lateMs < 1000, `${lateMs} ms late`);
  });
});
