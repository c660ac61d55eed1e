import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessAttributes, UserInfo } from '../access.ts';
import { impersonated } from './impersonation.ts';

const admin: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

function asking(allow: (what: string) => boolean = () => true) {
  const asked: string[] = [];
  const authorize = (attributes: AccessAttributes) => {
    if (attributes.kind === 'path') throw new Error('no path is impersonated');
    const { verb, group, resource, subresource, namespace, name } = attributes;
    const what = `${verb} ${group}:${resource}${subresource === '' ? '' : `/${subresource}`} ${namespace === '' ? '' : `${namespace}/`}${name}`;
    asked.push(what);
    return { allowed: allow(what) };
  };
  return { asked, as: (headers: Record<string, string>) => impersonated(admin, headers, { authorize }) };
}

describe('impersonated()', () => {
  it('is who asks when the headers name nobody', async () => {
    const { as, asked } = asking();
    assert.equal(await as({ accept: 'x' }), admin);
    assert.deepEqual(asked, []);
  });

  it('asks for the right to each part of the other identity', async () => {
    const { as, asked } = asking();
    const headers = {
      'impersonate-user': 'jane',
      'impersonate-uid': 'u-1',
      'impersonate-group': 'dev, ops',
      'impersonate-extra-scopes': 'a',
      'impersonate-extra-acme.com%2fproject': 'b',
    };
    assert.deepEqual(await as(headers), {
      username: 'jane',
      uid: 'u-1',
      groups: ['dev', 'ops', 'system:authenticated'],
      extra: { scopes: ['a'], 'acme.com/project': ['b'] },
    });
    assert.deepEqual(asked, [
      'impersonate :users jane',
      'impersonate :groups dev',
      'impersonate :groups ops',
      'impersonate authentication.k8s.io:uids u-1',
      'impersonate authentication.k8s.io:userextras/scopes a',
      'impersonate authentication.k8s.io:userextras/acme.com/project b',
    ]);
  });

  it('knows the groups of a ServiceAccount, and that nobody has not logged in', async () => {
    const { as, asked } = asking();
    assert.deepEqual((await as({ 'impersonate-user': 'system:serviceaccount:a:b' })).groups, [
      'system:serviceaccounts',
      'system:serviceaccounts:a',
      'system:authenticated',
    ]);
    assert.deepEqual((await as({ 'impersonate-user': 'system:anonymous' })).groups, ['system:unauthenticated']);
    const settled = { 'impersonate-user': 'jane', 'impersonate-group': 'system:unauthenticated' };
    assert.deepEqual((await asking().as(settled)).groups, ['system:unauthenticated']);
    assert.deepEqual(asked, ['impersonate :serviceaccounts a/b', 'impersonate :users system:anonymous']);
  });

  it('is refused in the words of upstream, whichever part is not allowed', async () => {
    const text = (resource: string, name: string, group = ''): object => ({
      code: 403,
      message: `${resource}${group === '' ? '' : `.${group}`} "${name}" is forbidden: User "admin" cannot impersonate resource "${resource}" in API group "${group}" at the cluster scope`,
    });
    await assert.rejects(asking(() => false).as({ 'impersonate-user': 'jane' }), text('users', 'jane'));
    const noGroups = asking((what) => !what.includes(':groups'));
    await assert.rejects(
      noGroups.as({ 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' }),
      text('groups', 'system:masters'),
    );
    const noUids = asking((what) => !what.includes(':uids'));
    await assert.rejects(noUids.as({ 'impersonate-user': 'jane', 'impersonate-uid': '1' }), text('uids', '1', 'authentication.k8s.io'));
  });

  it('refuses a group, a uid or extra fields without a user', async () => {
    for (const name of ['impersonate-group', 'impersonate-uid', 'impersonate-extra-x']) {
      await assert.rejects(asking().as({ [name]: 'a' }), { code: 400 });
    }
  });
});
