import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openTestApi } from '../../test/apiserver/test-api.ts';
import { kubeApiContract } from '../ports/kube-api.contract.ts';
import { SILENT_LOGGER } from '../ports/logger.ts';
import type { UserInfo } from './access.ts';
import { InProcessApi } from './in-process-api.ts';

const NODE: UserInfo = { username: 'system:node:worker', groups: ['system:nodes', 'system:authenticated'] };
const MAPS = '/api/v1/namespaces/default/configmaps';

kubeApiContract('InProcessApi', async (t) => {
  const { core, clock, close } = await openTestApi();
  t.after(close);
  return {
    api: new InProcessApi({ core, logger: SILENT_LOGGER }, { user: NODE, userAgent: 'kubelet/v1.36.0' }),
    pass: (ms) => clock.advance(ms),
    watches: () => core.hub.size,
  };
});

describe('InProcessApi', () => {
  it('calls as who it was opened for, and is refused what that one may not do', async (t) => {
    const asked: string[] = [];
    const { core, close } = await openTestApi({
      authorize: ({ user, verb }) => {
        asked.push(`${user.username} ${verb}`);
        return { allowed: verb === 'list' };
      },
    });
    t.after(close);
    const api = new InProcessApi({ core, logger: SILENT_LOGGER }, { user: NODE, userAgent: 'kubelet/v1.36.0' });
    assert.equal((await api.request({ method: 'GET', path: MAPS })).status, 200);
    assert.equal((await api.request({ method: 'DELETE', path: `${MAPS}/a` })).status, 403);
    const events = await Array.fromAsync(api.watch(MAPS, {}, new AbortController().signal));
    assert.deepEqual(
      events.map(({ type, object }) => [type, (object as { code: number }).code]),
      [['ERROR', 403]],
    );
    assert.deepEqual(asked, ['system:node:worker list', 'system:node:worker delete', 'system:node:worker watch']);
  });

  it('names its user agent as who wrote the fields', async (t) => {
    const { core, close } = await openTestApi();
    t.after(close);
    const api = new InProcessApi({ core, logger: SILENT_LOGGER }, { user: NODE, userAgent: 'kubelet/v1.36.0' });
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } };
    const answer = await api.request({ method: 'POST', path: MAPS, body });
    assert.deepEqual(
      (answer.body as { metadata: { managedFields: { manager: string }[] } }).metadata.managedFields.map(({ manager }) => manager),
      ['kubelet'],
    );
  });
});
