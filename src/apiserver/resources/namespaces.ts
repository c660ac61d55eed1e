import { apiTime } from '../../model/api-time.ts';
import { fieldsOf, listOf } from '../../model/json-fields.ts';
import { dnsLabel } from '../../model/name-rules.ts';
import { namespacesTable } from '../../printing/tables/namespaces-table.ts';
import { type ApiObject, withMetadata } from '../api-object.ts';
import { conflict } from '../status-error.ts';
import { ALL_VERBS, type CompanionObject, type ResourceDescription, type WriteContext } from './resource.ts';

/** Without these nothing works, so they are made anew at each start and never deleted. */
export const BUILT_IN_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;
/** Admission plugin NamespaceLifecycle. */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system']);

const FINALIZER = 'kubernetes';
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** `clusterCa` is the PEM by which Pods know this API. */
export function namespaces(clusterCa: string): ResourceDescription {
  return {
    group: '',
    version: 'v1',
    plural: 'namespaces',
    singular: 'namespace',
    kind: 'Namespace',
    shortNames: ['ns'],
    namespaced: false,
    verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
    subresources: { status: { kind: 'part' }, finalize: { kind: 'replace' } },
    storage: { resource: 'namespaces' },
    typeName: 'Namespace',
    table: namespacesTable,
    strategy: {
      nameRule: dnsLabel,
      defaults: withNameLabel,
      prepareForCreate: (object) => ({
        ...object,
        spec: { finalizers: [...new Set([...listOf(object['spec'], 'finalizers'), FINALIZER])] },
        status: { phase: 'Active' },
      }),
      prepareForUpdate: (object, live, subresource) => ({
        ...object,
        spec: subresource === 'finalize' ? fieldsOf(object, 'spec') : fieldsOf(live, 'spec'),
        status: subresource === 'status' ? fieldsOf(object, 'status') : fieldsOf(live, 'status'),
      }),
      alsoCreate: (object, context) => companions(object.metadata.name, clusterCa, context),
      refuseDelete: ({ metadata }) => (IMMORTAL.has(metadata.name) ? 'this namespace may not be deleted' : undefined),
      beginDelete,
      mayGo: (object) => listOf(object['spec'], 'finalizers').length === 0,
      answersDeleted: true,
    },
  };
}

function withNameLabel(object: ApiObject): ApiObject {
  const { name, labels } = object.metadata;
  return name === '' ? object : withMetadata(object, { labels: { ...labels, [NAME_LABEL]: name } });
}

/** `pkg/registry/core/namespace/storage/storage.go` Delete: what lies in it goes first. */
function beginDelete(object: ApiObject, { nowMs }: WriteContext): ApiObject | 'remove' {
  const { deletionTimestamp, name, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined) {
    const marked = withMetadata(object, { deletionTimestamp: apiTime(nowMs) });
    return { ...marked, status: { ...fieldsOf(object, 'status'), phase: 'Terminating' } };
  }
  if (listOf(object['spec'], 'finalizers').length === 0 && finalizers.length === 0) return 'remove';
  const why =
    'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.';
  throw conflict({ group: '', plural: 'namespaces' }, name, why);
}

export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

/** What upstream's controllers put into every namespace; here it is there from the first moment. */
export function companions(namespace: string, clusterCa: string, context: WriteContext): readonly CompanionObject[] {
  const metadata = (name: string): ApiObject['metadata'] => ({
    name,
    namespace,
    uid: context.newUid(),
    creationTimestamp: apiTime(context.nowMs),
  });
  const description =
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';
  const rootCa = withMetadata(
    { kind: 'ConfigMap', apiVersion: 'v1', metadata: metadata(ROOT_CA_CONFIG_MAP), data: { 'ca.crt': clusterCa } },
    { annotations: { 'kubernetes.io/description': description } },
  );
  const account: ApiObject = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: metadata('default') };
  return [
    { resource: 'serviceaccounts', object: account },
    { resource: 'configmaps', object: rootCa },
  ];
}
