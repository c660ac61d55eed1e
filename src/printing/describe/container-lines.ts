import type { ApiContainer, ApiContainerState, ApiContainerStatus, ApiPod } from '../../model/api-objects.ts';
import { compareText } from '../label-text.ts';
import { zonedTime } from '../zoned-time.ts';
import { envFromLines, envLines } from './env-lines.ts';
import { field, line } from './lines.ts';
import { probeText } from './probe-text.ts';
import { resourceLines } from './quantity-text.ts';

/** The containers of one list, in the order of the spec; a status belongs to the container of its name. */
export function containerLines(
  title: string,
  containers: readonly ApiContainer[],
  statuses: readonly ApiContainerStatus[] | undefined,
  pod: ApiPod,
): readonly string[] {
  const byName = new Map((statuses ?? []).map((status) => [status.name, status]));
  const blocks = containers.flatMap((container) => containerBlock(container, byName.get(container.name), pod));
  return [containers.length === 0 ? `${title}: <none>` : `${title}:`, ...blocks];
}

function containerBlock(container: ApiContainer, status: ApiContainerStatus | undefined, pod: ApiPod): readonly string[] {
  return [
    line(1, `${container.name}:`),
    ...imageLines(container, status),
    ...portLines(container),
    ...seccompLines(container),
    ...commandLines('Command', container.command),
    ...commandLines('Args', container.args),
    ...(status === undefined ? [] : statusLines(status)),
    ...resourceLines(container.resources, 2),
    ...probeLines(container),
    ...envFromLines(container),
    ...envLines(container, pod),
    ...mountLines(container),
  ];
}

function imageLines({ image = '' }: ApiContainer, status: ApiContainerStatus | undefined): readonly string[] {
  if (status === undefined) return [field(2, 'Image', image)];
  return [field(2, 'Container ID', status.containerID ?? ''), field(2, 'Image', image), field(2, 'Image ID', status.imageID ?? '')];
}

function portLines({ ports = [] }: ApiContainer): readonly string[] {
  const text = (number: 'containerPort' | 'hostPort'): string =>
    ports.map((port) => `${port[number] ?? 0}/${port.protocol ?? ''}${port.name ? ` (${port.name})` : ''}`).join(', ');
  const several = ports.length > 1 ? 's' : '';
  return [field(2, `Port${several}`, text('containerPort') || '<none>'), field(2, `Host Port${several}`, text('hostPort') || '<none>')];
}

function seccompLines({ securityContext }: ApiContainer): readonly string[] {
  const profile = securityContext?.seccompProfile;
  if (!profile) return [];
  const local = profile.type === 'Localhost' ? [field(3, 'LocalhostProfile', profile.localhostProfile ?? '')] : [];
  return [field(2, 'SeccompProfile', profile.type), ...local];
}

function commandLines(title: string, words: readonly string[] | undefined): readonly string[] {
  if (words === undefined || words.length === 0) return [];
  return [line(2, `${title}:`), ...words.flatMap((word) => word.split('\n').map((text) => line(3, text)))];
}

function statusLines({ state, lastState, ready, restartCount }: ApiContainerStatus): readonly string[] {
  return [
    ...stateLines('State', state),
    ...(lastState?.terminated ? stateLines('Last State', lastState) : []),
    field(2, 'Ready', ready ? 'True' : 'False'),
    field(2, 'Restart Count', restartCount ?? 0),
  ];
}

function stateLines(title: string, state: ApiContainerState | undefined): readonly string[] {
  if (state?.running) return [field(2, title, 'Running'), field(3, 'Started', zonedTime(state.running.startedAt))];
  if (state?.terminated) return [field(2, title, 'Terminated'), ...terminatedLines(state.terminated)];
  return [field(2, title, 'Waiting'), ...optional(3, 'Reason', state?.waiting?.reason)];
}

function terminatedLines(terminated: NonNullable<ApiContainerState['terminated']>): readonly string[] {
  const { reason, message, exitCode, signal = 0, startedAt, finishedAt } = terminated;
  return [
    ...optional(3, 'Reason', reason),
    ...optional(3, 'Message', message),
    field(3, 'Exit Code', exitCode ?? 0),
    ...(signal > 0 ? [field(3, 'Signal', signal)] : []),
    field(3, 'Started', zonedTime(startedAt)),
    field(3, 'Finished', zonedTime(finishedAt)),
  ];
}

function probeLines({ livenessProbe, readinessProbe, startupProbe }: ApiContainer): readonly string[] {
  return [
    ...(livenessProbe ? [field(2, 'Liveness', probeText(livenessProbe))] : []),
    ...(readinessProbe ? [field(2, 'Readiness', probeText(readinessProbe))] : []),
    ...(startupProbe ? [field(2, 'Startup', probeText(startupProbe))] : []),
  ];
}

function mountLines({ volumeMounts = [], volumeDevices = [] }: ApiContainer): readonly string[] {
  const mounts = volumeMounts
    .toSorted((a, b) => compareText(a.mountPath, b.mountPath))
    .map(({ mountPath, name, readOnly, subPath }) => {
      const flags = `${readOnly === true ? 'ro' : 'rw'}${subPath ? `,path=${JSON.stringify(subPath)}` : ''}`;
      return line(3, `${mountPath} from ${name} (${flags})`);
    });
  const none = mounts.length === 0 ? '\t<none>' : '';
  return [line(2, `Mounts:${none}`), ...mounts, ...deviceLines(volumeDevices, none)];
}

/** kubectl says "<none>" of the devices when there are no mounts, and then lists the devices. */
function deviceLines(devices: NonNullable<ApiContainer['volumeDevices']>, none: string): readonly string[] {
  if (devices.length === 0) return [];
  const sorted = devices.toSorted((a, b) => compareText(a.devicePath, b.devicePath));
  return [line(2, `Devices:${none}`), ...sorted.map(({ devicePath, name }) => line(3, `${devicePath} from ${name}`))];
}

export const optional = (level: number, name: string, value: string | undefined): readonly string[] =>
  value === undefined || value === '' ? [] : [field(level, name, value)];
