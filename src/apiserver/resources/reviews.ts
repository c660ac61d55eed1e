/** Questions about rights and identities: POST answers, nothing is kept. */
import { invalid, required } from '../../model/field-error.ts';
import { type Fields, fieldsOf, isFields, listOf, textOf } from '../../model/json-fields.ts';
import { dnsSubdomain } from '../../model/name-rules.ts';
import type { AccessAttributes, UserInfo } from '../access.ts';
import type { ApiObject } from '../api-object.ts';
import { badRequest, invalidObject } from '../status-error.ts';
import type { CallContext, ResourceCall, ResourceDescription } from './resource.ts';

interface Review {
  readonly plural: string;
  readonly kind: string;
  readonly namespaced?: boolean;
  readonly call: ResourceCall;
}

const describe = (group: string, { plural, kind, namespaced = false, call }: Review): ResourceDescription => ({
  group,
  version: 'v1',
  plural,
  singular: kind.toLowerCase(),
  kind,
  namespaced,
  verbs: ['create'],
  typeName: kind,
  strategy: { nameRule: dnsSubdomain },
  call,
});

const AUTHORIZATION = 'authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';

export const reviews: readonly ResourceDescription[] = [
  describe(AUTHENTICATION, { plural: 'selfsubjectreviews', kind: 'SelfSubjectReview', call: reviewSelf }),
  describe(AUTHENTICATION, { plural: 'tokenreviews', kind: 'TokenReview', call: reviewToken }),
  describe(AUTHORIZATION, {
    plural: 'localsubjectaccessreviews',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
    call: reviewAccessInNamespace,
  }),
  describe(AUTHORIZATION, { plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', call: reviewOwnAccess }),
  describe(AUTHORIZATION, { plural: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview', call: reviewOwnRules }),
  describe(AUTHORIZATION, { plural: 'subjectaccessreviews', kind: 'SubjectAccessReview', call: reviewAccess }),
];

const userFields = ({ username, uid, groups, extra }: UserInfo): Fields => ({
  username,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});

function reviewSelf(given: ApiObject, { user, server }: CallContext): ApiObject {
  const creationTimestamp = new Date(server.nowMs).toISOString().replace(/\.\d+/, '');
  return { ...given, metadata: { ...given.metadata, creationTimestamp }, status: { userInfo: userFields(user) } };
}

async function reviewToken(given: ApiObject, { server }: CallContext): Promise<ApiObject> {
  const token = textOf(given['spec'], 'token');
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const audiences = listOf(given['spec'], 'audiences').filter((one) => typeof one === 'string');
  const user = await server.reviewToken(token, audiences);
  const status =
    user === undefined
      ? { authenticated: false, error: 'invalid bearer token' }
      : { authenticated: true, user: userFields(user), audiences: user.audiences ?? audiences };
  return { ...given, status };
}

async function reviewOwnAccess(given: ApiObject, context: CallContext): Promise<ApiObject> {
  return withDecision(given, context, context.user);
}

function reviewAccess(given: ApiObject, context: CallContext): Promise<ApiObject> {
  return withDecision(given, context, readSubject(given));
}

function reviewAccessInNamespace(given: ApiObject, context: CallContext): Promise<ApiObject> {
  const asked = textOf(fieldsOf(given, 'spec')['resourceAttributes'], 'namespace');
  if (asked !== context.namespace) {
    const message = invalid(asked, 'must match metadata.namespace');
    throw invalidObject({ group: AUTHORIZATION, kind: given.kind }, '', [{ path: ['spec', 'resourceAttributes', 'namespace'], message }]);
  }
  return withDecision(given, context, readSubject(given));
}

function readSubject(given: ApiObject): UserInfo {
  const spec = fieldsOf(given, 'spec');
  const username = textOf(spec, 'user');
  const groups = listOf(spec, 'groups').filter((one) => typeof one === 'string');
  if (username === '' && groups.length === 0) {
    const message = required('at least one of user or group must be specified');
    throw invalidObject({ group: AUTHORIZATION, kind: given.kind }, '', [{ path: ['spec', 'user'], message }]);
  }
  return { username, groups, ...(textOf(spec, 'uid') === '' ? {} : { uid: textOf(spec, 'uid') }) };
}

async function withDecision(given: ApiObject, { server }: CallContext, user: UserInfo): Promise<ApiObject> {
  const { allowed, reason = '' } = await server.authorize(readAttributes(given, user));
  return { ...given, status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

function readAttributes(given: ApiObject, user: UserInfo): AccessAttributes {
  const { resourceAttributes, nonResourceAttributes } = fieldsOf(given, 'spec');
  const isResource = isFields(resourceAttributes);
  if (isResource === isFields(nonResourceAttributes)) {
    const message = invalid(null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
    throw invalidObject({ group: AUTHORIZATION, kind: given.kind }, '', [{ path: ['spec', 'resourceAttributes'], message }]);
  }
  if (!isResource) {
    return { kind: 'path', user, verb: textOf(nonResourceAttributes, 'verb'), path: textOf(nonResourceAttributes, 'path') };
  }
  const of = (name: string): string => textOf(resourceAttributes, name);
  return {
    kind: 'resource',
    user,
    verb: of('verb'),
    group: of('group'),
    version: of('version'),
    resource: of('resource'),
    subresource: of('subresource'),
    namespace: of('namespace'),
    name: of('name'),
  };
}

/** `pkg/registry/authorization/selfsubjectrulesreview/rest.go`. */
function reviewOwnRules(given: ApiObject, { server, user }: CallContext): ApiObject {
  const namespace = textOf(given['spec'], 'namespace');
  if (namespace === '') throw badRequest('no namespace on request');
  const rules = server.rulesOf(user, namespace);
  const resourceRules = (rules ?? [])
    .filter(({ nonResourceURLs }) => nonResourceURLs === undefined)
    .map(({ verbs, apiGroups = [], resources = [] }) => ({ verbs, apiGroups, resources }));
  const nonResourceRules = (rules ?? []).flatMap(({ verbs, nonResourceURLs }) =>
    nonResourceURLs === undefined ? [] : [{ verbs, nonResourceURLs }],
  );
  const isUnknown = { incomplete: true, evaluationError: 'this server decides without rules that could be listed' };
  return { ...given, status: { resourceRules, nonResourceRules, ...(rules === undefined ? isUnknown : { incomplete: false }) } };
}
