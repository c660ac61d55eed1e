import type { AccessRule } from '../../../src/apiserver/access.ts';
import { ROLES, type Role } from '../../../src/apiserver/security/roles.ts';
import type { Asking } from '../test-client.ts';

/** What everybody may ask who is somebody. */
export const WHOAMI: { readonly path: string; readonly asking: Asking } = {
  path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
  asking: { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} } },
};

/** The table of roles as if somebody had given a group more than it needs. */
export const withRules = (group: string, ...rules: readonly AccessRule[]): readonly Role[] => [
  ...ROLES,
  { name: 'too much', groups: [group], rules },
];
