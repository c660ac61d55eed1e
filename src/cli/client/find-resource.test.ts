import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiClient, ApiRequest } from './api-client.ts';
import { type ApiResource, ResourceFinder, resourceName, resourcePath } from './find-resource.ts';
import { targetsOf } from './resource-args.ts';

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/api/v1': {
    resources: [
      { name: 'pods', singularName: 'pod', kind: 'Pod', namespaced: true, shortNames: ['po'] },
      { name: 'pods/log', kind: 'Pod', namespaced: true },
      { name: 'nodes', singularName: '', kind: 'Node', namespaced: false },
      { name: 'events', kind: 'Event', namespaced: true },
    ],
  },
  '/apis': {
    groups: [
      { name: 'events.k8s.io', preferredVersion: { version: 'v1' } },
      { name: 'example.com', preferredVersion: { version: 'v2' } },
    ],
  },
  '/apis/events.k8s.io/v1': { resources: [{ name: 'events', kind: 'Event', namespaced: true }] },
  '/apis/example.com/v2': { resources: [{ name: 'widgets', kind: 'Widget', namespaced: true, shortNames: ['w'] }] },
};

function finderOf(): { readonly finder: ResourceFinder; readonly asked: string[] } {
  const asked: string[] = [];
  const client = {
    request: ({ path }: ApiRequest) => {
      asked.push(path);
      const body = ANSWERS[path];
      return Promise.resolve(body === undefined ? { status: 404, body: '' } : { status: 200, body });
    },
  };
  return { finder: new ResourceFinder(client as unknown as ApiClient), asked };
}

describe('ResourceFinder', () => {
  for (const name of ['pods', 'pod', 'po', 'Pod', 'PODS']) {
    it(`knows "${name}", and asks for no more than the core group`, async () => {
      const { finder, asked } = finderOf();
      equal((await finder.byName(name)).plural, 'pods');
      deepEqual(asked, ['/api/v1']);
    });
  }

  it('finds resources of other groups, and those of a group that was named', async () => {
    const { finder, asked } = finderOf();
    equal(resourceName(await finder.byName('w')), 'widgets.example.com');
    equal(resourceName(await finder.byName('events')), 'events');
    equal(resourceName(await finder.byName('events.events.k8s.io')), 'events.events.k8s.io');
    equal(asked.filter((path) => path === '/api/v1').length, 1);
  });

  it('says in kubectl’s words that there is none, and knows no subresource', async () => {
    for (const name of ['nothing', 'pods/log']) {
      await rejects(finderOf().finder.byName(name), {
        code: 'badInput',
        message: `error: the server doesn't have a resource type "${name}"`,
      });
    }
  });

  it('finds the resource of a kind', async () => {
    const { finder } = finderOf();
    equal((await finder.byKind('example.com/v2', 'Widget'))?.plural, 'widgets');
    equal(await finder.byKind('example.com/v1', 'Widget'), undefined);
    equal(await finder.byKind('v1', 'Widget'), undefined);
  });
});

describe('resourcePath()', () => {
  const pods: ApiResource = { group: '', version: 'v1', plural: 'pods', singular: 'pod', kind: 'Pod', namespaced: true, shortNames: [] };
  const nodes: ApiResource = { ...pods, plural: 'nodes', namespaced: false };

  it('is that of the collection or of the object, with the namespace where there is one', () => {
    equal(resourcePath(pods, 'default'), '/api/v1/namespaces/default/pods');
    equal(resourcePath(pods, 'default', 'web'), '/api/v1/namespaces/default/pods/web');
    equal(resourcePath(pods), '/api/v1/pods');
    equal(resourcePath(nodes, 'default', 'box'), '/api/v1/nodes/box');
    equal(resourcePath({ ...pods, group: 'apps' }, 'a'), '/apis/apps/v1/namespaces/a/pods');
  });

  it('lets no name be more than one piece of it', () => {
    for (const name of ['..', '.', 'a/b', '%2e', '']) {
      throws(() => resourcePath(pods, 'default', name), { code: 'badInput' });
      throws(() => resourcePath(pods, name, 'web'), { code: 'badInput' });
    }
    equal(resourcePath(pods, 'default', 'a?b#c d'), '/api/v1/namespaces/default/pods/a%3Fb%23c%20d');
  });
});

describe('targetsOf()', () => {
  const shown = async (...args: readonly string[]) =>
    (await targetsOf(args, finderOf().finder)).map(({ resource, name }) =>
      name === undefined ? resource.plural : `${resource.plural}/${name}`,
    );

  it('reads what kubectl reads', async () => {
    deepEqual(await shown('pods'), ['pods']);
    deepEqual(await shown('pods,nodes'), ['pods', 'nodes']);
    deepEqual(await shown('pod', 'a', 'b'), ['pods/a', 'pods/b']);
    deepEqual(await shown('pod/a', 'node/b'), ['pods/a', 'nodes/b']);
  });

  it('refuses a mixture of both forms', async () => {
    for (const args of [['pod/a', 'b'], ['pod', 'a/b/c'], ['pod/'], ['/a']])
      await rejects(targetsOf(args, finderOf().finder), { code: 'badInput' });
  });
});
