import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { groupVersionPath, SERVED } from './api-resources.ts';
import { readApiTypes } from './api-types.ts';
import { renderV2, renderV3 } from './openapi-documents.ts';
import { type Path, pathsOf } from './openapi-operations.ts';
import type { JsonObject } from './openapi-schemas.ts';

describe('the OpenAPI documents', () => {
  let v3: ReadonlyMap<string, JsonObject> = new Map();
  let v2: JsonObject = {};
  before(async () => {
    const types = await readApiTypes();
    v3 = renderV3(types);
    v2 = renderV2(types);
  });

  const at = (document: JsonObject | undefined, ...path: readonly string[]): JsonObject =>
    path.reduce<JsonObject>((inner, key) => {
      assert.ok(Object.hasOwn(inner, key), `${key} is not in ${Object.keys(inner).slice(0, 5).join()}`);
      return inner[key] as JsonObject;
    }, document ?? {});

  it('name no schema that they do not have', () => {
    for (const document of [...v3.values(), v2]) {
      const known = Object.keys(document === v2 ? at(v2, 'definitions') : at(document, 'components', 'schemas'));
      const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g)];
      assert.ok(refs.length > 10);
      assert.deepEqual(
        refs.map((match) => match[1] as string).filter((name) => !known.includes(name)),
        [],
      );
    }
  });

  it('tell kubectl what it looks for in a patch: the kind, the parameters, the media', () => {
    for (const resource of SERVED.filter(({ verbs }) => verbs.includes('patch'))) {
      const { group, version, kind } = resource;
      const document = v3.get(groupVersionPath(resource));
      const operations = Object.values(at(document, 'paths')).flatMap((path) =>
        'patch' in (path as JsonObject) ? [at(path as JsonObject, 'patch')] : [],
      );
      const own = operations.filter(
        (one) => JSON.stringify(one['x-kubernetes-group-version-kind']) === JSON.stringify({ group, kind, version }),
      );
      assert.ok(own.length > 0, kind);
      for (const operation of own) {
        const names = (operation['parameters'] as readonly JsonObject[]).map(({ name }) => name);
        for (const name of ['dryRun', 'fieldManager', 'fieldValidation', 'force']) assert.ok(names.includes(name), `${kind} ${name}`);
        assert.ok('application/strategic-merge-patch+json' in at(operation, 'requestBody', 'content'), kind);
        assert.equal(operation['x-kubernetes-action'], 'patch');
      }
    }
  });

  it('give every kind of a group version its schema', () => {
    for (const { group, version, kind } of SERVED) {
      const schemas = Object.values(at(v3.get(groupVersionPath({ group, version })), 'components', 'schemas'));
      const wanted = JSON.stringify([{ group, kind, version }]);
      const found = schemas.filter((schema) => JSON.stringify((schema as JsonObject)['x-kubernetes-group-version-kind']) === wanted);
      assert.equal(found.length, 1, kind);
    }
  });

  it('say how lists merge, and wrap references that have something beside them', () => {
    const core = (type: string, field: string) =>
      at(v3.get('api/v1'), 'components', 'schemas', `io.k8s.api.core.v1.${type}`, 'properties', field);
    const { description: _, ...containers } = core('PodSpec', 'containers');
    assert.deepEqual(containers, {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
      type: 'array',
      items: { $ref: '#/components/schemas/io.k8s.api.core.v1.Container' },
    });
    const { description: __, ...protocol } = core('ContainerPort', 'protocol');
    assert.deepEqual(protocol, { default: 'TCP', type: 'string', enum: ['SCTP', 'TCP', 'UDP'] });
    assert.deepEqual(core('Container', 'lifecycle')['allOf'], [{ $ref: '#/components/schemas/io.k8s.api.core.v1.Lifecycle' }]);
    assert.equal(core('PodSpec', 'nodeSelector')['x-kubernetes-map-type'], 'atomic');
    assert.match(String(core('Pod', 'kind')['description']), /^Kind is a string value/);
  });

  it('have a description for every field', () => {
    const propertiesOf = (schema: JsonObject) => (schema['properties'] ?? {}) as JsonObject;
    const schemas = Object.entries(at(v2, 'definitions'));
    const silent = schemas.flatMap(([name, schema]) =>
      Object.entries(propertiesOf(schema as JsonObject)).flatMap(([field, value]) =>
        (value as JsonObject)['description'] === undefined ? [`${name}.${field}`] : [],
      ),
    );
    assert.deepEqual(silent, []);
  });
});

describe('pathsOf()', () => {
  it('gives each operation an id of its own', () => {
    const all: readonly Path[] = SERVED.flatMap(pathsOf);
    const ids = all.flatMap(({ operations }) => operations.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(new Set(all.map(({ path }) => path)).size, all.length);
    for (const id of ['readCoreV1NamespacedPodStatus', 'listCoreV1PodForAllNamespaces', 'patchCoreV1Node', 'readCoreV1NamespacedPodLog'])
      assert.ok(ids.includes(id), id);
  });

  it('puts what has no namespace at the root', () => {
    const [first] = pathsOf({ group: 'x.y', version: 'v2', plural: 'as', kind: 'A', namespaced: false, verbs: ['get'] });
    assert.deepEqual(
      [first?.path, first?.operations.map(({ id, method }) => [id, method])],
      ['/apis/x.y/v2/as/{name}', [['readXV2A', 'get']]],
    );
  });
});
