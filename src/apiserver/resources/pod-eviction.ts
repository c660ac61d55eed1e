import { fieldsOf } from '../../model/json-fields.ts';
import type { ApiObject } from '../api-object.ts';
import { notFound, type Status } from '../status-error.ts';
import type { CallContext } from './resource.ts';

/**
 * `pods/eviction`: a delete that asks first whether it may (`pkg/registry/core/pod/storage/eviction.go`). There are no
 * disruption budgets here, so it always may.
 */
export async function evictPod(given: ApiObject, { namespace, name, dryRun, server }: CallContext): Promise<ApiObject> {
  if (server.find('pods', namespace, name) === undefined) throw notFound({ group: '', plural: 'pods' }, name);
  await server.remove({ plural: 'pods', namespace, name, subresource: '', dryRun }, fieldsOf(given, 'deleteOptions'));
  return SUCCESS as unknown as ApiObject;
}

const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
