/** Admission plugin Priority: the number and the policy behind the name of a class. */

import { fieldsOf, textOf } from '../../model/json-fields.ts';
import type { ApiObject } from '../api-object.ts';
import { findPriorityClass, globalDefault } from '../resources/priority-classes.ts';
import type { WriteContext } from '../resources/resource.ts';
import { forbidden } from '../status-error.ts';

const PODS = { group: '', plural: 'pods' };

export function resolvePriority(pod: ApiObject, context: WriteContext): ApiObject {
  const spec = fieldsOf(pod, 'spec');
  const name = textOf(spec, 'priorityClassName');
  const found = name === '' ? globalDefault(context) : findPriorityClass(context, name);
  if (name !== '' && found === undefined) throw forbidden(PODS, pod.metadata.name, `no PriorityClass with name ${name} was found`);
  const priority = Number(found?.['value'] ?? 0);
  if (spec['priority'] !== undefined && spec['priority'] !== priority) {
    const why = `the integer value of priority (${String(spec['priority'])}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
    throw forbidden(PODS, pod.metadata.name, why);
  }
  const preemptionPolicy = textOf(found, 'preemptionPolicy') || 'PreemptLowerPriority';
  const given = spec['preemptionPolicy'];
  if (given !== undefined && given !== preemptionPolicy) {
    const why = `the string value of PreemptionPolicy (${String(given)}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
    throw forbidden(PODS, pod.metadata.name, why);
  }
  const className = found === undefined ? {} : { priorityClassName: found.metadata.name };
  return { ...pod, spec: { ...spec, ...className, priority, preemptionPolicy } };
}
