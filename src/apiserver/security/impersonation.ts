/**
 * "Do this as somebody else": the `Impersonate-…` headers (`apiserver/pkg/endpoints/filters/impersonation.go`). Each part of
 * the other identity needs the right to `impersonate` it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessAttributes, Authorizer, UserInfo } from '../access.ts';
import { refusal } from '../access-refusal.ts';
import { badRequest } from '../status-error.ts';
import { ANONYMOUS, AUTHENTICATED, SERVICE_ACCOUNTS, UNAUTHENTICATED } from './roles.ts';

const USER = 'impersonate-user';
const UID = 'impersonate-uid';
const GROUP = 'impersonate-group';
const EXTRA = 'impersonate-extra-';
const AUTHENTICATION = 'authentication.k8s.io';

interface Wanted {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Whom the request is to be taken for: `user`, if it asks for nobody else. Throws a StatusError 403 or 400. */
export async function impersonated(user: UserInfo, headers: IncomingHttpHeaders, authorizer: Authorizer): Promise<UserInfo> {
  const wanted = readWanted(headers);
  if (wanted === undefined) return user;
  for (const part of partsOf(wanted)) {
    const attributes: AccessAttributes = { kind: 'resource', user, verb: 'impersonate', version: 'v1', ...part };
    const { allowed, reason } = await authorizer.authorize(attributes);
    if (!allowed) throw refusal(attributes, reason);
  }
  const { uid, extra } = wanted;
  return {
    username: wanted.user,
    groups: groupsOf(wanted),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function readWanted(headers: IncomingHttpHeaders): Wanted | undefined {
  const user = textOf(headers[USER]);
  const uid = textOf(headers[UID]);
  const groups = listOf(headers[GROUP]);
  const names = Object.keys(headers).filter((name) => name.startsWith(EXTRA));
  if (user === '' && uid === '' && groups.length === 0 && names.length === 0) return undefined;
  if (user === '') throw badRequest('requested impersonation of a group, a uid or extra fields without impersonating a user name');
  const extra = Object.fromEntries(names.map((name) => [decode(name.slice(EXTRA.length)), listOf(headers[name])]));
  return { user, uid, groups, extra };
}

const textOf = (value: string | readonly string[] | undefined): string => (typeof value === 'string' ? value : (value?.[0] ?? ''));
/** Node joins headers of one name with commas; a comma in the name of a group is taken for that. */
const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  [value ?? []]
    .flat()
    .flatMap((one) => one.split(',').map((part) => part.trim()))
    .filter((part) => part !== '');

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

type Part = Pick<Extract<AccessAttributes, { readonly kind: 'resource' }>, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>;

function partsOf({ user, uid, groups, extra }: Wanted): readonly Part[] {
  const part = (group: string, resource: string, name: string): Part => ({ group, resource, subresource: '', namespace: '', name });
  const account = accountIn(user);
  return [
    account === undefined ? part('', 'users', user) : { ...part('', 'serviceaccounts', account.name), namespace: account.namespace },
    ...groups.map((name) => part('', 'groups', name)),
    ...(uid === '' ? [] : [part(AUTHENTICATION, 'uids', uid)]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({ ...part(AUTHENTICATION, 'userextras', value), subresource: key })),
    ),
  ];
}

function accountIn(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** What was named counts alone, but whoever is somebody has logged in. */
function groupsOf({ user, groups }: Wanted): readonly string[] {
  const account = accountIn(user);
  const all = groups.length === 0 && account !== undefined ? [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${account.namespace}`] : groups;
  const isSettled = all.includes(AUTHENTICATED) || all.includes(UNAUTHENTICATED);
  if (isSettled) return all;
  return [...all, user === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED];
}
