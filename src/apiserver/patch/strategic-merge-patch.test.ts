import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { Fields } from '../../model/json-fields.ts';
import { readApiSchema } from '../schema/read-api-schema.ts';
import { StatusError } from '../status-error.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const schema = readApiSchema();

const patched = (object: unknown, patch: unknown, typeName = 'Pod'): Fields =>
  applyStrategicMergePatch({ schema, typeName, object: object as Fields, patch }).object;

interface Example {
  readonly title: string;
  readonly typeName?: string;
  readonly yaml: string;
}

/** Each has `object`, `patch` and `is`, what the object then is. */
const EXAMPLES: readonly Example[] = [
  {
    title: 'merges containers by name; a new one comes first, as upstream documents it',
    yaml: `
      object: {spec: {containers: [{name: web, image: nginx}], tolerations: [{key: dedicated, effect: NoSchedule}]}}
      patch: {spec: {containers: [{name: cache, image: redis}]}}
      is: {spec: {containers: [{name: cache, image: redis}, {name: web, image: nginx}], tolerations: [{key: dedicated, effect: NoSchedule}]}}`,
  },
  {
    title: 'replaces lists that have no merge key',
    yaml: `
      object: {spec: {tolerations: [{key: a}, {key: b}], containers: [{name: web, args: [x, y]}]}}
      patch: {spec: {tolerations: [{key: c, value: null}], containers: [{name: web, args: [z]}]}}
      is: {spec: {tolerations: [{key: c}], containers: [{name: web, args: [z]}]}}`,
  },
  {
    title: 'merges env by name, ports by their number and mounts by their path',
    yaml: `
      object:
        spec:
          containers:
            - name: web
              env: [{name: A, value: '1'}, {name: B, value: '2'}]
              ports: [{containerPort: 80, name: http}]
              volumeMounts: [{mountPath: /data, name: data}]
      patch:
        spec:
          containers:
            - name: web
              env: [{name: B, value: '3'}]
              ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 443}]
              volumeMounts: [{mountPath: /data, readOnly: true}]
      is:
        spec:
          containers:
            - name: web
              env: [{name: A, value: '1'}, {name: B, value: '3'}]
              ports: [{containerPort: 80, name: http, hostPort: 8080}, {containerPort: 443}]
              volumeMounts: [{mountPath: /data, name: data, readOnly: true}]`,
  },
  {
    title: 'removes with null, and forgets the nulls of what is new',
    yaml: `
      object: {metadata: {labels: {app: web, tier: front}}, spec: {hostname: a}}
      patch: {metadata: {labels: {tier: null, gone: null}, annotations: {a: b, c: null}}, spec: {hostname: null, securityContext: {runAsUser: null}}}
      is: {metadata: {labels: {app: web}, annotations: {a: b}}, spec: {securityContext: {}}}`,
  },
  {
    title: '$patch: delete in a list removes the element',
    yaml: `
      object: {spec: {containers: [{name: web}, {name: cache}, {name: log}]}}
      patch: {spec: {containers: [{name: cache, $patch: delete}, {name: log, image: l}, {name: nobody, $patch: delete}]}}
      is: {spec: {containers: [{name: web}, {name: log, image: l}]}}`,
  },
  {
    title: '$patch: replace in a list leaves the other elements of the patch',
    yaml: `
      object: {spec: {containers: [{name: web, image: nginx}, {name: cache}]}}
      patch: {spec: {containers: [{$patch: replace}, {name: web}, {name: log, stdin: null}]}}
      is: {spec: {containers: [{name: web}, {name: log}]}}`,
  },
  {
    title: '$patch: merge in a list is what happens anyway',
    yaml: `
      object: {spec: {containers: [{name: web, image: nginx}]}}
      patch: {spec: {containers: [{name: web, tty: true, $patch: merge}]}}
      is: {spec: {containers: [{name: web, image: nginx, tty: true}]}}`,
  },
  {
    title: '$patch: replace in an object replaces it',
    yaml: `
      object: {spec: {securityContext: {runAsUser: 1, fsGroup: 2}}}
      patch: {spec: {securityContext: {$patch: replace, runAsUser: 3, runAsGroup: null}}}
      is: {spec: {securityContext: {runAsUser: 3}}}`,
  },
  {
    title: '$patch: delete in an object empties it, and makes none',
    yaml: `
      object: {spec: {securityContext: {runAsUser: 1}}}
      patch: {spec: {securityContext: {$patch: delete}, dnsConfig: {$patch: delete}}}
      is: {spec: {securityContext: {}}}`,
  },
  {
    title: '$patch: merge in an object is what happens anyway',
    yaml: `
      object: {spec: {securityContext: {runAsUser: 1}}}
      patch: {spec: {securityContext: {$patch: merge, fsGroup: 2}}}
      is: {spec: {securityContext: {runAsUser: 1, fsGroup: 2}}}`,
  },
  {
    title: '$retainKeys removes the fields that it does not name, which changes the kind of a volume',
    yaml: `
      object: {spec: {volumes: [{name: data, emptyDir: {medium: Memory}}, {name: other, emptyDir: {}}]}}
      patch: {spec: {volumes: [{$retainKeys: [name, hostPath], name: data, hostPath: {path: /srv}}]}}
      is: {spec: {volumes: [{name: data, hostPath: {path: /srv}}, {name: other, emptyDir: {}}]}}`,
  },
  {
    title: '$retainKeys of a new element says nothing',
    yaml: `
      object: {spec: {volumes: []}}
      patch: {spec: {volumes: [{$retainKeys: [name, emptyDir], name: data, emptyDir: {}}]}}
      is: {spec: {volumes: [{name: data, emptyDir: {}}]}}`,
  },
  {
    title: 'lists of scalars that merge are sets',
    yaml: `
      object: {metadata: {finalizers: [a, b, a]}}
      patch: {metadata: {finalizers: [c, b, c]}}
      is: {metadata: {finalizers: [c, a, b]}}`,
  },
  {
    title: '$deleteFromPrimitiveList removes from a set',
    yaml: `
      object: {metadata: {finalizers: [a, b, c]}}
      patch: {metadata: {$deleteFromPrimitiveList/finalizers: [b, z]}}
      is: {metadata: {finalizers: [a, c]}}`,
  },
  {
    title: '$deleteFromPrimitiveList, the order and new ones together, as kubectl sends them',
    yaml: `
      object: {metadata: {finalizers: [a, b, c]}}
      patch: {metadata: {$deleteFromPrimitiveList/finalizers: [b], $setElementOrder/finalizers: [d, c, a], finalizers: [d]}}
      is: {metadata: {finalizers: [d, c, a]}}`,
  },
  {
    title: '$deleteFromPrimitiveList of a list that is not there does nothing',
    yaml: `
      object: {metadata: {name: web}}
      patch: {metadata: {$deleteFromPrimitiveList/finalizers: [b]}}
      is: {metadata: {name: web}}`,
  },
  {
    title: '$setElementOrder orders what it names; what only the server has stays before what it stood before',
    yaml: `
      object: {spec: {containers: [{name: a}, {name: sidecar}, {name: b}, {name: c}]}}
      patch:
        spec:
          $setElementOrder/containers: [{name: c}, {name: new}, {name: a}, {name: b}]
          containers: [{name: new, image: n}, {name: b, image: x}]
      is: {spec: {containers: [{name: sidecar}, {name: c}, {name: new, image: n}, {name: a}, {name: b, image: x}]}}`,
  },
  {
    title: '$setElementOrder alone only orders',
    yaml: `
      object: {spec: {containers: [{name: web, env: [{name: A}, {name: B}, {name: C}]}]}}
      patch: {spec: {$setElementOrder/containers: [{name: web}], containers: [{name: web, $setElementOrder/env: [{name: C}, {name: A}]}]}}
      is: {spec: {containers: [{name: web, env: [{name: B}, {name: C}, {name: A}]}]}}`,
  },
  {
    title: '$setElementOrder may leave deleted ones out, and a list that is not there',
    yaml: `
      object: {spec: {containers: [{name: a}, {name: b}]}}
      patch: {spec: {$setElementOrder/containers: [{name: b}], $setElementOrder/volumes: [{name: v}], containers: [{name: a, $patch: delete}]}}
      is: {spec: {containers: [{name: b}]}}`,
  },
  {
    title: 'no directive ever reaches what is new',
    yaml: `
      object: {}
      patch:
        metadata: {$deleteFromPrimitiveList/finalizers: [x], $setElementOrder/finalizers: [a], finalizers: [a]}
        spec: {$setElementOrder/containers: [{name: a}], containers: [{name: gone, $patch: delete}, {name: a}], tolerations: [{$patch: replace}, {key: a}]}
      is: {metadata: {finalizers: [a]}, spec: {containers: [{name: a}], tolerations: [{key: a}]}}`,
  },
  {
    title: 'merges conditions by type',
    yaml: `
      object: {status: {conditions: [{type: Ready, status: 'False'}, {type: Initialized, status: 'True'}]}}
      patch: {status: {conditions: [{type: Ready, status: 'True'}], $setElementOrder/conditions: [{type: Ready}, {type: Initialized}]}}
      is: {status: {conditions: [{type: Ready, status: 'True'}, {type: Initialized, status: 'True'}]}}`,
  },
  {
    title: 'merges maps whatever server-side apply thinks of them',
    yaml: `
      object: {spec: {nodeSelector: {a: '1', b: '2'}}}
      patch: {spec: {nodeSelector: {b: null, c: '3'}}}
      is: {spec: {nodeSelector: {a: '1', c: '3'}}}`,
  },
  {
    title: 'takes another kind of value as it is',
    yaml: `
      object: {spec: {containers: oops, securityContext: [1]}}
      patch: {spec: {containers: [{name: a}], securityContext: {fsGroup: 1}}}
      is: {spec: {containers: [{name: a}], securityContext: {fsGroup: 1}}}`,
  },
  {
    title: 'merges ports of a Service by their number',
    typeName: 'Service',
    yaml: `
      object: {spec: {ports: [{port: 80, protocol: TCP}], clusterIPs: [10.0.0.1]}}
      patch: {spec: {ports: [{port: 80, name: http}, {port: 443, name: https}], clusterIPs: [None]}}
      is: {spec: {ports: [{port: 80, protocol: TCP, name: http}, {port: 443, name: https}], clusterIPs: [None]}}`,
  },
  {
    title: 'merges what it knows nothing of like a merge patch',
    typeName: 'Unheard',
    yaml: `
      object: {a: {b: 1, c: [1, 2]}}
      patch: {a: {c: [3], d: {e: null}}}
      is: {a: {b: 1, c: [3], d: {}}}`,
  },
];

interface Refusal {
  readonly yaml: string;
  readonly code: number;
  readonly message: string;
}

/** Each has `object` and `patch`. */
const REFUSED: readonly Refusal[] = [
  {
    yaml: '{object: {spec: {containers: []}}, patch: {spec: {containers: [{image: nginx, args: [a, b]}]}}}',
    code: 400,
    message: 'map: map[args:[a b] image:nginx] does not contain declared merge key: name',
  },
  {
    yaml: '{object: {}, patch: {spec: {containers: [{$patch: delete}]}}}',
    code: 400,
    message: 'map: map[$patch:delete] does not contain declared merge key: name',
  },
  {
    yaml: '{object: {}, patch: {spec: {$patch: destroy}}}',
    code: 400,
    message: 'unknown patch type: destroy in map: map[$patch:destroy]',
  },
  {
    yaml: '{object: {}, patch: {spec: {containers: [{name: a, $patch: 7}]}}}',
    code: 400,
    message: 'unknown patch type: 7 in map: map[$patch:7 name:a]',
  },
  {
    yaml: '{object: {}, patch: {spec: {volumes: [{name: a, $retainKeys: [name], emptyDir: {}}]}}}',
    code: 400,
    message: 'invalid patch format of retainKeys',
  },
  { yaml: '{object: {}, patch: {spec: {$retainKeys: name}}}', code: 400, message: 'invalid patch format of retainKeys' },
  {
    yaml: '{object: {}, patch: {metadata: {$deleteFromPrimitiveList/finalizers: a}}}',
    code: 400,
    message: 'invalid patch format of primitive list',
  },
  {
    yaml: '{object: {}, patch: {metadata: {$deleteFromPrimitiveList: [a]}}}',
    code: 400,
    message: 'invalid patch format of primitive list',
  },
  {
    yaml: '{object: {}, patch: {spec: {$setElementOrder/: []}}}',
    code: 400,
    message: 'invalid patch format of setElementOrder list',
  },
  {
    yaml: '{object: {spec: {containers: []}}, patch: {spec: {$setElementOrder/containers: [{name: a}], containers: [{name: b}]}}}',
    code: 400,
    message: "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
  },
  {
    yaml: '{object: {}, patch: {metadata: {$setElementOrder/finalizers: [a, b], finalizers: [b, a]}}}',
    code: 400,
    message: "The order in patch list:\n[b a]\n doesn't match $setElementOrder list:\n[a b]\n",
  },
  { yaml: '{object: {}, patch: {spec: {containers: [[]]}}}', code: 422, message: 'lists of lists are not supported' },
  {
    yaml: '{object: {}, patch: {spec: {containers: [{name: a}, b]}}}',
    code: 400,
    message: 'list element types are not identical: [map[name:a] b]',
  },
  { yaml: '{object: {}, patch: []}', code: 400, message: 'error decoding patch: a strategic merge patch is an object' },
];

describe('applyStrategicMergePatch()', () => {
  for (const { title, typeName, yaml } of EXAMPLES) {
    it(title, () => {
      const { object, patch, is } = parse(yaml) as { object: unknown; patch: unknown; is: unknown };
      const before = JSON.stringify([object, patch]);
      assert.deepEqual(patched(object, patch, typeName), is);
      assert.equal(JSON.stringify([object, patch]), before);
    });
  }

  for (const { yaml, code, message } of REFUSED) {
    it(`refuses ${yaml}`, () => {
      const { object, patch } = parse(yaml) as { object: unknown; patch: unknown };
      assert.throws(
        () => patched(object, patch),
        (error) => error instanceof StatusError && error.code === code && error.message === message,
      );
    });
  }

  it('tells apart merge keys of another kind', () => {
    const ports = patched({ spec: { ports: [{ port: 80 }] } }, { spec: { ports: [{ port: '80' }] } }, 'Service');
    assert.deepEqual(ports, { spec: { ports: [{ port: '80' }, { port: 80 }] } });
  });

  describe('names unknown fields where they stand in the patch', () => {
    const patch = {
      spec: {
        containers: [
          { name: 'a', $patch: 'delete' },
          { name: 'web', imagee: 'x' },
        ],
        tolerations: [{ kee: 1 }],
        odd: { deep: { er: 1 } },
      },
      metadata: { labels: { anything: 'goes' } },
    };
    const unknownFields = ['spec.containers[1].imagee', 'spec.tolerations[0].kee', 'spec.odd'];
    const object = { metadata: {}, spec: { containers: [{ name: 'web' }] } };

    it('and keeps them', () => {
      const result = applyStrategicMergePatch({ schema, typeName: 'Pod', object, patch });
      assert.deepEqual(result.unknownFields, unknownFields);
      assert.deepEqual(result.object, {
        metadata: { labels: { anything: 'goes' } },
        spec: { containers: [{ name: 'web', imagee: 'x' }], tolerations: [{ kee: 1 }], odd: { deep: { er: 1 } } },
      });
    });

    it('and drops them when asked to', () => {
      const result = applyStrategicMergePatch({ schema, typeName: 'Pod', object, patch, unknownFields: 'drop' });
      assert.deepEqual(result.unknownFields, unknownFields);
      assert.deepEqual(result.object, {
        metadata: { labels: { anything: 'goes' } },
        spec: { containers: [{ name: 'web' }], tolerations: [{}] },
      });
    });
  });

  it('never reaches a prototype', () => {
    const patch = JSON.parse(
      '{"metadata": {"labels": {"__proto__": "a"}, "__proto__": {"polluted": true}, "$setElementOrder/__proto__": [], "$deleteFromPrimitiveList/constructor": ["x"]}, "constructor": {"prototype": {"polluted": true}}}',
    ) as Fields;
    const { object, unknownFields } = applyStrategicMergePatch({ schema, typeName: 'Pod', object: { metadata: {} }, patch });
    assert.equal(
      JSON.stringify(object),
      '{"metadata":{"labels":{"__proto__":"a"},"__proto__":{"polluted":true}},"constructor":{"prototype":{"polluted":true}}}',
    );
    assert.deepEqual(unknownFields, ['metadata.__proto__', 'constructor']);
    assert.equal(({} as Fields)['polluted'], undefined);
    assert.equal((object['metadata'] as Fields)['polluted'], undefined);
  });
});
