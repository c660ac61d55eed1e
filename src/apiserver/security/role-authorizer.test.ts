import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessAttributes, UserInfo } from '../access.ts';
import { allResources } from '../resources/all-resources.ts';
import { RoleAuthorizer } from './role-authorizer.ts';
import { ROLES } from './roles.ts';

const authorizer = new RoleAuthorizer();
const user = (username: string, ...groups: readonly string[]): UserInfo => ({ username, groups });
const admin = user('admin', 'system:masters', 'system:authenticated');
const viewer = user('viewer', 'hooklet:viewers', 'system:authenticated');
const account = user(
  'system:serviceaccount:default:app',
  'system:serviceaccounts',
  'system:serviceaccounts:default',
  'system:authenticated',
);
const node = user('system:node:n', 'system:nodes', 'system:authenticated');
const binder = user('system:kube-scheduler', 'system:authenticated');
const nobody = user('system:anonymous', 'system:unauthenticated');
const impostor = user('admin', 'system:authenticated');

/** "get pods/log", "list apps/deployments", "get /healthz". */
function may(who: UserInfo, what: string): boolean {
  const [verb = '', rest = ''] = what.split(' ');
  if (rest.startsWith('/')) return authorizer.authorize({ kind: 'path', user: who, verb, path: rest }).allowed;
  const [, group = '', resource = '', subresource = ''] =
    /^(?:([\w.]+\.k8s\.io|apps|batch|hooklet\.dev):)?([\w*]+)(?:\/(\w+))?$/.exec(rest) ?? [];
  const attributes: AccessAttributes = {
    kind: 'resource',
    user: who,
    verb,
    group,
    version: 'v1',
    resource,
    subresource,
    namespace: 'default',
    name: '',
  };
  return authorizer.authorize(attributes).allowed;
}

const cases: readonly (readonly [who: string, user: UserInfo, allowed: readonly string[], refused: readonly string[]])[] = [
  [
    'an administrator',
    admin,
    [
      'delete secrets',
      'create pods/exec',
      'get hooklet.dev:hookoutputs',
      'impersonate users',
      'create serviceaccounts/token',
      'get /metrics',
      'post /anything',
      '* *',
    ],
    [],
  ],
  [
    'a viewer',
    viewer,
    [
      'get pods',
      'watch pods',
      'get pods/log',
      'list apps:deployments',
      'get configmaps',
      'get /metrics',
      'get /apis/apps/v1',
      'get /openapi/v3',
    ],
    [
      'get secrets',
      'list secrets',
      'watch secrets',
      'create pods',
      'delete pods',
      'deletecollection pods',
      'patch pods/status',
      'create pods/exec',
      'get pods/exec',
      'create pods/attach',
      'create pods/portforward',
      'get pods/proxy',
      'get nodes/proxy',
      'get hooklet.dev:hookoutputs',
      'create serviceaccounts/token',
      'create pods/eviction',
      'create pods/binding',
      'create authentication.k8s.io:tokenreviews',
      'create authorization.k8s.io:subjectaccessreviews',
      'impersonate users',
      'get *',
      '* *',
      'post /metrics',
      'get /debug/pprof',
      'get /metricsx',
    ],
  ],
  [
    'a ServiceAccount',
    account,
    [
      'create authorization.k8s.io:selfsubjectaccessreviews',
      'create authentication.k8s.io:selfsubjectreviews',
      'get /api/v1',
      'get /openid/v1/jwks',
      'get /.well-known/openid-configuration',
      'get /version',
    ],
    [
      'get pods',
      'list pods',
      'get secrets',
      'get configmaps',
      'create pods',
      'create serviceaccounts/token',
      'get /metrics',
      'get /',
      'create authentication.k8s.io:tokenreviews',
    ],
  ],
  [
    'the node',
    node,
    [
      'watch pods',
      'patch pods/status',
      'delete pods',
      'patch nodes/status',
      'create nodes',
      'get secrets',
      'create serviceaccounts/token',
      'update coordination.k8s.io:leases',
      'create events',
      'list events',
    ],
    [
      'create pods/exec',
      'delete nodes',
      'delete secrets',
      'create secrets',
      'patch pods',
      'impersonate users',
      'create pods/binding',
      'delete namespaces',
      'get hooklet.dev:hookoutputs',
    ],
  ],
  [
    'the binder',
    binder,
    ['watch pods', 'create pods/binding', 'get nodes', 'create events'],
    ['get secrets', 'delete pods', 'create pods', 'patch nodes/status'],
  ],
  [
    'nobody',
    nobody,
    ['get /healthz', 'get /livez', 'get /readyz', 'get /version'],
    ['get /api', 'get /healthz/ping', 'get /metrics', 'list pods', 'post /healthz', 'create authorization.k8s.io:selfsubjectaccessreviews'],
  ],
  ['who only has the name of an administrator', impostor, ['get /api'], ['list pods', 'get secrets']],
];

describe('RoleAuthorizer', () => {
  for (const [who, whom, allowed, refused] of cases) {
    it(`authorize() lets ${who} do what their role says, and nothing else`, () => {
      assert.deepEqual(
        allowed.filter((what) => !may(whom, what)),
        [],
        'refused',
      );
      assert.deepEqual(
        refused.filter((what) => may(whom, what)),
        [],
        'allowed',
      );
    });
  }

  it('authorize() lets a viewer read all that this API serves but Secrets, and use no part that does something', () => {
    const resources = allResources({ clusterCa: '', pods: { refuse: () => [] } });
    const wrong = resources.flatMap(({ group, plural, verbs, subresources = {} }) => {
      const isRead = verbs.includes('get') && plural !== 'secrets';
      const at = group === '' ? plural : `${group}:${plural}`;
      const parts = Object.entries(subresources).flatMap(([name, { kind }]) => {
        const isShown = kind === 'part' || name === 'log';
        return may(viewer, `get ${at}/${name}`) === isShown && !may(viewer, `create ${at}/${name}`) ? [] : [`${at}/${name}`];
      });
      const whole = ['get', 'list', 'watch'].every((verb) => may(viewer, `${verb} ${at}`) === isRead) ? [] : [at];
      return [...whole, ...parts];
    });
    assert.deepEqual(wrong, []);
    assert.ok(resources.length > 15);
  });

  it('authorize() says by which role, and to nobody why not', () => {
    const attributes = { kind: 'path', verb: 'get', path: '/metrics' } as const;
    assert.deepEqual(authorizer.authorize({ ...attributes, user: viewer }), { allowed: true, reason: 'allowed by the role "viewer"' });
    assert.deepEqual(authorizer.authorize({ ...attributes, user: account }), { allowed: false });
  });

  it('rulesOf() lists all rules of all roles of somebody', () => {
    const ofRole = (name: string) => ROLES.find((role) => role.name === name)?.rules ?? [];
    assert.deepEqual(authorizer.rulesOf(nobody), ofRole('system:public-info-viewer'));
    assert.deepEqual(
      authorizer.rulesOf(viewer),
      ['viewer', 'system:basic-user', 'system:discovery', 'system:public-info-viewer'].flatMap(ofRole),
    );
  });
});
