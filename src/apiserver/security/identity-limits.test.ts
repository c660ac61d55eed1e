import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../../fakes/manual-clock.ts';
import type { UserInfo } from '../access.ts';
import { IdentityLimits } from './identity-limits.ts';

const jane: UserInfo = { username: 'jane', groups: ['system:authenticated'] };
const john: UserInfo = { username: 'john', groups: ['system:authenticated'] };
const admin: UserInfo = { username: 'admin', groups: ['system:masters'] };
const nobody: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

const BOUNDS = { perSecond: 10, burst: 20, atOnce: { read: 2, write: 1, long: 2 }, together: { read: 3, write: 3, long: 3 } };

function open(bounds = BOUNDS) {
  const clock = new ManualClock();
  const limits = new IdentityLimits(clock, bounds);
  const enter = (user: UserInfo, method = 'GET', target = '/api/v1/pods', remoteAddress = '10.0.0.1') => {
    const over = new AbortController();
    const [path = '', query = ''] = target.split('?');
    const isIn = limits.enter(user, { method, path, query: new URLSearchParams(query), signal: over.signal, remoteAddress });
    return { isIn, leave: () => over.abort() };
  };
  return { clock, enter, limits };
}

describe('IdentityLimits', () => {
  it('enter() counts reads, writes and long requests of an identity each for itself, until they are over', () => {
    const { enter } = open();
    const [one, two, three] = [enter(jane), enter(jane), enter(jane)];
    assert.deepEqual([one.isIn, two.isIn, three.isIn], [true, true, false]);
    assert.deepEqual([enter(jane, 'POST').isIn, enter(jane, 'POST').isIn], [true, false]);
    assert.deepEqual(
      [enter(jane, 'GET', '/api/v1/pods?watch=1').isIn, enter(jane, 'POST', '/api/v1/namespaces/a/pods/b/exec').isIn],
      [true, true],
    );
    assert.equal(enter(jane, 'GET', '/api/v1/namespaces/a/pods/b/log').isIn, false);
    three.leave();
    assert.equal(enter(jane).isIn, false);
    one.leave();
    one.leave();
    assert.deepEqual([enter(jane).isIn, enter(jane).isIn], [true, false]);
  });

  it('enter() bounds all identities together, but not who may do everything', () => {
    const { enter } = open();
    const all = [enter(jane), enter(jane), enter(john), enter(john)];
    assert.deepEqual(
      all.map(({ isIn }) => isIn),
      [true, true, true, false],
    );
    assert.deepEqual(Array.from({ length: 50 }, () => enter(admin).isIn).includes(false), false);
    all[0]?.leave();
    assert.equal(enter(john).isIn, true);
  });

  it('enter() takes no place for what is over already', () => {
    const { enter, limits } = open();
    for (let count = 0; count < 10; count += 1) {
      const { isIn, leave } = enter(jane);
      assert.ok(isIn);
      assert.equal(limits.busy, 1);
      leave();
    }
    assert.equal(limits.busy, 0);
  });

  it('enter() holds the pace of an identity, and of nobody by where they are', async () => {
    const { enter, clock } = open();
    const paced = (user: UserInfo, address: string): number => {
      let through = 0;
      for (let asked = 0; asked < 30; asked += 1) {
        const { isIn, leave } = enter(user, 'GET', '/version', address);
        if (isIn) through += 1;
        leave();
      }
      return through;
    };
    assert.equal(paced(nobody, '10.0.0.1'), 20);
    assert.equal(paced(nobody, '10.0.0.2'), 20);
    assert.equal(paced(jane, '10.0.0.1'), 20);
    assert.equal(paced(jane, '10.0.0.2'), 0);
    await clock.advance(1000);
    assert.equal(paced(jane, '10.0.0.1'), 10);
    assert.equal(paced(admin, '10.0.0.1'), 30);
  });
});
