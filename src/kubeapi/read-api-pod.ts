/** A Pod as the API shows it → what the kubelet works with. */
import { withDefaults } from '../model/defaults.ts';
import { formatPath } from '../model/field-path.ts';
import { type Fields, fieldOf, fieldsOf, listOf, numberOf, textOf } from '../model/json-fields.ts';
import type { ObjectMeta, Pod } from '../model/pod.ts';
import type { PodPhase, PodStatus } from '../model/pod-status.ts';
import { readFields } from '../model/read-fields.ts';
import type { YamlMap } from '../model/yaml-document.ts';

export interface ApiPod {
  readonly pod: Pod;
  /** As the API has it: what others and earlier agents wrote. */
  readonly status: PodStatus;
  readonly resourceVersion: string;
  /** Its end was asked for; seconds. */
  readonly deletion?: { readonly graceSeconds: number };
}

/**
 * The API has checked and defaulted it. Fields that hooklet does not know are left out; what was added to the API since a
 * server was made is defaulted here. A problem is that of a Pod that no API server would have taken.
 */
export function readApiPod(object: Fields): ApiPod | { readonly problem: string } {
  const problems: string[] = [];
  const given = { apiVersion: 'v1', kind: 'Pod', spec: fieldsOf(object, 'spec') };
  const read = readFields(given as unknown as YamlMap, 'Pod', [], {
    error: (path, message) => problems.push(`${formatPath(path)}: ${message}`),
    warning: () => {},
  });
  const metadata = readMetadata(object);
  if (metadata === undefined) problems.push('metadata: Required value: uid, namespace and name');
  const [problem] = problems;
  if (metadata === undefined || problem !== undefined) return { problem: problem ?? '' };
  const pod = { ...(withDefaults(read as object) as Pick<Pod, 'apiVersion' | 'kind' | 'spec'>), metadata };
  return {
    pod,
    status: readStatus(object),
    resourceVersion: textOf(object, 'metadata', 'resourceVersion'),
    ...deletionOf(object, pod),
  };
}

function readMetadata(object: Fields): ObjectMeta | undefined {
  const [name, namespace, uid] = ['name', 'namespace', 'uid'].map((field) => textOf(object, 'metadata', field)) as [string, string, string];
  if (name === '' || namespace === '' || uid === '') return undefined;
  const creationTimestamp = textOf(object, 'metadata', 'creationTimestamp');
  const generation = numberOf(object, 'metadata', 'generation');
  return {
    name,
    namespace,
    uid,
    ...textsOf(object, 'labels'),
    ...textsOf(object, 'annotations'),
    ...(creationTimestamp === '' ? {} : { creationTimestamp }),
    ...(generation === undefined ? {} : { generation }),
  };
}

function textsOf(object: Fields, name: 'labels' | 'annotations'): Pick<ObjectMeta, 'labels' | 'annotations'> {
  const texts = Object.entries(fieldsOf(object, 'metadata', name)).filter(([, value]) => typeof value === 'string');
  return fieldOf(object, 'metadata', name) === undefined ? {} : { [name]: Object.fromEntries(texts) };
}

function deletionOf(object: Fields, { spec }: Pod): Pick<ApiPod, 'deletion'> {
  if (textOf(object, 'metadata', 'deletionTimestamp') === '') return {};
  return { deletion: { graceSeconds: numberOf(object, 'metadata', 'deletionGracePeriodSeconds') ?? spec.terminationGracePeriodSeconds } };
}

export function readStatus(object: Fields): PodStatus {
  const status = fieldsOf(object, 'status');
  const phase = (textOf(status, 'phase') || 'Pending') as PodPhase;
  return { ...status, phase, conditions: listOf(status, 'conditions') as PodStatus['conditions'] };
}

/** Nothing of it runs any more, as its owner knows. */
export const isTerminal = ({ phase }: PodStatus): boolean => phase === 'Succeeded' || phase === 'Failed';

const SOURCE = 'kubernetes.io/config.source';
const MIRROR = 'kubernetes.io/config.mirror';

/** It shows a static Pod to readers of the API: who runs that one has it from elsewhere (`pkg/kubelet/types/pod_update.go`). */
export function isMirrorPod(object: Fields): boolean {
  const annotations = fieldsOf(object, 'metadata', 'annotations');
  const source = textOf(annotations, SOURCE);
  return textOf(annotations, MIRROR) !== '' || (source !== '' && source !== 'api');
}
