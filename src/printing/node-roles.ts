import type { ApiNode } from '../model/api-objects.ts';
import { compareText } from './label-text.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

/** By the labels `node-role.kubernetes.io/<role>` and `kubernetes.io/role: <role>`, sorted. */
export function nodeRoles({ metadata }: ApiNode): readonly string[] {
  const roles = Object.entries(metadata?.labels ?? {}).map(([key, value]) =>
    key.startsWith(ROLE_PREFIX) ? key.slice(ROLE_PREFIX.length) : key === ROLE_LABEL ? value : '',
  );
  return [...new Set(roles.filter((role) => role !== ''))].sort(compareText);
}
