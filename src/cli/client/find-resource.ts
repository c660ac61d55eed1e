/** What a user calls a resource, found in what the server says it has. */
import { HookletError } from '../../ports/hooklet-error.ts';
import type { ApiClient } from './api-client.ts';
import { accepted } from './api-refusal.ts';

export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
}

/** "pods", or "leases.coordination.k8s.io" */
export const resourceName = ({ plural, group }: ApiResource): string => (group === '' ? plural : `${plural}.${group}`);

/** "pod", or "lease.coordination.k8s.io": before a name. */
export const kindName = ({ kind, group }: Pick<ApiResource, 'kind' | 'group'>): string =>
  group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;

const groupPath = (group: string, version: string): string => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`);

/** Of the collection, or of the object in it. A namespace counts only for what lies in one; without it: all of them. */
export function resourcePath({ group, version, plural, namespaced }: ApiResource, namespace?: string, name?: string): string {
  const within = namespaced && namespace !== undefined ? `/namespaces/${segment('namespace', namespace)}` : '';
  return `${groupPath(group, version)}${within}/${plural}${name === undefined ? '' : `/${segment('resource name', name)}`}`;
}

/** A name is one piece of a path, whatever stands in it (`apimachinery/pkg/api/validation/path/name.go`). */
export function segment(what: string, name: string): string {
  const faults = [
    ...(name === '.' || name === '..' ? [`may not be '${name}'`] : []),
    ...['/', '%'].filter((character) => name.includes(character)).map((character) => `may not contain '${character}'`),
  ];
  if (name === '') faults.push('may not be empty');
  if (faults.length > 0) throw new HookletError('badInput', `error: invalid ${what} "${name}": [${faults.join(' ')}]`);
  return encodeURIComponent(name);
}

interface GroupList {
  readonly groups?: readonly { readonly name: string; readonly preferredVersion?: { readonly version: string } }[];
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly shortNames?: readonly string[];
  }[];
}

/** Asks the server for no more of its groups than needed: what people ask for is nearly always in the first. */
export class ResourceFinder {
  readonly #client: ApiClient;
  readonly #lists = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** By plural, singular or short name, or the kind; with `.group` when two groups have it. */
  async byName(given: string): Promise<ApiResource> {
    const [name = '', ...groupParts] = given.toLowerCase().split('.');
    const group = groupParts.join('.');
    for await (const list of this.#groups()) {
      const found = list.find((resource) => answersTo(resource, name) && (group === '' || resource.group === group));
      if (found !== undefined) return found;
    }
    throw new HookletError('badInput', `error: the server doesn't have a resource type "${given}"`);
  }

  /** The resource whose objects are of this kind, or undefined. */
  async byKind(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    return (await this.#list(group, version)).find((resource) => resource.kind === kind);
  }

  async *#groups(): AsyncIterable<readonly ApiResource[]> {
    yield await this.#list('', 'v1');
    const { groups = [] } = accepted(await this.#client.request({ method: 'GET', path: '/apis' })) as GroupList;
    for (const { name, preferredVersion } of groups) yield await this.#list(name, preferredVersion?.version ?? 'v1');
  }

  #list(group: string, version: string): Promise<readonly ApiResource[]> {
    const path = groupPath(group, version);
    const known = this.#lists.get(path) ?? this.#ask(path, group, version);
    this.#lists.set(path, known);
    return known;
  }

  async #ask(path: string, group: string, version: string): Promise<readonly ApiResource[]> {
    const answer = await this.#client.request({ method: 'GET', path });
    if (answer.status === 404) return [];
    const { resources = [] } = accepted(answer) as ResourceList;
    const whole = resources.filter(({ name }) => !name.includes('/'));
    return whole.map(({ name: plural, singularName, kind, namespaced, shortNames = [] }) => ({
      group,
      version,
      plural,
      singular: singularName || kind.toLowerCase(),
      kind,
      namespaced,
      shortNames,
    }));
  }
}

const answersTo = ({ plural, singular, kind, shortNames }: ApiResource, name: string): boolean =>
  plural === name || singular === name || kind.toLowerCase() === name || shortNames.includes(name);
