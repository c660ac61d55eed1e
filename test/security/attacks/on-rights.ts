/** To do as oneself what one may not. */

import { HOOK_OUTPUTS, SERVICE_ACCOUNTS, VIEWERS } from '../../../src/apiserver/security/roles.ts';
import { CONNECTING } from '../../../src/apiserver/stream-routes.ts';
import { type Exchange, PODS, SECRETS, type SecuredApi } from '../secured-api.ts';
import type { Asking } from '../test-client.ts';
import type { Attack } from './attack.ts';
import { withRules } from './whoami.ts';

const reads = (...resources: readonly string[]): Exchange => ({
  access: { roles: withRules(VIEWERS, { verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources }) },
});
const may = (group: string, verb: string, ...resources: readonly string[]): Exchange => ({
  access: { roles: withRules(group, { verbs: [verb], apiGroups: [''], resources }) },
});

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'hunter2' } };
const givePod = (api: SecuredApi): Promise<unknown> => api.client.must(PODS, { as: 'admin', body: POD });

/** Whether any of the requests gets past the authorizer. */
async function isLetThrough(api: SecuredApi, paths: readonly string[], asking: Asking): Promise<boolean> {
  const answers = await Promise.all(paths.map((path) => api.client.ask(path, asking)));
  return answers.some(({ status }) => status !== 403);
}

const EXEC = `${PODS}/p/exec?container=c&command=id&stdout=true`;

export const ATTACKS_ON_RIGHTS: readonly Attack[] = [
  {
    name: 'exec over a WebSocket, which is a GET, by who may only get (KK#136550)',
    setting: reads('pods', 'pods/exec'),
    without: { handler: { connecting: new Set() } },
    succeeds: async (api) => {
      await givePod(api);
      const { status } = await api.client.handshake(EXEC, { as: 'viewer' });
      return status === 101 && api.pod.ran.length === 1;
    },
  },
  ...[...CONNECTING].map((subresource) => ({
    name: `${subresource} by a viewer`,
    without: may(VIEWERS, 'create', `pods/${subresource}`),
    succeeds: async (api: SecuredApi) => {
      await givePod(api);
      return (await api.client.handshake(`${PODS}/p/${subresource}?container=c&command=id`, { as: 'viewer' })).status === 101;
    },
  })),
  {
    name: 'a request into a Pod through its proxy, by a viewer',
    without: reads('pods/proxy'),
    succeeds: async (api) => {
      await givePod(api);
      return isLetThrough(api, [`${PODS}/p/proxy/`, `${PODS}/p/proxy/admin`], { as: 'viewer' });
    },
  },
  {
    name: 'Secrets read by a viewer: listed, one by name, watched, through every namespace and the old path of watches',
    without: reads('secrets'),
    succeeds: async (api) => {
      await api.client.must(SECRETS, { as: 'admin', body: SECRET });
      const watched = [`${SECRETS}?watch=true&timeoutSeconds=1`, '/api/v1/watch/namespaces/default/secrets?timeoutSeconds=1'];
      const paths = [SECRETS, `${SECRETS}/s`, '/api/v1/secrets', `${SECRETS}?fieldSelector=metadata.name=s`];
      const answers = await Promise.all(paths.map((path) => api.client.ask(path, { as: 'viewer' })));
      const heads = await Promise.all(watched.map((path) => api.client.statusOf(path, { as: 'viewer' })));
      return answers.some(({ text }) => text.includes('aHVudGVyMg')) || heads.some((status) => status === 200);
    },
  },
  {
    name: 'what a hook wrote, read by a viewer',
    without: reads(HOOK_OUTPUTS.resource),
    succeeds: (api) =>
      isLetThrough(api, [`/apis/${HOOK_OUTPUTS.group}/v1/namespaces/default/${HOOK_OUTPUTS.resource}/p`], { as: 'viewer' }),
  },
  {
    name: 'a token of a ServiceAccount made by a viewer',
    without: may(VIEWERS, 'create', 'serviceaccounts/token'),
    succeeds: async (api) => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} };
      return (await api.client.ask('/api/v1/namespaces/default/serviceaccounts/default/token', { as: 'viewer', body })).status === 201;
    },
  },
  {
    name: 'a Pod created by a viewer',
    without: may(VIEWERS, 'create', 'pods'),
    succeeds: async (api) => (await api.client.ask(PODS, { as: 'viewer', body: POD })).status === 201,
  },
  {
    name: "another Pod read with a Pod's own token",
    without: may(SERVICE_ACCOUNTS, 'list', 'pods'),
    succeeds: async (api) => (await api.client.ask(PODS, { token: await api.token() })).status === 200,
  },
  {
    name: 'rights of others asked out with SubjectAccessReview by a viewer',
    without: {
      access: {
        roles: withRules(VIEWERS, { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'] }),
      },
    },
    succeeds: async (api) => {
      const spec = {
        user: 'admin',
        groups: ['system:masters'],
        resourceAttributes: { verb: 'get', resource: 'secrets', namespace: 'default' },
      };
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec };
      return (
        (await api.client.ask('/apis/authorization.k8s.io/v1/subjectaccessreviews', { as: 'viewer', body })).body.status?.allowed === true
      );
    },
  },
];
