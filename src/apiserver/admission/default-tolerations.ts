/** Admission plugin DefaultTolerationSeconds: a node may be away for five minutes before its Pods go. */

import { fieldsOf, isFields, listOf } from '../../model/json-fields.ts';
import type { ApiObject } from '../api-object.ts';

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const SECONDS = 300;

export function addDefaultTolerations(pod: ApiObject): ApiObject {
  const spec = fieldsOf(pod, 'spec');
  const tolerations = listOf(spec, 'tolerations');
  const added = TAINTS.filter((key) => !tolerations.some((one) => tolerates(one, key))).map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: SECONDS,
  }));
  return added.length === 0 ? pod : { ...pod, spec: { ...spec, tolerations: [...tolerations, ...added] } };
}

function tolerates(toleration: unknown, key: string): boolean {
  if (!isFields(toleration)) return false;
  const { key: given = '', effect = '' } = toleration;
  return (given === key || given === '') && (effect === 'NoExecute' || effect === '');
}
