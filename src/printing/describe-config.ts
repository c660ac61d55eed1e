/** `kubectl describe` of what Pods take their settings from. Values of secrets are counted, never shown. */
import type { ApiConfigMap, ApiEvent, ApiSecret } from '../model/api-objects.ts';
import { eventLines } from './describe/event-lines.ts';
import { annotationLines, field, labelLines, renderDescription } from './describe/lines.ts';
import { sortedEntries } from './label-text.ts';

const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';

export function describeConfigMap(object: ApiConfigMap, events: readonly ApiEvent[] | undefined, nowMs: number): string {
  const body = [
    ...headLines(object),
    '',
    'Data',
    '====',
    ...sortedEntries(object.data).flatMap(([key, value]) => [`${key}:`, '----', value, '']),
    '',
    'BinaryData',
    '====',
    ...sortedEntries(object.binaryData).map(([key, value]) => `${key}: ${decodedSize(value)} bytes`),
    '',
  ];
  return renderDescription(body, events === undefined ? undefined : eventLines(events, nowMs));
}

export function describeSecret(object: ApiSecret): string {
  const { type = '', data } = object;
  const entries = sortedEntries(data).map(([key, value]) =>
    // The token of a service account is what one describes such a secret for.
    key === 'token' && type === SERVICE_ACCOUNT_TOKEN
      ? field(0, key, Buffer.from(value, 'base64').toString())
      : field(0, key, `${decodedSize(value)} bytes`),
  );
  return renderDescription([...headLines(object), '', field(0, 'Type', type), '', 'Data', '====', ...entries], undefined);
}

const headLines = ({ metadata }: ApiConfigMap | ApiSecret): readonly string[] => [
  field(0, 'Name', metadata?.name ?? ''),
  field(0, 'Namespace', metadata?.namespace ?? ''),
  ...labelLines('Labels', metadata?.labels),
  ...annotationLines('Annotations', metadata?.annotations),
];

const decodedSize = (base64: string): number => Buffer.from(base64, 'base64').length;
