import { dnsSubdomain } from '../../model/name-rules.ts';
import { serviceAccountsTable } from '../../printing/tables/config-tables.ts';
import { ALL_VERBS, type ResourceDescription } from './resource.ts';
import { requestToken } from './token-request.ts';

export const serviceAccounts: ResourceDescription = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  kind: 'ServiceAccount',
  shortNames: ['sa'],
  namespaced: true,
  verbs: ALL_VERBS,
  subresources: {
    token: {
      kind: 'call',
      gvk: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      typeName: 'TokenRequest',
      call: requestToken,
    },
  },
  storage: { resource: 'serviceaccounts' },
  typeName: 'ServiceAccount',
  table: serviceAccountsTable,
  strategy: { nameRule: dnsSubdomain, answersDeleted: true },
};
