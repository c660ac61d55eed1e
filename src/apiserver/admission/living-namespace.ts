/** Admission plugin NamespaceLifecycle: nothing new in a namespace that is not there or that goes. */
import { textOf } from '../../model/json-fields.ts';
import type { ResourceDescription, WriteContext } from '../resources/resource.ts';
import { forbidden, notFound } from '../status-error.ts';

const NAMESPACES = { group: '', plural: 'namespaces' };

export function requireLivingNamespace(resource: ResourceDescription, namespace: string, name: string, context: WriteContext): void {
  if (!resource.namespaced) return;
  const found = context.find('namespaces', '', namespace);
  if (found === undefined) throw notFound(NAMESPACES, namespace);
  const isGoing = found.metadata.deletionTimestamp !== undefined || textOf(found['status'], 'phase') === 'Terminating';
  if (!isGoing) return;
  throw forbidden(resource, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ]);
}
