/** `kubectl describe` of the small objects of the cluster that it knows. */
import type { ApiEvent, ApiPriorityClass, ApiServiceAccount } from '../model/api-objects.ts';
import { eventLines } from './describe/event-lines.ts';
import { annotationLines, field, labelLines, line, renderDescription } from './describe/lines.ts';
import { labelsText } from './label-text.ts';

type Events = readonly ApiEvent[] | undefined;

const rendered = (body: readonly string[], events: Events, nowMs: number): string =>
  renderDescription(body, events === undefined ? undefined : eventLines(events, nowMs));

/** Older kubectl also named its secrets and tokens, which no longer lie in secrets. */
export function describeServiceAccount({ metadata, imagePullSecrets = [] }: ApiServiceAccount, events: Events, nowMs: number): string {
  const title = 'Image pull secrets:';
  const names = imagePullSecrets.map(({ name = '' }) => name);
  const [first = '<none>', ...others] = names;
  const body = [
    field(0, 'Name', metadata?.name ?? ''),
    field(0, 'Namespace', metadata?.namespace ?? ''),
    ...labelLines('Labels', metadata?.labels),
    ...annotationLines('Annotations', metadata?.annotations),
    line(0, `${title}\t${first}`),
    ...others.map((name) => line(0, `${' '.repeat(title.length)}\t${name}`)),
  ];
  return rendered(body, events, nowMs);
}

export function describePriorityClass(object: ApiPriorityClass, events: Events, nowMs: number): string {
  const { metadata, value, globalDefault, preemptionPolicy, description } = object;
  const body = [
    field(0, 'Name', metadata?.name ?? ''),
    field(0, 'Value', value ?? 0),
    field(0, 'GlobalDefault', String(globalDefault === true)),
    field(0, 'PreemptionPolicy', preemptionPolicy ?? 'PreemptLowerPriority'),
    field(0, 'Description', description ?? ''),
    field(0, 'Annotations', labelsText(metadata?.annotations)),
  ];
  return rendered(body, events, nowMs);
}
