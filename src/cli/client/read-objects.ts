/** Files to objects of any kind. What they mean is for the server to judge. */
import type { JsonObject } from '../../model/api-objects.ts';
import { type ParsedYaml, parseYaml } from '../../model/parse-yaml.ts';
import { formatProblem, type Problem } from '../../model/problem.ts';
import type { ManifestInput } from '../../model/read-manifests.ts';
import { isYamlMap, type YamlMap, type YamlValue } from '../../model/yaml-document.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { readInputs } from '../read-inputs.ts';

export interface ReadObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent: the file does not say. */
  readonly namespace?: string;
  readonly file: string;
  readonly content: JsonObject;
}

/** Throws `badInput` with every problem found: then nothing is to be sent, not even what is good. */
export async function readObjects(files: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<readonly ReadObject[]> {
  const objects: ReadObject[] = [];
  const problems: Problem[] = [];
  for (const input of await readInputs(files, stdin)) readInput(input, objects, problems);
  if (problems.length > 0) throw new HookletError('badInput', problems.map(formatProblem).join('\n'));
  if (objects.length === 0) throw new HookletError('badInput', 'error: no objects passed to apply');
  return objects;
}

function readInput({ name: file, text: given }: ManifestInput, objects: ReadObject[], problems: Problem[]): void {
  const text = decode(given);
  if (text === undefined) {
    problems.push({ file, line: 0, path: '', message: 'is not UTF-8 text' });
    return;
  }
  const parsed = parseYaml(text);
  for (const { offset, message } of parsed.errors) problems.push({ file, line: lineOf(parsed, offset), path: '', message });
  for (const { value, place } of parsed.documents) {
    for (const item of itemsOf(value)) {
      const object = readObject(item, file);
      if (typeof object === 'string') problems.push({ file, line: lineOf(parsed, place.offset), path: '', message: object });
      else objects.push(object);
    }
  }
}

const lineOf = ({ position }: ParsedYaml, offset: number): number => position(offset).line;

function decode(given: string | Uint8Array): string | undefined {
  if (typeof given === 'string') return given;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(given);
  } catch {
    return undefined;
  }
}

/** A list stands for what is in it. */
const itemsOf = (value: YamlValue): readonly YamlValue[] =>
  isYamlMap(value) && String(value['kind'] ?? '').endsWith('List') && Array.isArray(value['items'])
    ? (value['items'] as readonly YamlValue[])
    : [value];

/** The object, or what is wrong with it. */
function readObject(value: YamlValue, file: string): ReadObject | string {
  if (!isYamlMap(value)) return 'must be a Kubernetes object';
  const metadata = value['metadata'];
  const { apiVersion, kind } = value;
  const name = isYamlMap(metadata) ? metadata['name'] : undefined;
  const namespace = isYamlMap(metadata) ? (metadata['namespace'] ?? undefined) : undefined;
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'apiVersion: Required value';
  if (typeof kind !== 'string' || kind === '') return 'kind: Required value';
  if (typeof name !== 'string' || name === '') return 'metadata.name: Required value';
  if (namespace !== undefined && typeof namespace !== 'string') return 'metadata.namespace: must be text';
  const content = toJson(value);
  if (content === undefined) return 'holds a number that is too large';
  return { apiVersion, kind, name, file, content, ...(namespace === undefined || namespace === '' ? {} : { namespace }) };
}

function toJson(value: YamlMap): JsonObject | undefined {
  try {
    return JSON.parse(JSON.stringify(value, plainNumber)) as JsonObject;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function plainNumber(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  if (!Number.isSafeInteger(Number(value))) throw new RangeError('too large for a number');
  return Number(value);
}
