/** Which types the embedded API knows: the kinds it serves or shows, and everything they contain. */
import { join } from 'node:path';
import { apimachinery, type DeclaredType, kubernetesModels, readDeclarations } from './declarations.ts';

const KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: [
    ...[
      'Binding',
      'ConfigMap',
      'Event',
      'Namespace',
      'Node',
      'Pod',
      'PodTemplate',
      'ReplicationController',
      'Secret',
      'Service',
      'ServiceAccount',
    ],
    ...['ConfigMapList', 'EventList', 'NamespaceList', 'NodeList', 'PodList', 'PodTemplateList', 'ReplicationControllerList', 'SecretList'],
    // The claim is no kind that the API serves: a StatefulSet contains it.
    ...['ServiceList', 'ServiceAccountList', 'PersistentVolumeClaim'],
  ],
  'apps/v1': ['DaemonSetList', 'DeploymentList', 'ReplicaSetList', 'StatefulSetList'],
  'authentication.k8s.io/v1': ['SelfSubjectReview', 'TokenRequest', 'TokenReview'],
  'authorization.k8s.io/v1': ['LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
  'batch/v1': ['CronJobList', 'JobList'],
  'coordination.k8s.io/v1': ['LeaseList'],
  'events.k8s.io/v1': ['EventList'],
  'node.k8s.io/v1': ['RuntimeClassList'],
  'policy/v1': ['Eviction'],
  'scheduling.k8s.io/v1': ['PriorityClassList'],
};

/** Of `meta/v1`, where they belong to every group. */
const META_KINDS = ['DeleteOptions', 'Status'];

const META = 'IoK8sApimachineryPkgApisMetaV1';

/** By full name, in order. */
export async function readApiTypes(): Promise<ReadonlyMap<string, DeclaredType>> {
  const types = new Map<string, DeclaredType>();
  for (const [folder, kinds] of Object.entries(KINDS)) {
    for (const kind of kinds) await readDeclarations(join(kubernetesModels, folder, `${kind}.d.ts`), types);
  }
  for (const kind of META_KINDS) await readDeclarations(join(apimachinery, 'apis/meta/v1', `${kind}.d.ts`), types);
  for (const type of partialObjects(types)) types.set(type.fullName, type);
  return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a client gets that asks for metadata alone. The published description leaves it out. */
function partialObjects(types: ReadonlyMap<string, DeclaredType>): readonly DeclaredType[] {
  const status = types.get(`${META}Status`);
  const typeMeta = status?.fields?.filter(({ name }) => name === 'apiVersion' || name === 'kind') ?? [];
  const optional = { required: false, prefix: '' };
  return [
    {
      fullName: `${META}PartialObjectMetadata`,
      description: 'PartialObjectMetadata is an object of any kind reduced to its metadata.',
      fields: [...typeMeta, { ...optional, name: 'metadata', description: "The object's metadata.", element: `${META}ObjectMeta` }],
    },
    {
      fullName: `${META}PartialObjectMetadataList`,
      description: 'PartialObjectMetadataList is a list of objects reduced to their metadata.',
      fields: [
        ...typeMeta,
        { ...optional, name: 'items', required: true, description: 'The objects.', prefix: '[]', element: `${META}PartialObjectMetadata` },
        { ...optional, name: 'metadata', description: 'Standard list metadata.', element: `${META}ListMeta` },
      ],
    },
  ];
}
