import { fieldsOf, textOf } from '../../model/json-fields.ts';
import { dnsSubdomain } from '../../model/name-rules.ts';
import type { Finding } from '../../model/problem.ts';
import { podsTable } from '../../printing/tables/pods-table.ts';
import { addDefaultTolerations } from '../admission/default-tolerations.ts';
import { resolvePriority } from '../admission/pod-priority.ts';
import { requireRuntimeClass } from '../admission/pod-runtime-class.ts';
import { mountServiceAccount } from '../admission/pod-service-account.ts';
import { type ApiObject, withMetadata } from '../api-object.ts';
import { invalidObject } from '../status-error.ts';
import { bindPod } from './pod-binding.ts';
import { evictPod } from './pod-eviction.ts';
import { defaultPod, initialStatus, podFindings, podWarnings } from './pod-rules.ts';
import { specChangeFindings } from './pod-update-rules.ts';
import { ALL_VERBS, type ResourceDescription, type Subresource, type WriteContext } from './resource.ts';

/** What this server can do with a Pod beyond upstream's rules. */
export interface PodSupport {
  /** Why a valid Pod cannot be run here; each field that is refused is named. */
  readonly refuse: (pod: object) => readonly Finding[];
}

const options = (kind: string): { readonly gvk: { readonly group: ''; readonly version: 'v1'; readonly kind: string } } => ({
  gvk: { group: '', version: 'v1', kind },
});

const STREAMS: Readonly<Record<string, Subresource>> = {
  attach: { kind: 'stream', verbs: ['create', 'get'], ...options('PodAttachOptions') },
  exec: { kind: 'stream', verbs: ['create', 'get'], ...options('PodExecOptions') },
  log: { kind: 'stream', verbs: ['get'], ...options('Pod') },
  portforward: { kind: 'stream', verbs: ['create', 'get'], ...options('PodPortForwardOptions') },
  proxy: { kind: 'stream', verbs: ['create', 'delete', 'get', 'patch', 'update'], ...options('PodProxyOptions') },
};

export function pods(support: PodSupport): ResourceDescription {
  return {
    group: '',
    version: 'v1',
    plural: 'pods',
    singular: 'pod',
    kind: 'Pod',
    shortNames: ['po'],
    categories: ['all'],
    namespaced: true,
    verbs: ALL_VERBS,
    subresources: {
      status: { kind: 'part' },
      binding: { kind: 'call', ...options('Binding'), typeName: 'Binding', call: bindPod },
      eviction: { kind: 'call', gvk: { group: 'policy', version: 'v1', kind: 'Eviction' }, typeName: 'Eviction', call: evictPod },
      ...STREAMS,
    },
    storage: { resource: 'pods' },
    typeName: 'Pod',
    table: podsTable,
    strategy: {
      nameRule: dnsSubdomain,
      defaults: defaultPod,
      prepareForCreate: (pod, context) => {
        requireSupport(pod, support);
        return { ...admit(pod, context), status: initialStatus(pod) };
      },
      prepareForUpdate,
      validate: podFindings,
      validateUpdate: (next, live, subresource) => (subresource === '' ? [...podFindings(next), ...specChangeFindings(next, live)] : []),
      warnings: podWarnings,
      grace,
      generationOf: 'spec',
      answersDeleted: true,
    },
  };
}

/** Before admission adds what is the server's own. A Pod that is no Pod is told so first, by its validation. */
function requireSupport(pod: ApiObject, { refuse }: PodSupport): void {
  const refused = podFindings(pod).length > 0 ? [] : refuse(pod);
  if (refused.length > 0) throw invalidObject({ group: '', kind: 'Pod' }, pod.metadata.name, refused);
}

function admit(pod: ApiObject, context: WriteContext): ApiObject {
  requireRuntimeClass(pod, context);
  return [mountServiceAccount, resolvePriority, addDefaultTolerations].reduce((made, step) => step(made, context), pod);
}

/** `pkg/registry/core/pod/strategy.go`. */
function prepareForUpdate(pod: ApiObject, live: ApiObject, subresource: string): ApiObject {
  // A binding writes both at once.
  if (subresource === 'binding') return pod;
  if (subresource !== 'status') return { ...pod, status: fieldsOf(live, 'status') };
  const qosClass = textOf(pod['status'], 'qosClass') || textOf(live['status'], 'qosClass');
  const status = { ...fieldsOf(pod, 'status'), ...(qosClass === '' ? {} : { qosClass }) };
  return { ...withMetadata(pod, { ownerReferences: live.metadata.ownerReferences }), spec: live['spec'], status };
}

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/** Of a first delete, in seconds: nothing waits for what no node runs (`pkg/registry/core/pod/strategy.go` CheckGracefulDelete). */
function grace(pod: ApiObject, asked: number | undefined): number {
  const spec = fieldsOf(pod, 'spec');
  if (textOf(spec, 'nodeName') === '' || ENDED.has(textOf(pod['status'], 'phase'))) return 0;
  const own = spec['terminationGracePeriodSeconds'];
  const seconds = asked ?? (typeof own === 'number' ? own : 0);
  return seconds < 0 ? 1 : seconds;
}
