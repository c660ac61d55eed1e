import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hostGoesDown } from './host-goes-down.ts';

it('hostGoesDown() believes systemd, and asks it only as its service', async () => {
  const asked: string[] = [];
  const ask = (answer: string) => async (program: string, args: readonly string[]) => {
    asked.push([program, ...args].join(' '));
    return answer;
  };
  assert.equal(await hostGoesDown({}, ask('stopping\n')), false);
  assert.deepEqual(asked, []);
  const env = { NOTIFY_SOCKET: '/run/systemd/notify' };
  assert.equal(await hostGoesDown(env, ask('stopping\n')), true);
  for (const other of ['running\n', 'degraded\n', 'offline\n', '']) assert.equal(await hostGoesDown(env, ask(other)), false);
  assert.equal(asked[0], 'systemctl is-system-running');
});

it('hostGoesDown() is false on a machine that runs, with systemd or without', async () => {
  assert.equal(await hostGoesDown({ NOTIFY_SOCKET: 'x' }), false);
});
