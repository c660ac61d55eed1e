import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type LivingCgroups, removeCgroupParent, sweepCgroups } from './sweep-cgroups.ts';
import { SystemClock } from './system-clock.ts';

const id = (letter: string): string => letter.repeat(64);

/** Two hierarchies with the same cgroups. */
function open(t: TestContext, cgroups: readonly string[]) {
  const top = mkdtempSync(join(tmpdir(), 'hooklet-sweep-'));
  t.after(() => rmSync(top, { recursive: true, force: true }));
  const roots = ['cpu', 'memory'].map((name) => join(top, name));
  for (const root of roots) for (const cgroup of cgroups) mkdirSync(join(root, 'ours', cgroup), { recursive: true });
  const left = () =>
    [...new Set(roots.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' })))]
      .map((path) => relative('ours', path))
      .sort();
  const sweep = { roots, cgroupParent: '/ours', clock: new SystemClock() };
  const sweepUnless = (ids: readonly string[], uids: readonly string[]) => {
    const living: LivingCgroups = { lives: (one) => ids.includes(one), hasSandbox: (uid) => uids.includes(uid) };
    return sweepCgroups(sweep, living);
  };
  return { sweep, sweepUnless, left };
}

describe('sweepCgroups()', () => {
  it('removes the cgroup of a Pod without a sandbox, of whatever class, and what is in it', async (t) => {
    const { sweepUnless, left } = open(t, ['podfull', `burstable/podb/${id('a')}`, 'besteffort/podc']);
    const swept = await sweepUnless([], []);
    assert.deepEqual(left(), ['', 'besteffort', 'burstable']);
    assert.equal(swept.length, 6);
    assert.ok(swept.every(({ kind }) => kind === 'cgroup'));
  });

  it('spares a Pod that has a sandbox, made just now and without any container too', async (t) => {
    const { sweepUnless, left } = open(t, ['burstable/podnew', `podfull/${id('a')}`]);
    assert.deepEqual(await sweepUnless([id('a')], ['new', 'full']), []);
    assert.deepEqual(left(), ['', 'burstable', 'burstable/podnew', 'podfull', `podfull/${id('a')}`]);
  });

  it('removes the containers of a living Pod that the runtime has forgotten', async (t) => {
    const { sweepUnless, left } = open(t, [`besteffort/podu/${id('a')}`, `besteffort/podu/${id('b')}`]);
    await sweepUnless([id('a')], ['u']);
    assert.deepEqual(left(), ['', 'besteffort', 'besteffort/podu', `besteffort/podu/${id('a')}`]);
  });

  it('spares the cgroup of a Pod whose sandbox is gone while one of its containers lives', async (t) => {
    const { sweepUnless, left } = open(t, [`besteffort/podu/${id('a')}`, `besteffort/podu/${id('b')}`]);
    await sweepUnless([id('b')], []);
    assert.deepEqual(left(), ['', 'besteffort', 'besteffort/podu', `besteffort/podu/${id('b')}`]);
  });

  it('takes a directory right below the parent for a container: those of before there were Pod cgroups', async (t) => {
    const { sweepUnless, left } = open(t, [id('a'), id('b'), 'pod']);
    await sweepUnless([id('a')], ['']);
    assert.deepEqual(left(), ['', id('a')]);
  });

  it('never mixes up uids of which one begins with the other', async (t) => {
    const { sweepUnless, left } = open(t, ['podu1', 'podu11', 'burstable/podu1']);
    await sweepUnless([], ['u11']);
    assert.deepEqual(left(), ['', 'burstable', 'podu11']);
  });
});

describe('removeCgroupParent()', () => {
  it('removes everything', async (t) => {
    const { sweep, left } = open(t, ['podfull', `burstable/podb/${id('a')}`]);
    assert.equal((await removeCgroupParent(sweep)).length, 2);
    assert.deepEqual(left(), []);
  });
});
