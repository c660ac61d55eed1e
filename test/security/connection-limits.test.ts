import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConnectionLimits } from '../../src/apiserver/security/connection-limits.ts';
import { SERVICE_ACCOUNTS } from '../../src/apiserver/security/roles.ts';
import { comesTrue } from './attacks/attack.ts';
import { withRules } from './attacks/whoami.ts';
import { openSecuredApi, PODS } from './secured-api.ts';

const BOUNDS = { total: 100, handshakes: 20, strangers: 5 };

/** Pods may watch here: a watch is what must not be lost. */
async function open(t: TestContext) {
  const roles = withRules(SERVICE_ACCOUNTS, { verbs: ['watch'], apiGroups: [''], resources: ['pods'] });
  const api = await openSecuredApi({ access: { roles }, server: () => ({ connections: new ConnectionLimits(BOUNDS) }) });
  t.after(() => api.close());
  const token = await api.token();
  const watch = () => api.client.watch(`${PODS}?watch=true`, { token });
  return { ...api, watch };
}

describe('ConnectionLimits', () => {
  it('push out the stranger who has been idle for longest, and keep those who are about something', async (t) => {
    const { client, watch } = await open(t);
    const watched = await watch();
    const idle = await Promise.all(Array.from({ length: 4 }, () => client.connect()));
    assert.deepEqual(
      idle.map(({ destroyed }) => destroyed),
      [false, false, false, false],
    );
    const newcomers = [await client.connect(), await client.connect()];
    assert.ok(await comesTrue(() => idle.filter(({ destroyed }) => destroyed).length === 2));
    assert.deepEqual(
      [...newcomers, watched.socket].map(({ destroyed }) => destroyed),
      [false, false, false],
    );
  });

  it('turn strangers away while all places are taken by work, and let in who has a certificate', async (t) => {
    const { client, watch } = await open(t);
    const watches = await Promise.all(Array.from({ length: 5 }, watch));
    const turnedAway = await client.connect().catch(() => undefined);
    assert.ok(turnedAway === undefined || (await comesTrue(() => turnedAway.destroyed)));
    assert.equal((await client.ask(PODS, { as: 'admin' })).status, 200);
    assert.ok(watches.every(({ socket }) => !socket.destroyed));
    watches[0]?.socket.destroy();
    assert.ok(
      await comesTrue(() =>
        client.connect().then(
          ({ destroyed }) => !destroyed,
          () => false,
        ),
      ),
    );
  });

  it('count a connection as idle again when its request is over', async (t) => {
    const { client } = await open(t);
    for (let asked = 0; asked < 3; asked += 1) assert.equal((await client.ask('/healthz')).status, 200);
    const others = await Promise.all(Array.from({ length: 5 }, () => client.connect()));
    assert.ok(others.every(({ destroyed }) => !destroyed));
    // The one that asked was idle for longest: the next request needs a new connection, and gets one.
    assert.ok(
      await comesTrue(() =>
        client.ask('/healthz').then(
          ({ status }) => status === 200,
          () => false,
        ),
      ),
    );
  });
});
