/** Admission plugin RuntimeClass: the class that a Pod names must be there. */

import { fieldsOf, textOf } from '../../model/json-fields.ts';
import type { ApiObject } from '../api-object.ts';
import type { WriteContext } from '../resources/resource.ts';
import { forbidden } from '../status-error.ts';

export function requireRuntimeClass(pod: ApiObject, context: WriteContext): void {
  const name = textOf(fieldsOf(pod, 'spec'), 'runtimeClassName');
  if (name === '' || context.find('node.k8s.io/runtimeclasses', '', name) !== undefined) return;
  throw forbidden({ group: '', plural: 'pods' }, pod.metadata.name, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
}
