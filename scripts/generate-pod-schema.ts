/**
 * Writes `src/model/gen/pod-schema.ts`: every object type that a Pod can contain, as a table of field names and types.
 *
 * The source is the development dependency `kubernetes-models`: its declaration files give names and shapes, its
 * compiled validators give what the declarations cannot say (`number` there is int32, int64 or double). Neither is
 * loaded at run time: the validators cost more memory than the rest of hooklet together.
 *
 * Run: node scripts/generate-pod-schema.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type Fields = Record<string, string>;
type Validator = ((data: unknown) => boolean) & {
  errors?: readonly { instancePath: string; keyword: string; params: { format?: string; type?: string } }[] | null;
};

const kubernetesModels = resolve(import.meta.dirname, '../node_modules/kubernetes-models');
const apimachinery = resolve(kubernetesModels, '../@kubernetes-models/apimachinery');
const outputFile = join(import.meta.dirname, '../src/model/gen/pod-schema.ts');

/** Types that are scalars on the wire though they have a declaration of their own. */
const SCALARS: Readonly<Record<string, string>> = {
  Quantity: 'quantity',
  IntOrString: 'intOrString',
  Time: 'time',
  MicroTime: 'time',
  FieldsV1: 'any',
  // What a client sends as status is discarded, so its shape is nobody's business.
  PodStatus: 'any',
};

function main(): Promise<void> {
  const types = new Map<string, Fields>();
  return readType(join(kubernetesModels, 'v1/Pod.d.ts'), types).then(() => {
    const text = render(types);
    if (!process.argv.includes('--check')) writeFileSync(outputFile, text);
    else if (readFileSync(outputFile, 'utf8') !== text) {
      console.error('src/model/gen/pod-schema.ts is out of date: run node scripts/generate-pod-schema.ts');
      process.exitCode = 1;
    }
  });
}

async function readType(file: string, types: Map<string, Fields>): Promise<void> {
  const name = basename(file, '.d.ts');
  if (types.has(name)) return;
  const fields: Fields = {};
  types.set(name, fields);
  const source = readFileSync(file, 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');
  const body = /export interface I\w+(?: extends \w+)? \{\n([\s\S]*?)\n\}/.exec(source)?.[1];
  if (body === undefined) throw new Error(`No interface in ${file}`);
  const imports = new Map([...source.matchAll(/import \{ (\w+) \} from "(.*?)";/g)].map((m) => [m[1] as string, m[2] as string]));
  const validator = await loadValidator(file, name);
  for (const [, field, declared] of body.matchAll(/"([\w$]+)"\??: ((?:[^;{]|\{[^}]*\})+);/g)) {
    const [prefix, element] = unwrap((declared as string).replace(/\s+/g, ' ').trim());
    fields[field as string] = prefix + (element === 'number' ? numberType(validator, field as string, prefix) : scalarType(element));
    const from = imports.get(element);
    if (from !== undefined && fields[field as string] === prefix + shortName(element)) await readType(locate(file, from), types);
  }
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

function scalarType(element: string): string {
  if (element.startsWith('"'))
    return `string=${element
      .split(' | ')
      .map((value) => JSON.parse(value) as string)
      .join('|')}`;
  if (element === 'string' || element === 'boolean') return element;
  const name = shortName(element);
  if (name === undefined) throw new Error(`Unknown type ${element}`);
  return SCALARS[name] ?? name;
}

const shortName = (element: string): string | undefined =>
  /^IIoK8s(?:ApiCoreV1|ApimachineryPkgApisMetaV1|ApimachineryPkgApiResource|ApimachineryPkgUtilIntstr)(\w+)$/.exec(element)?.[1];

function locate(file: string, from: string): string {
  if (from.startsWith('.')) return resolve(dirname(file), from.replace(/\.js$/, '.d.ts'));
  return join(apimachinery, `${from.replace('@kubernetes-models/apimachinery/', '')}.d.ts`);
}

async function loadValidator(file: string, name: string): Promise<Validator> {
  const [root, group] = file.startsWith(apimachinery) ? [apimachinery, 'ApimachineryPkgApisMetaV1'] : [kubernetesModels, 'ApiCoreV1'];
  const loaded = (await import(pathToFileURL(join(root, `_schemas/IoK8s${group}${name}.js`)).href)) as { validate: Validator };
  return loaded.validate;
}

/** Probes the compiled validator with a number that only a wider type takes. */
function numberType(validate: Validator, field: string, prefix: string): string {
  const complaints = (value: number): string[] => {
    validate({ [field]: prefix === '' ? value : [value] });
    return (validate.errors ?? []).filter((e) => e.instancePath.startsWith(`/${field}`)).map((e) => e.params.format ?? e.params.type ?? '');
  };
  if (!complaints(0.5).includes('integer')) return 'number';
  return complaints(2 ** 40).includes('int32') ? 'int32' : 'int64';
}

function render(types: ReadonlyMap<string, Fields>): string {
  const lines = [...types]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, fields]) => {
      const members = Object.entries(fields).map(([field, type]) => `${/^\w+$/.test(field) ? field : JSON.stringify(field)}: '${type}'`);
      return `  ${name}: { ${members.join(', ')} },`;
    });
  return `${[
    '// Generated by scripts/generate-pod-schema.ts from the API of Kubernetes 1.36. Do not edit.',
    '// A type is: string, boolean, int32, int64, number, quantity, intOrString, time, any, or another row of the table;',
    '// `[]` is a list of what follows, `{}` a map from string to it, and `=A|B` the closed set of its values.',
    'export const POD_SCHEMA: Readonly<Record<string, Readonly<Record<string, string>>>> = {',
    ...lines,
    '};',
  ].join('\n')}\n`;
}

await main();
