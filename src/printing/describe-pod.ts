/** `kubectl describe pod` (`kubectl/pkg/describe/describe.go` `describePod`, `lifecycle.md` 14.3), as of kubectl 1.36. */
import type { ApiEvent, ApiPod } from '../model/api-objects.ts';
import type { PodSpec } from '../model/pod.ts';
import { qosClass } from '../model/qos-class.ts';
import { ageText } from './age-text.ts';
import { containerLines, optional } from './describe/container-lines.ts';
import { eventLines } from './describe/event-lines.ts';
import { annotationLines, field, labelLines, line, listLines, renderDescription } from './describe/lines.ts';
import { resourceLines } from './describe/quantity-text.ts';
import { tolerationTexts } from './describe/toleration-text.ts';
import { volumeLines } from './describe/volume-lines.ts';
import { compareText, selectorOrNone } from './label-text.ts';
import { zonedTime } from './zoned-time.ts';

/** Without events the description ends before them. `nowMs` is wall time; absolute times are in this process's zone. */
export function describePod(pod: ApiPod, events: readonly ApiEvent[] | undefined, nowMs: number): string {
  const { spec, status } = pod;
  const body = [
    ...identityLines(pod),
    ...stateLines(pod, nowMs),
    ...addressLines(pod),
    ...optional(0, 'Controlled By', controllerOf(pod)),
    ...optional(0, 'NominatedNodeName', status?.nominatedNodeName),
    ...(spec?.resources ? ['Resources:', ...resourceLines(spec.resources, 1)] : []),
    ...allContainerLines(pod),
    ...readinessGateLines(pod),
    ...conditionLines(pod),
    ...volumeLines(spec?.volumes),
    field(0, 'QoS Class', status?.qosClass || computedQos(pod)),
    ...labelLines('Node-Selectors', spec?.nodeSelector),
    ...listLines('Tolerations', tolerationTexts(spec?.tolerations)),
    ...spreadLines(pod),
  ];
  return renderDescription(body, events === undefined ? undefined : eventLines(events, nowMs));
}

const computedQos = ({ spec }: ApiPod): string =>
  qosClass({ containers: [], ...(spec as Pick<PodSpec, 'containers' | 'initContainers'> | undefined) });

function identityLines({ metadata, spec, status }: ApiPod): readonly string[] {
  return [
    field(0, 'Name', metadata?.name ?? ''),
    field(0, 'Namespace', metadata?.namespace ?? ''),
    ...(spec?.priority === undefined ? [] : [field(0, 'Priority', spec.priority)]),
    ...optional(0, 'Priority Class Name', spec?.priorityClassName),
    ...optional(0, 'Runtime Class Name', spec?.runtimeClassName),
    ...optional(0, 'Service Account', spec?.serviceAccountName),
    field(0, 'Node', spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>'),
    ...(status?.startTime ? [field(0, 'Start Time', zonedTime(status.startTime))] : []),
    ...labelLines('Labels', metadata?.labels),
    ...annotationLines('Annotations', metadata?.annotations),
  ];
}

function stateLines({ metadata, spec, status }: ApiPod, nowMs: number): readonly string[] {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const isDeleting = Boolean(metadata?.deletionTimestamp) && !isOver;
  const seccomp = spec?.securityContext?.seccompProfile;
  return [
    ...(isDeleting
      ? [
          field(0, 'Status', `Terminating (lasts ${ageText(metadata?.deletionTimestamp, nowMs)})`),
          field(0, 'Termination Grace Period', `${metadata?.deletionGracePeriodSeconds ?? 0}s`),
        ]
      : [field(0, 'Status', status?.phase ?? '')]),
    ...optional(0, 'Reason', status?.reason),
    ...optional(0, 'Message', status?.message),
    ...(seccomp ? [field(0, 'SeccompProfile', seccomp.type)] : []),
    ...(seccomp?.type === 'Localhost' ? [field(0, 'LocalhostProfile', seccomp.localhostProfile ?? '')] : []),
  ];
}

function addressLines({ status }: ApiPod): readonly string[] {
  const addresses = status?.podIPs ?? [];
  const list = addresses.length === 0 ? ['IPs:\t<none>'] : ['IPs:', ...addresses.map(({ ip }) => field(1, 'IP', ip ?? ''))];
  return [field(0, 'IP', status?.podIP ?? ''), ...list];
}

function controllerOf({ metadata }: ApiPod): string | undefined {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}`;
}

function allContainerLines(pod: ApiPod): readonly string[] {
  const { spec, status } = pod;
  const init = spec?.initContainers ?? [];
  const ephemeral = spec?.ephemeralContainers ?? [];
  return [
    ...(init.length === 0 ? [] : containerLines('Init Containers', init, status?.initContainerStatuses, pod)),
    ...containerLines('Containers', spec?.containers ?? [], status?.containerStatuses, pod),
    ...(ephemeral.length === 0 ? [] : containerLines('Ephemeral Containers', ephemeral, status?.ephemeralContainerStatuses, pod)),
  ];
}

const CONDITION_HEADER = line(1, 'Type\tStatus');

function readinessGateLines({ spec, status }: ApiPod): readonly string[] {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return [];
  const rows = gates.map(({ conditionType }) => {
    const met = status?.conditions?.find(({ type }) => type === conditionType)?.status ?? '<none>';
    return line(1, `${conditionType} \t${met} `);
  });
  return ['Readiness Gates:', CONDITION_HEADER, ...rows];
}

function conditionLines({ status }: ApiPod): readonly string[] {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return [];
  return ['Conditions:', CONDITION_HEADER, ...conditions.map((one) => line(1, `${one.type} \t${one.status} `))];
}

function spreadLines({ spec }: ApiPod): readonly string[] {
  const constraints = spec?.topologySpreadConstraints ?? [];
  if (constraints.length === 0) return [];
  const texts = constraints
    .toSorted((a, b) => compareText(a.topologyKey, b.topologyKey))
    .map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const selector = labelSelector === undefined ? '' : ` for selector ${selectorOrNone(labelSelector)}`;
      return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
    });
  return listLines('Topology Spread Constraints', texts);
}
