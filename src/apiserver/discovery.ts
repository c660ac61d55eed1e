/**
 * What there is, for clients to find: group by group, or all at once (`apidiscovery.k8s.io`, which kubectl asks for
 * first). Both are made from the descriptions of the resources.
 */

import { groupVersion } from './present/present-list.ts';
import type { Verb } from './request-info.ts';
import type { GroupVersionKind, ResourceDescription, Subresource } from './resources/resource.ts';
import type { ResourceRegistry } from './resources/resource-registry.ts';

interface SubresourceEntry {
  readonly name: string;
  readonly gvk: GroupVersionKind;
  readonly verbs: readonly Verb[];
}

function subresourcesOf(resource: ResourceDescription): readonly SubresourceEntry[] {
  return Object.entries(resource.subresources ?? {})
    .map(([name, subresource]) => ({ name, gvk: gvkOf(subresource, resource), verbs: verbsOf(subresource) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const gvkOf = (subresource: Subresource, { group, version, kind }: ResourceDescription): GroupVersionKind =>
  'gvk' in subresource ? subresource.gvk : { group, version, kind };

function verbsOf(subresource: Subresource): readonly Verb[] {
  switch (subresource.kind) {
    case 'part':
      return ['get', 'patch', 'update'];
    case 'replace':
      return ['update'];
    case 'call':
      return ['create'];
    case 'stream':
      return subresource.verbs;
    default:
      return subresource satisfies never;
  }
}

/** `/api` */
export const apiVersions = (registry: ResourceRegistry, serverAddress: string): object => ({
  kind: 'APIVersions',
  versions: registry.groups.find(({ group }) => group === '')?.versions ?? [],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
});

const versionEntry = (group: string, version: string): object => ({ groupVersion: groupVersion({ group, version }), version });

function groupEntry(group: string, versions: readonly string[]): object {
  return {
    name: group,
    versions: versions.map((version) => versionEntry(group, version)),
    preferredVersion: versionEntry(group, versions[0] ?? ''),
  };
}

/** `/apis` */
export const apiGroupList = (registry: ResourceRegistry): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: namedGroups(registry).map(({ group, versions }) => groupEntry(group, versions)),
});

const namedGroups = (registry: ResourceRegistry) => registry.groups.filter(({ group }) => group !== '');

/** `/apis/<group>` */
export function apiGroup(registry: ResourceRegistry, group: string): object | undefined {
  const found = namedGroups(registry).find((one) => one.group === group);
  return found === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, found.versions) };
}

/** `/api/v1`, `/apis/<group>/<version>` */
export function apiResourceList(registry: ResourceRegistry, group: string, version: string): object | undefined {
  if (!registry.hasVersion(group, version)) return undefined;
  return {
    kind: 'APIResourceList',
    // The core group's list is older than this field's rule.
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: groupVersion({ group, version }),
    resources: registry.of(group, version).flatMap(resourceEntries),
  };
}

function resourceEntries(resource: ResourceDescription): readonly object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, group, version } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: verbs.toSorted(),
      ...(shortNames === undefined ? {} : { shortNames }),
      ...(categories === undefined ? {} : { categories }),
    },
    ...subresourcesOf(resource).map(({ name, gvk, verbs: own }) => ({
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      ...(gvk.group === group && gvk.version === version ? {} : { group: gvk.group, version: gvk.version }),
      kind: gvk.kind,
      verbs: own,
    })),
  ];
}

/** All of `/api` or all of `/apis` in one answer; `apidiscovery.k8s.io` of this version. */
export function aggregatedDiscovery(registry: ResourceRegistry, root: 'api' | 'apis', apiVersion: string): object {
  const groups = registry.groups.filter(({ group }) => (group === '') === (root === 'api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${apiVersion}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        resources: registry.of(group, version).map(aggregatedEntry),
        freshness: 'Current',
      })),
    })),
  };
}

function aggregatedEntry(resource: ResourceDescription): object {
  const { group, version, plural, singular, kind, namespaced, verbs, shortNames, categories } = resource;
  const subresources = subresourcesOf(resource).map(({ name, gvk, verbs: own }) => ({ subresource: name, responseKind: gvk, verbs: own }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: verbs.toSorted(),
    ...(shortNames === undefined ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
