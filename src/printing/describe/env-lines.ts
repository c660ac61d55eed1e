/** Environment of a container: literal values, and where the others come from. */
import type { ApiContainer, ApiPod } from '../../model/api-objects.ts';
import { field, line } from './lines.ts';
import { quantityOf } from './quantity-text.ts';

type EnvVar = NonNullable<ApiContainer['env']>[number];
type ValueSource = NonNullable<EnvVar['valueFrom']>;

export function envFromLines({ envFrom = [] }: ApiContainer): readonly string[] {
  if (envFrom.length === 0) return [];
  const sources = envFrom.map(({ configMapRef, secretRef, prefix }) => {
    const [from, source] = configMapRef ? ['ConfigMap', configMapRef] : secretRef ? ['Secret', secretRef] : ['', {}];
    const kind = prefix ? `${from} with prefix '${prefix}'` : from;
    return line(3, `${source.name ?? ''}\t${kind}\tOptional: ${source.optional === true}`);
  });
  return [line(2, 'Environment Variables from:'), ...sources];
}

export function envLines(container: ApiContainer, pod: ApiPod): readonly string[] {
  const { env = [] } = container;
  if (env.length === 0) return [field(2, 'Environment', '<none>')];
  return [line(2, 'Environment:'), ...env.flatMap((variable) => variableLines(variable, container, pod))];
}

function variableLines({ name, value = '', valueFrom }: EnvVar, container: ApiContainer, pod: ApiPod): readonly string[] {
  if (valueFrom) {
    const text = sourceText(valueFrom, container, pod);
    return text === undefined ? [] : [field(3, name, text)];
  }
  const [first = '', ...others] = value.split('\n');
  return [field(3, name, first), ...others.map((text) => line(3, `\t${text}`))];
}

function sourceText(from: ValueSource, container: ApiContainer, pod: ApiPod): string | undefined {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = from;
  if (fieldRef) return `${podField(pod, fieldRef.fieldPath)} (${fieldRef.apiVersion ?? ''}:${fieldRef.fieldPath})`;
  if (resourceFieldRef) return `${resourceText(resourceFieldRef, container)} (${resourceFieldRef.resource})`;
  if (secretKeyRef) return keyText(secretKeyRef, 'in secret');
  return configMapKeyRef ? keyText(configMapKeyRef, 'of config map') : undefined;
}

const keyText = ({ key, name = '', optional }: { key: string; name?: string; optional?: boolean }, where: string): string =>
  `<set to the key '${key}' ${where} '${name}'>\tOptional: ${optional === true}`;

/** kubectl knows no other field by its name, and leaves them empty (`apimachinery/pkg/runtime` default field labels). */
function podField({ metadata }: ApiPod, path: string): string {
  if (path === 'metadata.name') return metadata?.name ?? '';
  return path === 'metadata.namespace' ? (metadata?.namespace ?? '') : '';
}

type ResourceRef = NonNullable<ValueSource['resourceFieldRef']>;

/** CPU counts in thousandths, all else in units; what is left of a division counts as one more. */
function resourceText({ resource, divisor }: ResourceRef, { resources }: ApiContainer): string {
  const [list, name = ''] = resource.split(/\.(.*)/s);
  const isKnown = ['cpu', 'memory', 'ephemeral-storage'].includes(name) || name.startsWith('hugepages-');
  if (!isKnown || (list !== 'limits' && list !== 'requests')) return '';
  const { nanos } = quantityOf(resources?.[list]?.[name]);
  const by = quantityOf(divisor).nanos || quantityOf('1').nanos;
  const unit = name === 'cpu' ? 1_000_000n : 1_000_000_000n;
  const value = ceilDivide(ceilDivide(nanos, unit), ceilDivide(by, unit));
  return value === 0n && list === 'limits' && (name === 'cpu' || name === 'memory') ? 'node allocatable' : String(value);
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
