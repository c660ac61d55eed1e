/** What clients may ask of each path, before it is spelled in a version of OpenAPI. */
import type { GroupVersionKind, ServedResource, ServedSubresource, ServedVerb } from './api-resources.ts';
import { groupVersionPath } from './api-resources.ts';
import { PATCH_TYPE } from './openapi-schemas.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

export interface Operation {
  readonly method: 'delete' | 'get' | 'patch' | 'post' | 'put';
  readonly id: string;
  readonly action: string;
  readonly description: string;
  readonly gvk: GroupVersionKind;
  readonly query: readonly Parameter[];
  readonly body?: { readonly type: string; readonly required: boolean; readonly media: readonly string[] };
  /** Absent: bytes of no type. */
  readonly answer?: { readonly type: string; readonly codes: readonly number[]; readonly media: readonly string[] };
}

export interface Path {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly operations: readonly Operation[];
}

const parameter = (name: string, type: Parameter['type'], description: string): Parameter => ({ name, in: 'query', type, description });

const DRY_RUN = parameter('dryRun', 'string', "'All': everything is done but the writing.");
const WRITE = [
  DRY_RUN,
  parameter('fieldManager', 'string', 'Name of the actor that makes the change.'),
  parameter('fieldValidation', 'string', 'What becomes of unknown and duplicate fields: Ignore, Warn or Strict.'),
];
const FORCE = parameter('force', 'boolean', 'Server-side apply only: take over fields that other managers own.');
const SELECT = [
  parameter('continue', 'string', 'Where the last page ended.'),
  parameter('fieldSelector', 'string', 'Restricts the objects by their fields.'),
  parameter('labelSelector', 'string', 'Restricts the objects by their labels.'),
  parameter('limit', 'integer', 'The most objects of one page.'),
  parameter('resourceVersion', 'string', 'Which state of the objects is asked for.'),
  parameter('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  parameter('timeoutSeconds', 'integer', 'When the call ends, whatever it does.'),
];
const LIST = [
  ...SELECT,
  parameter('allowWatchBookmarks', 'boolean', 'Whether a watch may send bookmarks.'),
  parameter('sendInitialEvents', 'boolean', 'Whether a watch begins with the objects that are there.'),
  parameter('watch', 'boolean', 'Go on with the changes as they happen.'),
];
const DELETE = [
  DRY_RUN,
  parameter('gracePeriodSeconds', 'integer', 'Seconds until the object is deleted. 0: at once.'),
  parameter('orphanDependents', 'boolean', 'Deprecated: see propagationPolicy.'),
  parameter('propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'),
];

const CONTAINER = parameter('container', 'string', 'The container; the first or only one if it is not named.');
const STREAMS = ['stdin', 'stdout', 'stderr', 'tty'].map((name) => parameter(name, 'boolean', `Whether there is ${name}.`));
const CONNECT: Readonly<Record<string, readonly Parameter[]>> = {
  attach: [CONTAINER, ...STREAMS],
  exec: [parameter('command', 'string', 'The program and its arguments, one a parameter.'), CONTAINER, ...STREAMS],
  log: [
    CONTAINER,
    parameter('follow', 'boolean', 'Go on with what is written.'),
    parameter('limitBytes', 'integer', 'The most bytes of the answer.'),
    parameter('previous', 'boolean', 'The log of the instance before.'),
    parameter('sinceSeconds', 'integer', 'Only lines of the last so many seconds.'),
    parameter('sinceTime', 'string', 'Only lines written after that moment, as RFC 3339 spells it.'),
    parameter('tailLines', 'integer', 'Only so many lines from the end.'),
    parameter('timestamps', 'boolean', 'Each line begins with its time.'),
  ],
  portforward: [parameter('ports', 'integer', 'The ports to forward.')],
};

const OBJECT_MEDIA = ['application/json', 'application/yaml'];
const LIST_MEDIA = [...OBJECT_MEDIA, 'application/json;stream=watch'];
const PATCH_MEDIA = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export const typeOf = ({ group, version, kind }: GroupVersionKind): string =>
  `io.k8s.api.${group === '' ? 'core' : (group.split('.', 1)[0] as string)}.${version}.${kind}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `CoreV1`, `EventsV1`: the middle of an operation's id. */
const packageId = ({ group, version }: ServedResource): string =>
  `${capital(group === '' ? 'core' : (group.split('.', 1)[0] as string))}${capital(version)}`;

const pathParameter = (name: string, description: string): Parameter => ({ name, in: 'path', type: 'string', description });
const NAMESPACE = pathParameter('namespace', 'The namespace of the object.');

export function pathsOf(resource: ServedResource): readonly Path[] {
  const root = `/${groupVersionPath(resource)}`;
  const collection = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.plural}` : `${root}/${resource.plural}`;
  const around = resource.namespaced ? [NAMESPACE] : [];
  const named = [...around, pathParameter('name', `The name of the ${resource.kind}.`)];
  const scope = resource.namespaced ? 'Namespaced' : '';
  const all = resource.verbs.includes('list') && resource.namespaced ? [operationOf(resource, 'list', '', 'ForAllNamespaces')] : [];
  const paths: readonly Path[] = [
    { path: collection, parameters: around, operations: operationsOf(resource, ['list', 'create', 'deletecollection'], scope) },
    { path: `${root}/${resource.plural}`, parameters: [], operations: all },
    { path: `${collection}/{name}`, parameters: named, operations: operationsOf(resource, ['get', 'update', 'patch', 'delete'], scope) },
    ...(resource.subresources ?? []).map((part) => ({
      path: `${collection}/{name}/${part.name}`,
      parameters: named,
      operations: part.verbs.flatMap((verb) => partOperations(resource, part, verb)),
    })),
  ];
  return paths.filter(({ operations }) => operations.length > 0);
}

const operationsOf = (resource: ServedResource, verbs: readonly ServedVerb[], scope: string): readonly Operation[] =>
  verbs.filter((verb) => resource.verbs.includes(verb)).map((verb) => operationOf(resource, verb, scope, ''));

function operationOf(resource: ServedResource, verb: ServedVerb, scope: string, suffix: string): Operation {
  const form = VERBS[verb];
  const gvk = { group: resource.group, version: resource.version, kind: resource.kind };
  return { ...form.operation(typeOf(gvk)), id: form.idStart + packageId(resource) + scope + resource.kind + suffix, gvk };
}

interface VerbForm {
  readonly idStart: string;
  readonly operation: (type: string) => Omit<Operation, 'id' | 'gvk'>;
}

const kindOf = (type: string): string => type.replace(/^.*\./, '');

const VERBS: Readonly<Record<ServedVerb, VerbForm>> = {
  create: {
    idStart: 'create',
    operation: (type) => ({
      ...{ method: 'post', action: 'post', description: `create a ${kindOf(type)}`, query: WRITE },
      body: { type, required: true, media: OBJECT_MEDIA },
      answer: { type, codes: [200, 201], media: OBJECT_MEDIA },
    }),
  },
  delete: {
    idStart: 'delete',
    operation: (type) => ({
      ...{ method: 'delete', action: 'delete', description: `delete a ${kindOf(type)}`, query: DELETE },
      body: { type: `${META}.DeleteOptions`, required: false, media: OBJECT_MEDIA },
      answer: { type: `${META}.Status`, codes: [200, 202], media: OBJECT_MEDIA },
    }),
  },
  deletecollection: {
    idStart: 'deleteCollection',
    operation: (type) => ({
      ...{
        method: 'delete',
        action: 'deletecollection',
        description: `delete a collection of ${kindOf(type)}`,
        query: [...DELETE, ...SELECT],
      },
      body: { type: `${META}.DeleteOptions`, required: false, media: OBJECT_MEDIA },
      answer: { type: `${META}.Status`, codes: [200], media: OBJECT_MEDIA },
    }),
  },
  get: {
    idStart: 'read',
    operation: (type) => ({
      ...{ method: 'get', action: 'get', description: `read the specified ${kindOf(type)}`, query: [] },
      answer: { type, codes: [200], media: OBJECT_MEDIA },
    }),
  },
  list: {
    idStart: 'list',
    operation: (type) => ({
      ...{ method: 'get', action: 'list', description: `list or watch objects of kind ${kindOf(type)}`, query: LIST },
      answer: { type: `${type}List`, codes: [200], media: LIST_MEDIA },
    }),
  },
  patch: {
    idStart: 'patch',
    operation: (type) => ({
      ...{ method: 'patch', action: 'patch', description: `partially update the specified ${kindOf(type)}`, query: [...WRITE, FORCE] },
      body: { type: PATCH_TYPE, required: true, media: PATCH_MEDIA },
      answer: { type, codes: [200, 201], media: OBJECT_MEDIA },
    }),
  },
  update: {
    idStart: 'replace',
    operation: (type) => ({
      ...{ method: 'put', action: 'put', description: `replace the specified ${kindOf(type)}`, query: WRITE },
      body: { type, required: true, media: OBJECT_MEDIA },
      answer: { type, codes: [200, 201], media: OBJECT_MEDIA },
    }),
  },
};

function partOperations(resource: ServedResource, part: ServedSubresource, verb: ServedVerb | 'connect'): readonly Operation[] {
  const own = { group: resource.group, version: resource.version, kind: resource.kind };
  const gvk = part.kind ?? own;
  const name = `${packageId(resource)}Namespaced${resource.kind}${capital(part.name)}`.replace(
    'Namespaced',
    resource.namespaced ? 'Namespaced' : '',
  );
  if (verb !== 'connect') {
    const form = VERBS[verb];
    const { description, ...operation } = form.operation(typeOf(gvk));
    return [
      {
        ...operation,
        description: `${description.replace(kindOf(typeOf(gvk)), part.name)} of a ${resource.kind}`,
        id: form.idStart + name,
        gvk,
      },
    ];
  }
  const query = CONNECT[part.name] ?? [];
  if (part.name === 'log') {
    const description = 'read the log of a container';
    return [{ method: 'get', action: 'get', id: `read${name}`, description, gvk, query }];
  }
  const description = `connect to ${part.name} of a ${resource.kind}`;
  const connect = { action: 'connect', description, query, gvk: { group: '', version: 'v1', kind: `Pod${options(part.name)}` } };
  return (['get', 'post'] as const).map((method) => ({ ...connect, method, id: `connect${capital(method)}${name}` }));
}

/** As the API calls the options of a connection. */
const options = (subresource: string): string => (subresource === 'portforward' ? 'PortForwardOptions' : `${capital(subresource)}Options`);
