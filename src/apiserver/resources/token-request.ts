/** `serviceaccounts/token`: checks the order, and has it signed (`pkg/registry/core/serviceaccount/storage/token.go`). */
import { invalid } from '../../model/field-error.ts';
import { fieldsOf, listOf, textOf } from '../../model/json-fields.ts';
import type { Finding } from '../../model/problem.ts';
import type { ApiObject } from '../api-object.ts';
import { badRequest, conflict, invalidObject, notFound, StatusError } from '../status-error.ts';
import type { TokenOrder } from '../token-issuer.ts';
import type { CallContext } from './resource.ts';

const ACCOUNTS = { group: '', plural: 'serviceaccounts' };
const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
/** 2^32 seconds. */
const MAX_SECONDS = 4_294_967_296;

export async function requestToken(given: ApiObject, context: CallContext): Promise<ApiObject> {
  const { namespace, name, server } = context;
  const account = server.find('serviceaccounts', namespace, name);
  if (account === undefined) throw notFound(ACCOUNTS, name);
  if (server.issueToken === undefined) throw new StatusError(501, 'NotImplemented', 'this server signs no tokens of ServiceAccounts');
  const expirationSeconds = readSeconds(given);
  const boundTo = readBound(given, context);
  const audiences = listOf(given['spec'], 'audiences').filter((one) => typeof one === 'string');
  const order: TokenOrder = {
    namespace,
    serviceAccount: name,
    serviceAccountUid: account.metadata.uid ?? '',
    audiences,
    expirationSeconds,
    ...(boundTo === undefined ? {} : { boundTo }),
  };
  const issued = await server.issueToken(order);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: new Date(server.nowMs).toISOString().replace(/\.\d+/, '') },
    spec: { ...fieldsOf(given, 'spec'), audiences: issued.audiences, expirationSeconds },
    status: { token: issued.token, expirationTimestamp: issued.expirationTimestamp },
  };
}

function readSeconds(given: ApiObject): number {
  const seconds = fieldsOf(given, 'spec')['expirationSeconds'] ?? DEFAULT_SECONDS;
  const findings: Finding[] = [];
  const path = ['spec', 'expirationSeconds'];
  if (typeof seconds !== 'number' || seconds < MIN_SECONDS)
    findings.push({ path, message: invalid(seconds, 'may not specify a duration less than 10 minutes') });
  else if (seconds > MAX_SECONDS) findings.push({ path, message: invalid(seconds, 'may not specify a duration larger than 2^32 seconds') });
  if (findings.length > 0) throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', findings);
  return seconds as number;
}

/** Kinds that a token may be bound to, and where their objects are kept. */
const BINDABLE: Readonly<Record<string, { readonly plural: string; readonly namespaced: boolean }>> = {
  'v1/Pod': { plural: 'pods', namespaced: true },
  'v1/Secret': { plural: 'secrets', namespaced: true },
  'v1/Node': { plural: 'nodes', namespaced: false },
};

function readBound(given: ApiObject, { namespace, server }: CallContext): TokenOrder['boundTo'] {
  const reference = fieldsOf(given, 'spec')['boundObjectRef'];
  if (reference === undefined || reference === null) return undefined;
  const [apiVersion, kind, name, uid] = ['apiVersion', 'kind', 'name', 'uid'].map((field) => textOf(reference, field)) as [
    string,
    string,
    string,
    string,
  ];
  const bindable = Object.hasOwn(BINDABLE, `${apiVersion}/${kind}`) ? BINDABLE[`${apiVersion}/${kind}`] : undefined;
  if (bindable === undefined) throw badRequest(`cannot bind token for serviceaccount to object of type ${apiVersion}, Kind=${kind}`);
  const resource = { group: '', plural: bindable.plural };
  const found = server.find(bindable.plural, bindable.namespaced ? namespace : '', name);
  if (found === undefined) throw notFound(resource, name);
  const foundUid = found.metadata.uid ?? '';
  if (uid !== '' && uid !== foundUid) {
    throw conflict(
      resource,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  return { apiVersion, kind, name, uid: foundUid };
}
