import { groupVersion } from '../present/present-list.ts';
import type { ResourceDescription } from './resource.ts';

/** All resources, found by what a path says. */
export class ResourceRegistry {
  readonly all: readonly ResourceDescription[];
  readonly #byPath: ReadonlyMap<string, ResourceDescription>;
  /** Of those that show one store's objects, the first: whose strategy the server itself uses. */
  readonly #byStorage: ReadonlyMap<string, ResourceDescription>;

  constructor(all: readonly ResourceDescription[]) {
    this.all = all;
    this.#byPath = new Map(all.map((resource) => [pathOf(resource.group, resource.version, resource.plural), resource]));
    this.#byStorage = new Map(
      all.toReversed().flatMap((resource) => (resource.storage === undefined ? [] : [[resource.storage.resource, resource]])),
    );
  }

  find(group: string, version: string, plural: string): ResourceDescription | undefined {
    return this.#byPath.get(pathOf(group, version, plural));
  }

  /** `resource` as the store names it. */
  stored(resource: string): ResourceDescription | undefined {
    return this.#byStorage.get(resource);
  }

  /** Each once, by what the store calls it. */
  get storages(): readonly string[] {
    return [...this.#byStorage.keys()];
  }

  hasVersion(group: string, version: string): boolean {
    return this.all.some((resource) => resource.group === group && resource.version === version);
  }

  /** In the order in which they were described; the core group is ''. */
  get groups(): readonly { readonly group: string; readonly versions: readonly string[] }[] {
    const groups = new Map<string, Set<string>>();
    for (const { group, version } of this.all) groups.set(group, (groups.get(group) ?? new Set()).add(version));
    return [...groups].map(([group, versions]) => ({ group, versions: [...versions] }));
  }

  of(group: string, version: string): readonly ResourceDescription[] {
    return this.all.filter((resource) => resource.group === group && resource.version === version);
  }
}

const pathOf = (group: string, version: string, plural: string): string => `${groupVersion({ group, version })}/${plural}`;
