/**
 * Reads the declaration files of the development dependency `kubernetes-models`: the names, shapes and descriptions of
 * the API's types. What a declaration cannot say (`number` there is int32, int64 or double) its compiled validator does.
 * Neither is loaded at run time: the validators cost more memory than the rest of hooklet together.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Validator, wireType } from './wire-type.ts';

export const kubernetesModels = resolve(import.meta.dirname, '../../node_modules/kubernetes-models');
export const apimachinery = resolve(kubernetesModels, '../@kubernetes-models/apimachinery');

export interface DeclaredField {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  /** `[]` for a list of what follows, `{}` for a map from string to it; both may repeat. */
  readonly prefix: string;
  /** A scalar of the wire, or the `fullName` of a declared type. */
  readonly element: string;
  /** The closed set of a string's values. */
  readonly values?: readonly string[];
}

export interface DeclaredType {
  /** As the declarations spell it: `IoK8sApiCoreV1Pod`. */
  readonly fullName: string;
  readonly description: string;
  /** Absent for a type that is a scalar on the wire (`Time`, `Quantity`, `IntOrString`). */
  readonly fields?: readonly DeclaredField[];
  /** `v1` and `Pod`, where the type is a kind of its own. */
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** Elements of a field that are no types of their own. */
const PLAIN: ReadonlySet<string> = new Set(['string', 'boolean', 'bytes', 'int32', 'int64', 'number']);

export const isPlain = (element: string): boolean => PLAIN.has(element);

/** Types that the declarations write out in place, without a name. Whoever reads them names the type's file too. */
const UNNAMED: Readonly<Record<string, string>> = {
  'IoK8sApiAppsV1StatefulSetSpec.volumeClaimTemplates': 'Array<IIoK8sApiCoreV1PersistentVolumeClaim>',
};

/** The type declared in `file` and all that it contains, by `fullName`, added to `types`. */
export async function readDeclarations(file: string, types: Map<string, DeclaredType>): Promise<void> {
  const source = readFileSync(file, 'utf8');
  const fullName = /export type \{ \w+ as I(IoK8s\w+),/.exec(source)?.[1];
  if (fullName === undefined) throw new Error(`No type in ${file}`);
  if (types.has(fullName)) return;
  const declared = await readDeclaration(file, source, fullName);
  types.set(fullName, declared);
  const imports = new Map([...source.matchAll(/import \{ I(\w+) \} from "(.*?)";/g)].map((m) => [m[1] as string, m[2] as string]));
  for (const { element } of declared.fields ?? []) {
    const from = imports.get(element);
    if (from !== undefined) await readDeclarations(locate(file, from), types);
  }
}

async function readDeclaration(file: string, source: string, fullName: string): Promise<DeclaredType> {
  const short = basename(file, '.d.ts');
  const head = new RegExp(`export (?:interface|type) I${short}\\b.*`).exec(source);
  if (head === null) throw new Error(`No declaration of ${short} in ${file}`);
  const description = lastComment(source.slice(0, head.index));
  if (!head[0].endsWith('{')) return { fullName, description };
  const start = head.index + head[0].length;
  const body = source.slice(start, source.indexOf('\n}', start));
  const fields = await readFields(body, fullName);
  const constant = (field: string) => fields.find((one) => one.name === field)?.values?.[0];
  const [apiVersion, kind] = [constant('apiVersion'), constant('kind')];
  if (apiVersion === undefined || kind === undefined) return { fullName, description, fields };
  return { fullName, description, fields, apiVersion, kind };
}

async function readFields(body: string, fullName: string): Promise<readonly DeclaredField[]> {
  const validate = await loadValidator(fullName);
  const fields: DeclaredField[] = [];
  for (const match of body.matchAll(/(?:\/\*\*([\s\S]*?)\*\/\s*)?"([\w$]+)"(\??): ((?:[^;{]|\{[^}]*\})+);/g)) {
    const [, comment, name = '', optional, declared = ''] = match;
    const [prefix, inner] = unwrap(UNNAMED[`${fullName}.${name}`] ?? declared.replace(/\s+/g, ' ').trim());
    const values = inner.startsWith('"') ? inner.split(' | ').map((value) => JSON.parse(value) as string) : undefined;
    const element = values === undefined ? wireType(validate, { name, prefix, inner }) : 'string';
    if (!isPlain(element) && !element.startsWith('IoK8s')) throw new Error(`Unknown type ${inner} of ${fullName}.${name}`);
    const field = { name, required: optional !== '?', description: commentText(comment), prefix, element };
    fields.push(values === undefined ? field : { ...field, values });
  }
  return fields;
}

/** `Array<T>` becomes `[]T`, `{ [key: string]: T }` becomes `{}T`. */
function unwrap(declared: string): [prefix: string, element: string] {
  const list = /^Array<(.*)>$/.exec(declared)?.[1];
  const map = /^\{ \[key: string\]: (.*?);? \}$/.exec(declared)?.[1];
  const inner = list ?? map;
  if (inner === undefined) return ['', declared];
  const [prefix, element] = unwrap(inner);
  return [(list === undefined ? '{}' : '[]') + prefix, element];
}

/** The comment that `text` ends with. */
function lastComment(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.endsWith('*/') ? commentText(trimmed.slice(trimmed.lastIndexOf('/**') + 3, -2)) : '';
}

function commentText(comment: string | undefined): string {
  const lines = (comment ?? '').split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
  // The declarations escape what could end their comment.
  return lines
    .join('\n')
    .replace(/\\([*\\])/g, '$1')
    .trim();
}

function locate(file: string, from: string): string {
  if (from.startsWith('.')) return resolve(dirname(file), from.replace(/\.js$/, '.d.ts'));
  return join(apimachinery, `${from.replace('@kubernetes-models/apimachinery/', '')}.d.ts`);
}

async function loadValidator(fullName: string): Promise<Validator> {
  const root = fullName.startsWith('IoK8sApimachinery') ? apimachinery : kubernetesModels;
  const loaded = (await import(join(root, `_schemas/${fullName}.js`))) as { validate: Validator };
  return loaded.validate;
}
