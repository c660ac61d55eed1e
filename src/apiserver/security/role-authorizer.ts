import type { AccessAttributes, AccessDecision, AccessRule, Authorizer, UserInfo } from '../access.ts';
import { ROLES, type Role } from './roles.ts';

/** Decides by a table of roles. What no rule allows is refused, and no rule refuses. */
export class RoleAuthorizer implements Authorizer {
  readonly #roles: readonly Role[];

  constructor(roles: readonly Role[] = ROLES) {
    this.#roles = roles;
  }

  authorize(attributes: AccessAttributes): AccessDecision {
    const role = this.#rolesOf(attributes.user).find(({ rules }) => rules.some((rule) => allows(rule, attributes)));
    return role === undefined ? { allowed: false } : { allowed: true, reason: `allowed by the role ${JSON.stringify(role.name)}` };
  }

  /** All that somebody may do, in any namespace. */
  rulesOf(user: UserInfo): readonly AccessRule[] {
    return this.#rolesOf(user).flatMap(({ rules }) => rules);
  }

  #rolesOf(user: UserInfo): readonly Role[] {
    const { username, groups: own } = user;
    return this.#roles.filter(({ groups = [], users = [] }) => users.includes(username) || groups.some((group) => own.includes(group)));
  }
}

/** `pkg/apis/rbac/v1/evaluation_helpers.go` RuleAllows. */
function allows(rule: AccessRule, attributes: AccessAttributes): boolean {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  if (!hasOrAll(verbs, attributes.verb)) return false;
  if (attributes.kind === 'path') return nonResourceURLs.some((pattern) => matchesPath(pattern, attributes.path));
  const { group, resource, subresource } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  return hasOrAll(apiGroups, group) && hasOrAll(resources, what);
}

const hasOrAll = (list: readonly string[], one: string): boolean => list.includes('*') || list.includes(one);

const matchesPath = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
