import { apiTime } from '../../model/api-time.ts';
import { required, unsupported } from '../../model/field-error.ts';
import { fieldsOf, listOf, textOf } from '../../model/json-fields.ts';
import type { ApiObject } from '../api-object.ts';
import { conflict, invalidObject, type Status } from '../status-error.ts';
import type { CallContext } from './resource.ts';

const PODS = { group: '', plural: 'pods' };

/** `pods/binding`: a scheduler puts a Pod on a node (`pkg/registry/core/pod/storage/storage.go` assignPod). */
export async function bindPod(given: ApiObject, { namespace, name, dryRun, server }: CallContext): Promise<ApiObject> {
  const { kind, node } = readTarget(given);
  if (kind !== '' && kind !== 'Node') {
    throw invalidObject({ group: '', kind: 'Binding' }, name, [
      { path: ['target', 'kind'], message: unsupported(kind, ['Node', '<empty>']) },
    ]);
  }
  if (node === '') throw invalidObject({ group: '', kind: 'Binding' }, name, [{ path: ['target', 'name'], message: required() }]);
  const target = { plural: 'pods', namespace, name, subresource: 'binding', dryRun };
  await server.change(target, (pod) => bound(pod, node, server.nowMs));
  return SUCCESS as unknown as ApiObject;
}

const readTarget = (given: ApiObject): { readonly kind: string; readonly node: string } => ({
  kind: textOf(given['target'], 'kind'),
  node: textOf(given['target'], 'name'),
});

const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

function bound(pod: ApiObject, node: string, nowMs: number): ApiObject {
  const { name, deletionTimestamp } = pod.metadata;
  const spec = fieldsOf(pod, 'spec');
  const current = textOf(spec, 'nodeName');
  if (deletionTimestamp !== undefined) throw conflict(PODS, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  if (current !== '') throw conflict(PODS, name, `pod ${name} is already assigned to node ${JSON.stringify(current)}`);
  if (listOf(spec, 'schedulingGates').length > 0) throw conflict(PODS, name, `pod ${name} has non-empty .spec.schedulingGates`);
  const status = fieldsOf(pod, 'status');
  const others = listOf(status, 'conditions').filter((one) => textOf(one, 'type') !== 'PodScheduled');
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: apiTime(nowMs) };
  return { ...pod, spec: { ...spec, nodeName: node }, status: { ...status, conditions: [...others, scheduled] } };
}
