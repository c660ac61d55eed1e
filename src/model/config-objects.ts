/**
 * ConfigMaps and Secrets of manifests: what containers are configured from, beside the Pods that use them. Checked as the
 * API server checks them (`pkg/apis/core/validation/validation.go` `ValidateConfigMap`, `ValidateSecret`).
 */
import { forbidden, invalid, quoteValue, required } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { configKey, dnsLabel, dnsSubdomain } from './name-rules.ts';
import type { Report } from './problem.ts';
import { isYamlMap, type YamlMap, type YamlValue } from './yaml-document.ts';

/** An object by its key; texts and bytes never share one. A Secret has bytes only. */
export interface ConfigObject {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

/** `core.MaxSecretSize`; a ConfigMap has the same bound. */
const MAX_BYTES = 1024 * 1024;

export function readConfigObject(value: YamlMap, kind: ConfigObject['kind'], at: FieldPath, report: Report): ConfigObject {
  const metadata = isYamlMap(value['metadata']) ? value['metadata'] : {};
  const name = readName(metadata, [...at, 'metadata'], report);
  const namespace = readNamespace(metadata, [...at, 'metadata'], report);
  const read = kind === 'ConfigMap' ? readConfigMap(value, at, report) : readSecret(value, at, report);
  const size = [...read.texts.values(), ...read.bytes.values()].reduce((sum, data) => sum + data.length, 0);
  if (size > MAX_BYTES) report([...at, 'data'], `has ${size} bytes; the limit is ${MAX_BYTES}`);
  return { kind, namespace, name, ...read };
}

type Data = Pick<ConfigObject, 'texts' | 'bytes'>;

function readConfigMap(value: YamlMap, at: FieldPath, report: Report): Data {
  const texts = readTexts(value['data'], [...at, 'data'], report);
  const bytes = readBytes(value['binaryData'], [...at, 'binaryData'], report);
  for (const key of bytes.keys()) {
    if (texts.has(key)) report([...at, 'data', { key }], invalid(key, 'duplicate of key present in binaryData'));
  }
  return { texts, bytes };
}

/** `stringData` is for writing: it becomes data, and wins. */
function readSecret(value: YamlMap, at: FieldPath, report: Report): Data {
  const bytes = readBytes(value['data'], [...at, 'data'], report);
  const given = readTexts(value['stringData'], [...at, 'stringData'], report);
  const encoder = new TextEncoder();
  return { texts: new Map(), bytes: new Map([...bytes, ...[...given].map(([key, text]) => [key, encoder.encode(text)] as const)]) };
}

function readTexts(value: YamlValue | undefined, path: FieldPath, report: Report): ReadonlyMap<string, string> {
  return new Map(
    entries(value, path, report).flatMap(([key, one]) => {
      if (typeof one === 'string') return [[key, one] as const];
      report([...path, { key }], `must be a string, not ${quoteValue(one)}: put it in quotes`);
      return [];
    }),
  );
}

function readBytes(value: YamlValue | undefined, path: FieldPath, report: Report): ReadonlyMap<string, Uint8Array> {
  return new Map(
    entries(value, path, report).flatMap(([key, one]) => {
      const bytes = typeof one === 'string' ? fromBase64(one) : undefined;
      if (bytes !== undefined) return [[key, bytes] as const];
      report([...path, { key }], 'must be a string of base64: illegal base64 data');
      return [];
    }),
  );
}

function entries(value: YamlValue | undefined, path: FieldPath, report: Report): readonly (readonly [string, YamlValue])[] {
  if (value === undefined || value === null) return [];
  if (!isYamlMap(value)) {
    report(path, `must be a map, not ${quoteValue(value)}`);
    return [];
  }
  for (const key of Object.keys(value)) {
    const complaint = configKey(key);
    if (complaint !== undefined) report([...path, { key }], invalid(key, complaint));
  }
  return Object.entries(value);
}

/** Line breaks are allowed, as everywhere in YAML; anything else that is no base64 is not. */
function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/[\r\n]/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed) || packed.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
}

export function readName(metadata: YamlMap, path: FieldPath, report: Report): string {
  const { name } = metadata;
  if (typeof name !== 'string' || name === '') {
    report([...path, 'name'], required('name or generateName is required'));
    return '';
  }
  const complaint = dnsSubdomain(name);
  if (complaint !== undefined) report([...path, 'name'], invalid(name, complaint));
  return name;
}

export function readNamespace({ namespace }: YamlMap, path: FieldPath, report: Report): string {
  if (namespace === undefined || namespace === null || namespace === '') return 'default';
  const complaint = typeof namespace === 'string' ? dnsLabel(namespace) : 'must be a string';
  if (complaint === undefined) return namespace as string;
  report([...path, 'namespace'], typeof namespace === 'string' ? invalid(namespace, complaint) : forbidden(complaint));
  return 'default';
}
