/** The spellings of a type's name: `IoK8sApiCoreV1Event`, `io.k8s.api.core.v1.Event`, and `core.Event` as hooklet's table has it. */
import type { DeclaredType } from './declarations.ts';

/** What declarations call a package → what the API description calls it. */
const PACKAGES: readonly (readonly [declared: string, published: string])[] = [
  ['IoK8sApiAppsV1', 'io.k8s.api.apps.v1'],
  ['IoK8sApiAuthenticationV1', 'io.k8s.api.authentication.v1'],
  ['IoK8sApiAuthorizationV1', 'io.k8s.api.authorization.v1'],
  ['IoK8sApiBatchV1', 'io.k8s.api.batch.v1'],
  ['IoK8sApiCoordinationV1', 'io.k8s.api.coordination.v1'],
  ['IoK8sApiCoreV1', 'io.k8s.api.core.v1'],
  ['IoK8sApiEventsV1', 'io.k8s.api.events.v1'],
  ['IoK8sApiNodeV1', 'io.k8s.api.node.v1'],
  ['IoK8sApiPolicyV1', 'io.k8s.api.policy.v1'],
  ['IoK8sApiSchedulingV1', 'io.k8s.api.scheduling.v1'],
  ['IoK8sApimachineryPkgApisMetaV1', 'io.k8s.apimachinery.pkg.apis.meta.v1'],
  ['IoK8sApimachineryPkgApiResource', 'io.k8s.apimachinery.pkg.api.resource'],
  ['IoK8sApimachineryPkgRuntime', 'io.k8s.apimachinery.pkg.runtime'],
  ['IoK8sApimachineryPkgUtilIntstr', 'io.k8s.apimachinery.pkg.util.intstr'],
];

/** `io.k8s.api.core.v1.Pod` */
export function publishedName(fullName: string): string {
  for (const [declared, published] of PACKAGES) {
    if (fullName.startsWith(declared)) return `${published}.${fullName.slice(declared.length)}`;
  }
  throw new Error(`No package of ${fullName} is in scripts/api-schema/type-names.ts`);
}

/** `Pod` */
export const shortName = (fullName: string): string => publishedName(fullName).replace(/^.*\./, '');

/** Names for the rows of a table: `Pod`, and `core.Event`, `events.Event` where two packages have one name. */
export function rowNames(types: ReadonlyMap<string, DeclaredType>): ReadonlyMap<string, string> {
  const taken = new Map<string, number>();
  for (const fullName of types.keys()) taken.set(shortName(fullName), (taken.get(shortName(fullName)) ?? 0) + 1);
  return new Map(
    [...types.keys()].map((fullName) => [fullName, taken.get(shortName(fullName)) === 1 ? shortName(fullName) : qualifiedName(fullName)]),
  );
}

const qualifiedName = (fullName: string): string =>
  publishedName(fullName)
    .split('.')
    .filter((part) => part !== 'v1')
    .slice(-2)
    .join('.');
