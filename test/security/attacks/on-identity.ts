/** To be taken for somebody else. */
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { respondText } from '../../../src/apiserver/respond.ts';
import { ISSUER, TOKEN_CHECKS, type TokenChecks } from '../../../src/apiserver/security/account-tokens.ts';
import { CertificateAuthority, type KeyAndCertificate } from '../../../src/apiserver/security/certificate-authority.ts';
import { CERTIFICATE_CHECKS, type CertificateChecks } from '../../../src/apiserver/security/certificate-login.ts';
import { signingKey, signToken } from '../../../src/apiserver/security/json-web-token.ts';
import { ADMINS, PUBLIC_PATHS, ROLES, UNAUTHENTICATED, VIEWERS } from '../../../src/apiserver/security/roles.ts';
import { TOKEN_KEYS_FILE } from '../../../src/apiserver/security/token-keys.ts';
import { MemoryPrivateFiles } from '../../../src/fakes/memory-private-files.ts';
import { type Exchange, PODS, SECRETS, type SecuredApi } from '../secured-api.ts';
import type { Attack } from './attack.ts';
import { WHOAMI, withRules } from './whoami.ts';

const withoutCertificateCheck = (name: keyof CertificateChecks): Exchange => ({
  access: { certificateChecks: { ...CERTIFICATE_CHECKS, [name]: () => true } },
});
const withoutTokenChecks = (...names: readonly (keyof TokenChecks)[]): Exchange => ({
  access: { tokenChecks: { ...TOKEN_CHECKS, ...Object.fromEntries(names.map((name) => [name, () => true])) } },
});

/** Whether the API takes it for a login, over the wire or when the TLS layer has been persuaded. */
async function takesCertificate(api: SecuredApi, as: KeyAndCertificate): Promise<boolean> {
  const overTheWire = await api.client.ask(WHOAMI.path, { ...WHOAMI.asking, as });
  const certificate = new X509Certificate(as.cert).raw;
  const persuaded = await api.security.access.authenticator.authenticate({ headers: {}, certificate });
  return overTheWire.status < 400 || persuaded !== undefined;
}

const takesToken = async (api: SecuredApi, token: string): Promise<boolean> =>
  (await api.client.ask(WHOAMI.path, { ...WHOAMI.asking, token })).status < 400;

const tokenKey = (api: SecuredApi) => signingKey(createPrivateKey(api.pki.content.get(TOKEN_KEYS_FILE) ?? ''));

/** What a genuine token of `default/default` says, with changes. */
async function claims(api: SecuredApi, changes: object = {}): Promise<object> {
  const [, payload = ''] = (await api.token()).split('.');
  return { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...changes };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const DEFAULT_ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';
const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };

const CERTIFICATES: readonly Attack[] = [
  {
    name: 'a client certificate that another authority signed',
    without: withoutCertificateCheck('issuer'),
    succeeds: async (api) => {
      const now = api.clock.now().wallMs;
      const foreign = await CertificateAuthority.open(new MemoryPrivateFiles(), now);
      const subject = { commonName: 'admin', organizations: [ADMINS] };
      return takesCertificate(api, foreign.issue({ subject, use: { kind: 'client' } }, now));
    },
  },
  {
    name: 'a client certificate that ended while its connection lived',
    without: withoutCertificateCheck('lifetime'),
    succeeds: async (api) => {
      const as = api.certificate('admin', [ADMINS]);
      await api.client.must(PODS, { as });
      await api.clock.jumpWall(2 * 365 * 24 * 3_600_000);
      return (await api.client.ask(PODS, { as })).status === 200;
    },
  },
  {
    name: "the server's own certificate shown as a client's",
    without: withoutCertificateCheck('purpose'),
    succeeds: (api) => takesCertificate(api, api.security.tls),
  },
];

const TOKENS: readonly Attack[] = [
  {
    name: 'a token with the algorithm "none"',
    without: withoutTokenChecks('algorithm', 'signature'),
    succeeds: async (api) => takesToken(api, `${part({ alg: 'none', kid: tokenKey(api).id })}.${part(await claims(api))}.AA`),
  },
  {
    name: 'a token signed with the public key as a shared secret',
    without: withoutTokenChecks('algorithm', 'signature'),
    succeeds: async (api) => {
      const { id, publicKey } = tokenKey(api);
      const signed = `${part({ alg: 'HS256', kid: id })}.${part(await claims(api))}`;
      const secret = publicKey.export({ type: 'spki', format: 'pem' });
      return takesToken(api, `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
    },
  },
  {
    name: "a token signed with a key of the attacker's, under the name of ours",
    without: withoutTokenChecks('signature'),
    succeeds: async (api) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const key = { privateKey, publicKey: createPublicKey(privateKey), id: tokenKey(api).id };
      return takesToken(api, signToken(await claims(api), key));
    },
  },
  {
    name: 'a token that another issuer made with our key',
    without: withoutTokenChecks('issuer'),
    succeeds: async (api) => takesToken(api, signToken(await claims(api, { iss: 'https://other.example' }), tokenKey(api))),
  },
  {
    name: 'a token that has ended',
    without: withoutTokenChecks('lifetime'),
    succeeds: async (api) => {
      const token = await api.token({ expirationSeconds: 600 });
      await api.clock.jumpWall(661_000);
      return takesToken(api, token);
    },
  },
  {
    name: 'a token for somebody else, passed on to us',
    without: withoutTokenChecks('audience'),
    succeeds: async (api) => takesToken(api, await api.token({ audiences: ['vault'] })),
  },
  {
    name: 'a token of a ServiceAccount that was deleted',
    without: withoutTokenChecks('account'),
    succeeds: async (api) => {
      const token = await api.token();
      await api.client.must(DEFAULT_ACCOUNT, { as: 'admin', method: 'DELETE' });
      return takesToken(api, token);
    },
  },
  {
    name: 'a token of a ServiceAccount that was deleted and made anew',
    without: withoutTokenChecks('account'),
    succeeds: async (api) => {
      const token = await api.token();
      await api.client.must(DEFAULT_ACCOUNT, { as: 'admin', method: 'DELETE' });
      const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
      // Whoever looks after namespaces may have been quicker.
      await api.client.ask('/api/v1/namespaces/default/serviceaccounts', { as: 'admin', body });
      return takesToken(api, token);
    },
  },
  {
    name: 'a token of a Pod that is gone',
    without: withoutTokenChecks('bound'),
    succeeds: async (api) => {
      const { metadata } = await api.client.must(PODS, { as: 'admin', body: POD });
      const token = await api.token({ boundTo: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: metadata.uid } });
      if (!(await takesToken(api, token))) throw new Error('the token was never good');
      await api.client.must(`${PODS}/p`, { as: 'admin', method: 'DELETE' });
      return takesToken(api, token);
    },
  },
  {
    name: 'trying tokens as fast as the server answers',
    without: { access: { failedLogins: { mayTry: () => true, failed: () => {} } } },
    succeeds: async (api) => {
      const token = `${part({ alg: 'ES256', kid: tokenKey(api).id })}.${part({ iss: ISSUER })}.AAAA`;
      for (let tried = 0; tried < 150; tried += 1) {
        if ((await api.client.ask(PODS, { token })).status === 429) return false;
      }
      return true;
    },
  },
];

const NOBODY_MAY: Exchange['access'] = {
  publicPaths: [...PUBLIC_PATHS, PODS, '/debug/pprof/heap'],
  roles: [
    ...ROLES,
    {
      name: 'x',
      groups: [UNAUTHENTICATED],
      rules: [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ],
    },
  ],
};

export const ATTACKS_ON_IDENTITY: readonly Attack[] = [
  ...CERTIFICATES,
  ...TOKENS,
  {
    name: 'asking without any credential',
    without: { access: NOBODY_MAY ?? {} },
    succeeds: async (api) => (await api.client.ask(PODS)).status === 200,
  },
  {
    name: 'a debug path that somebody forgot, without any credential',
    setting: { paths: { '/debug/pprof': () => respondText(200, 'heap') } },
    without: { access: NOBODY_MAY ?? {} },
    succeeds: async (api) => (await api.client.ask('/debug/pprof/heap')).text === 'heap',
  },
  {
    name: 'a viewer who says that they act for an administrator',
    without: { access: { roles: withRules(VIEWERS, { verbs: ['impersonate'], apiGroups: ['*'], resources: ['*'] }) } },
    succeeds: async (api) => {
      const headers = { 'impersonate-user': 'admin', 'impersonate-group': ADMINS };
      return (await api.client.ask(SECRETS, { as: 'viewer', headers })).status === 200;
    },
  },
];
