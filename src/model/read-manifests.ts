/**
 * Texts of manifests → Pods: parsed, typed, defaulted, validated. Whatever is wrong comes back as data with its file
 * and line; nothing is thrown and nothing is read or written here.
 */
import type { IPod } from 'kubernetes-models/v1/Pod';
import { type ConfigObject, readConfigObject, readName, readNamespace } from './config-objects.ts';
import { NEGATIVE_GRACE_WARNING, withDefaults } from './defaults.ts';
import { duplicate, quoteValue, required } from './field-error.ts';
import { type FieldPath, formatPath } from './field-path.ts';
import { checkHookOptions } from './hook-options.ts';
import { MAX_MANIFEST_BYTES, type ParsedYaml, parseYaml } from './parse-yaml.ts';
import { type PodManifest, podKey } from './pod.ts';
import { podOfTemplate, replicasOf, WORKLOAD_KINDS, workloadVersion } from './pod-template.ts';
import type { Finding, Problem } from './problem.ts';
import { readFields } from './read-fields.ts';
import { refuseUnsupported } from './run-support.ts';
import { validatePod } from './validate-pod.ts';
import { warnAboutHooks } from './warn-about-hooks.ts';
import { isYamlMap, locate, type Place, type YamlMap, type YamlValue } from './yaml-document.ts';

export interface ManifestInput {
  /** The path as the user gave it, or "stdin". */
  readonly name: string;
  /** What the file holds; bytes are read as UTF-8. */
  readonly text: string | Uint8Array;
}

export interface ManifestOptions {
  /** `run` refuses what it cannot run yet; `explain` reads every valid Pod. */
  readonly purpose: 'run' | 'explain';
}

export interface ReadPod {
  readonly pod: PodManifest;
  readonly file: string;
  readonly line: number;
}

export interface ManifestResult {
  /** Valid Pods, those of templates among them. Start none of them if there are errors: the user meant all. */
  readonly pods: readonly ReadPod[];
  /** The ConfigMaps and Secrets that stand beside them. */
  readonly objects: readonly ConfigObject[];
  readonly warnings: readonly Problem[];
  readonly errors: readonly Problem[];
}

/** A broken file of 4 MiB could have a problem a line; nobody reads more than these. */
const MAX_PROBLEMS = 100;

export function readManifests(inputs: readonly ManifestInput[], options: ManifestOptions): ManifestResult {
  const reader = new ManifestReader(options);
  for (const input of inputs) reader.readInput(input);
  return reader.result(inputs);
}

/** One object of a file: a document, or an item of a `List` in one. */
interface ManifestObject {
  readonly value: YamlValue;
  readonly place: Place;
  /** Where it stands in its document: empty, or `items[2]`. */
  readonly at: FieldPath;
  readonly file: string;
  readonly parsed: ParsedYaml;
}

class ManifestReader {
  readonly #options: ManifestOptions;
  readonly #pods: ReadPod[] = [];
  readonly #objects: ConfigObject[] = [];
  readonly #names = new Set<string>();
  readonly #warnings = new ProblemList();
  readonly #errors = new ProblemList();

  constructor(options: ManifestOptions) {
    this.#options = options;
  }

  readInput({ name: file, text: given }: ManifestInput): void {
    const text = decode(given);
    if (typeof text !== 'string') {
      this.#errors.add({ file, line: 0, path: '', message: text.refused });
      return;
    }
    const parsed = parseYaml(text);
    for (const { offset, message } of parsed.errors) this.#errors.add({ file, ...parsed.position(offset), path: '', message });
    for (const { offset, message } of parsed.warnings) this.#warnings.add({ file, ...parsed.position(offset), path: '', message });
    for (const { value, place } of parsed.documents) this.#readObject({ value, place, at: [], file, parsed });
  }

  result(inputs: readonly ManifestInput[]): ManifestResult {
    if (this.#pods.length === 0 && this.#errors.isEmpty) {
      const file = inputs.map((input) => input.name).join(', ');
      this.#errors.add({ file, line: 0, path: '', message: 'no Pod found' });
    }
    return { pods: this.#pods, objects: this.#objects, warnings: this.#warnings.list(), errors: this.#errors.list() };
  }

  #readObject(object: ManifestObject): void {
    const { value, at } = object;
    const wrong = refuseKind(value, this.#options);
    if (wrong !== undefined) this.#addErrors(object, [{ path: [...at, ...wrong.path], message: wrong.message }]);
    else if (isYamlMap(value) && value['kind'] === 'List') this.#readList(object, value['items'] as readonly YamlValue[]);
    else this.#readKind(object, value as YamlMap);
  }

  #readList(list: ManifestObject, items: readonly YamlValue[]): void {
    for (const [index, value] of items.entries()) this.#readObject({ ...list, value, at: [...list.at, 'items', index] });
  }

  #readKind(object: ManifestObject, value: YamlMap): void {
    const kind = String(value['kind']);
    if (kind === 'Pod') this.#readPod(object, value);
    else if (kind === 'ConfigMap' || kind === 'Secret') this.#readConfig(object, value, kind);
    else this.#readWorkload(object, value);
  }

  #readConfig(object: ManifestObject, value: YamlMap, kind: ConfigObject['kind']): void {
    const errors: Finding[] = [];
    const read = readConfigObject(value, kind, object.at, (path, message) => errors.push({ path, message }));
    const key = `${kind} ${podKey({ metadata: read })}`;
    if (this.#isSecond(key)) errors.push({ path: [...object.at, 'metadata', 'name'], message: `${duplicate(key)}: another one has it` });
    if (errors.length > 0) this.#addErrors(object, errors);
    else this.#objects.push(read);
  }

  /** One Pod of a workload's template: who makes more of them is no business of a node. */
  #readWorkload(object: ManifestObject, value: YamlMap): void {
    const { at } = object;
    const errors: Finding[] = [];
    const metadata = isYamlMap(value['metadata']) ? value['metadata'] : {};
    const report = (path: FieldPath, message: string): void => void errors.push({ path, message });
    const names = {
      name: readName(metadata, [...at, 'metadata'], report),
      namespace: readNamespace(metadata, [...at, 'metadata'], report),
    };
    if (errors.length > 0) return this.#addErrors(object, errors);
    const made = podOfTemplate(value, names);
    if ('message' in made) return this.#addErrors(object, [{ path: [...at, ...made.path], message: made.message }]);
    const replicas = replicasOf(value);
    if (replicas !== undefined && replicas !== 1)
      this.#warnings.add(
        this.#locate(object, [...at, 'spec'], `${quoteValue(replicas)} Pods are asked for; one is run, from its template`),
      );
    this.#readPod({ ...object, at: [...at, ...made.at] }, made.value);
  }

  #readPod(object: ManifestObject, value: YamlMap): void {
    const errors: Finding[] = [];
    const given = readFields(value, 'Pod', object.at, {
      error: (path, message) => errors.push({ path, message }),
      warning: (path, message) => this.#warnings.add(this.#locate(object, path, message)),
    });
    // Checking the rules of a Pod with missing pieces would only add complaints about the pieces.
    if (errors.length > 0) this.#addErrors(object, errors);
    else this.#acceptPod(object, given as IPod);
  }

  #acceptPod(object: ManifestObject, given: IPod): void {
    const { file, at } = object;
    this.#warnAboutGrace(object, given);
    const pod = withDefaults(given) as IPod;
    const findings = validatePod(pod);
    const refused = findings.length === 0 && this.#options.purpose === 'run' ? refuseUnsupported(pod) : [];
    const read = pod as unknown as PodManifest;
    const options = findings.length === 0 ? this.#checkHooks(object, read) : [];
    const twice = this.#isSecond(podKey(read))
      ? [{ path: ['metadata', 'name'], message: `${duplicate(podKey(read))}: another Pod has it` }]
      : [];
    const all = [...findings, ...options, ...refused, ...twice].map((finding) => ({ ...finding, path: [...at, ...finding.path] }));
    if (all.length > 0) this.#addErrors(object, all);
    else this.#pods.push({ pod: read, file, line: this.#locate(object, at, '').line });
  }

  /** What is valid in Kubernetes, and still not what its author can have meant. */
  #checkHooks(object: ManifestObject, pod: PodManifest): readonly Finding[] {
    const { errors, warnings } = checkHookOptions(pod);
    for (const { path, message } of [...warnings, ...warnAboutHooks(pod.spec)])
      this.#warnings.add(this.#locate(object, [...object.at, ...path], message));
    return errors;
  }

  #warnAboutGrace(object: ManifestObject, pod: IPod): void {
    if ((pod.spec?.terminationGracePeriodSeconds ?? 0) >= 0) return;
    this.#warnings.add(this.#locate(object, [...object.at, 'spec', 'terminationGracePeriodSeconds'], NEGATIVE_GRACE_WARNING));
  }

  #isSecond(key: string): boolean {
    const isSecond = this.#names.has(key);
    this.#names.add(key);
    return isSecond;
  }

  /** In the order of the file, whatever the order of the checks. */
  #addErrors(object: ManifestObject, findings: readonly Finding[]): void {
    const located = findings.map(({ path, message }) => this.#locate(object, path, message));
    for (const problem of located.sort((a, b) => a.line - b.line)) this.#errors.add(problem);
  }

  #locate({ file, place, parsed }: ManifestObject, path: FieldPath, message: string): Problem {
    return { file, ...parsed.position(locate(place, path)), path: formatPath(path), message };
  }
}

class ProblemList {
  readonly #problems: Problem[] = [];
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(problem: Problem): void {
    this.#count += 1;
    if (this.#count <= MAX_PROBLEMS) this.#problems.push(problem);
  }

  list(): readonly Problem[] {
    const more = this.#count - this.#problems.length;
    const last = this.#problems.at(-1);
    if (more === 0 || last === undefined) return this.#problems;
    return [...this.#problems, { file: last.file, line: 0, path: '', message: `and ${more} more of this kind` }];
  }
}

const RUN_KINDS = `Pods, ConfigMaps, Secrets, or a ${WORKLOAD_KINDS.slice(0, -1).join(', ')} or ${WORKLOAD_KINDS.at(-1)} whose Pod template is run`;

/** Why an object is none that can be read here. */
function refuseKind(value: YamlValue, { purpose }: ManifestOptions): Finding | undefined {
  if (!isYamlMap(value))
    return { path: [], message: `must be a Kubernetes object, not ${Array.isArray(value) ? 'a list' : quoteValue(value)}` };
  const { kind, apiVersion } = value;
  if (typeof kind !== 'string' || kind === '') return { path: ['kind'], message: required() };
  if (typeof apiVersion !== 'string' || apiVersion === '') return { path: ['apiVersion'], message: required() };
  if (kind === 'List' && apiVersion === 'v1')
    return Array.isArray(value['items']) ? undefined : { path: ['items'], message: 'must be a list' };
  const expected = ['Pod', 'ConfigMap', 'Secret'].includes(kind) ? 'v1' : workloadVersion(kind);
  if (expected === undefined)
    return { path: ['kind'], message: `kind ${quoteValue(kind)} is not supported by hooklet ${purpose}: give ${RUN_KINDS}` };
  if (apiVersion !== expected)
    return { path: ['apiVersion'], message: `apiVersion of a ${kind} must be "${expected}", not ${quoteValue(apiVersion)}` };
  return undefined;
}

function decode(given: string | Uint8Array): string | { readonly refused: string } {
  // Of a string only the characters are known: it has at least as many bytes.
  if (given.length > MAX_MANIFEST_BYTES)
    return { refused: `has ${given.length} bytes; the limit is ${MAX_MANIFEST_BYTES}: split the file` };
  if (typeof given === 'string') return given;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(given);
  } catch {
    return { refused: 'is not UTF-8 text' };
  }
}
