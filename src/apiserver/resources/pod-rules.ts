/** The rules of Pods are those of `src/model`, where a file's Pods go through them too; here they meet JSON. */
import type { IPod } from 'kubernetes-models/v1/Pod';
import { NEGATIVE_GRACE_WARNING, withDefaults } from '../../model/defaults.ts';
import { formatPath } from '../../model/field-path.ts';
import { checkHookOptions } from '../../model/hook-options.ts';
import { type Fields, fieldsOf, listOf, textOf } from '../../model/json-fields.ts';
import type { Pod } from '../../model/pod.ts';
import type { Finding } from '../../model/problem.ts';
import { qosClass } from '../../model/qos-class.ts';
import { readFields } from '../../model/read-fields.ts';
import { validatePod } from '../../model/validate-pod.ts';
import { warnAboutHooks } from '../../model/warn-about-hooks.ts';
import type { YamlMap } from '../../model/yaml-document.ts';
import type { ApiObject } from '../api-object.ts';
import { invalidObject } from '../status-error.ts';

/** With all defaults of its spec; the rest is as it was. Throws a StatusError (422) for values that no Pod may have. */
export function defaultPod(pod: ApiObject): ApiObject {
  const errors: Finding[] = [];
  const read = readFields({ metadata: {}, spec: fieldsOf(pod, 'spec') } as unknown as YamlMap, 'Pod', [], {
    error: (path, message) => errors.push({ path, message }),
    // The schema has judged all fields before.
    warning: () => {},
  });
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'Pod' }, pod.metadata.name, errors);
  const { spec } = withDefaults(read as object) as { readonly spec: Fields };
  // Two names of one field, and both are shown (`pkg/apis/core/v1/conversion.go`).
  const account = textOf(spec, 'serviceAccountName');
  return { ...pod, spec: account === '' ? spec : { ...spec, serviceAccount: account } };
}

/** Of the metadata all kinds have the same rules, which are checked elsewhere. */
export function podFindings(pod: ApiObject): readonly Finding[] {
  const findings = validatePod(pod as unknown as IPod).filter(({ path }) => path[0] !== 'metadata');
  return findings.length > 0 ? findings : checkHookOptions(pod as unknown as Pod).errors;
}

/** What is valid, and still not what its author can have meant. The Pod is as it was given. */
export function podWarnings(pod: ApiObject): readonly string[] {
  const spec = fieldsOf(pod, 'spec');
  const grace = spec['terminationGracePeriodSeconds'];
  const negative = typeof grace === 'number' && grace < 0 ? [`spec.terminationGracePeriodSeconds: ${NEGATIVE_GRACE_WARNING}`] : [];
  try {
    const defaulted = defaultPod(pod);
    const { warnings } = checkHookOptions(defaulted as unknown as Pod);
    const findings = [...warnings, ...warnAboutHooks(defaulted['spec'] as Pod['spec'])];
    return [...negative, ...findings.map(({ path, message }) => `${formatPath(path)}: ${message}`)];
  } catch {
    // A Pod that is wrong gets an error, and warnings with it would only be in the way.
    return negative;
  }
}

/** What a client says of the status of a new Pod does not count. */
export function initialStatus(pod: ApiObject): Fields {
  const spec = fieldsOf(pod, 'spec');
  const isGated = listOf(spec, 'schedulingGates').length > 0;
  const message = 'Scheduling is blocked due to non-empty scheduling gates';
  const gated = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message };
  return { phase: 'Pending', ...(isGated ? { conditions: [gated] } : {}), qosClass: qosClass(spec as unknown as Pod['spec']) };
}
