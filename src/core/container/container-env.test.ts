import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, EnvVarSource, Pod } from '../../model/pod.ts';
import { containerEnv, type EnvInputs, type EnvObjects, envSources } from './container-env.ts';

const texts = (object: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(object));

const objects: EnvObjects = {
  configMaps: new Map([
    ['special-config', texts({ SPECIAL_LEVEL: 'very', SPECIAL_TYPE: 'charm' })],
    ['env-config', texts({ log_level: 'INFO' })],
    [
      'odd',
      new Map([
        ['a=b', 'x'],
        ['fine', 'y'],
        ['new\nline', 'z'],
      ]),
    ],
  ]),
  secrets: new Map([['test-secret', texts({ username: 'my-app', password: '39528$vdg7Jb' })]]),
  files: new Map([
    ['config/app.env', "DB_ADDRESS='address'\nREST_ENDPOINT='endpoint'\n"],
    ['config/broken.env', 'DB_ADDRESS=address\n'],
  ]),
};

function inputs(container: Partial<Container>, more: Partial<EnvInputs> = {}): EnvInputs {
  const spec: Container = { name: 'main', image: 'i', imagePullPolicy: 'Never', ...container };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop', uid: 'u1', labels: { app: 'web' } },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 30, containers: [spec] },
  };
  return {
    pod,
    container: spec,
    objects,
    surroundings: { nodeName: 'node-1', hostIPs: ['192.0.2.1'], podIPs: ['10.0.0.7'] },
    allocatable: { cpuMillis: 2000, memoryBytes: 2 ** 30, ephemeralStorageBytes: 2 ** 33 },
    serviceEnv: new Map(),
    ...more,
  };
}

function envOf(container: Partial<Container>, more: Partial<EnvInputs> = {}): Readonly<Record<string, string>> {
  const made = containerEnv(inputs(container, more));
  return 'error' in made ? assert.fail(made.error) : Object.fromEntries(made.variables);
}

const from = (name: string, valueFrom: EnvVarSource) => ({ name, valueFrom });

describe('containerEnv()', () => {
  /** Pages of kubernetes.io, by the name of the manifest that each shows. */
  const DOCUMENTED: readonly (readonly [manifest: string, container: Partial<Container>, env: Readonly<Record<string, string>>])[] = [
    [
      'pods/inject/dependent-envars.yaml',
      {
        env: [
          { name: 'SERVICE_PORT', value: '80' },
          { name: 'SERVICE_IP', value: '172.17.0.1' },
          { name: 'UNCHANGED_REFERENCE', value: '$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)' },
          { name: 'PROTOCOL', value: 'https' },
          { name: 'SERVICE_ADDRESS', value: '$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)' },
          { name: 'ESCAPED_REFERENCE', value: '$$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)' },
        ],
      },
      {
        SERVICE_PORT: '80',
        SERVICE_IP: '172.17.0.1',
        UNCHANGED_REFERENCE: '$(PROTOCOL)://172.17.0.1:80',
        PROTOCOL: 'https',
        SERVICE_ADDRESS: 'https://172.17.0.1:80',
        ESCAPED_REFERENCE: '$(PROTOCOL)://172.17.0.1:80',
      },
    ],
    [
      'pods/inject/dapi-envars-pod.yaml',
      {
        env: [
          from('MY_NODE_NAME', { fieldRef: { fieldPath: 'spec.nodeName' } }),
          from('MY_POD_NAME', { fieldRef: { fieldPath: 'metadata.name' } }),
          from('MY_POD_NAMESPACE', { fieldRef: { fieldPath: 'metadata.namespace' } }),
          from('MY_POD_IP', { fieldRef: { fieldPath: 'status.podIP' } }),
          from('MY_POD_SERVICE_ACCOUNT', { fieldRef: { fieldPath: 'spec.serviceAccountName' } }),
        ],
      },
      { MY_NODE_NAME: 'node-1', MY_POD_NAME: 'p', MY_POD_NAMESPACE: 'shop', MY_POD_IP: '10.0.0.7', MY_POD_SERVICE_ACCOUNT: 'default' },
    ],
    [
      'pods/pod-configmap-envFrom.yaml',
      { envFrom: [{ configMapRef: { name: 'special-config' } }] },
      { SPECIAL_LEVEL: 'very', SPECIAL_TYPE: 'charm' },
    ],
    [
      'pods/pod-multiple-configmap-env-variable.yaml',
      {
        env: [
          from('SPECIAL_LEVEL_KEY', { configMapKeyRef: { name: 'special-config', key: 'SPECIAL_LEVEL' } }),
          from('LOG_LEVEL', { configMapKeyRef: { name: 'env-config', key: 'log_level' } }),
        ],
      },
      { SPECIAL_LEVEL_KEY: 'very', LOG_LEVEL: 'INFO' },
    ],
    [
      'pods/inject/pod-secret-envFrom.yaml',
      { envFrom: [{ secretRef: { name: 'test-secret' } }] },
      { password: '39528$vdg7Jb', username: 'my-app' },
    ],
    [
      'pods/inject/envars-file-container.yaml',
      { env: [from('DB_ADDRESS', { fileKeyRef: { volumeName: 'config', path: 'app.env', key: 'DB_ADDRESS', optional: false } })] },
      { DB_ADDRESS: 'address' },
    ],
  ];
  for (const [manifest, container, env] of DOCUMENTED) it(`does what ${manifest} shows`, () => assert.deepEqual(envOf(container), env));

  it('takes envFrom first, in its order, and lets env win; what it took before may be referred to', () => {
    const env = envOf({
      envFrom: [{ configMapRef: { name: 'special-config' } }, { prefix: 'CFG_', configMapRef: { name: 'env-config' } }],
      env: [{ name: 'SPECIAL_LEVEL', value: '$(SPECIAL_TYPE)/$(CFG_log_level)' }],
    });
    assert.deepEqual(env, { SPECIAL_LEVEL: 'charm/INFO', SPECIAL_TYPE: 'charm', CFG_log_level: 'INFO' });
  });

  it('lets a variable refer to those before it, and to none behind it; of two with one name the later one counts', () => {
    const env = [
      { name: 'LATE', value: '$(A)' },
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)2' },
      { name: 'NONE' },
      { name: 'A', value: '$(A)$(B)' },
    ];
    assert.deepEqual(envOf({ env }), { LATE: '$(A)', A: '112', B: '12', NONE: '' });
  });

  it('does not expand what comes from somewhere', () => {
    const secret: EnvObjects = { ...objects, secrets: new Map([['s', texts({ k: '$(A)' })]]) };
    const env = envOf({ env: [{ name: 'A', value: '1' }, from('B', { secretKeyRef: { name: 's', key: 'k' } })] }, { objects: secret });
    assert.deepEqual(env, { A: '1', B: '$(A)' });
  });

  it('leaves out what is optional and missing; a value from before stays', () => {
    const env = envOf({
      envFrom: [{ configMapRef: { name: 'none', optional: true } }, { secretRef: { name: 'none', optional: true } }],
      env: [
        { name: 'KEPT', value: 'before' },
        from('KEPT', { configMapKeyRef: { name: 'none', key: 'k', optional: true } }),
        from('A', { secretKeyRef: { name: 'test-secret', key: 'none', optional: true } }),
        from('B', { fileKeyRef: { volumeName: 'config', path: 'none.env', key: 'k', optional: true } }),
        from('C', { fileKeyRef: { volumeName: 'config', path: 'app.env', key: 'none', optional: true } }),
      ],
    });
    assert.deepEqual(env, { KEPT: 'before' });
  });

  const FAILURES: readonly (readonly [container: Partial<Container>, error: string])[] = [
    [{ envFrom: [{ configMapRef: { name: 'none' } }] }, 'configmap "none" not found'],
    [{ envFrom: [{ secretRef: { name: 'none' } }] }, 'secret "none" not found'],
    [{ env: [from('A', { configMapKeyRef: { name: 'none', key: 'k' } })] }, 'configmap "none" not found'],
    [{ env: [from('A', { configMapKeyRef: { name: 'env-config', key: 'k' } })] }, "couldn't find key k in ConfigMap shop/env-config"],
    [{ env: [from('A', { secretKeyRef: { name: 'none', key: 'k' } })] }, 'secret "none" not found'],
    [
      { env: [from('A', { secretKeyRef: { name: 'test-secret', key: '__proto__' } })] },
      "couldn't find key __proto__ in Secret shop/test-secret",
    ],
    [{ env: [from('A', { fieldRef: { fieldPath: 'spec.x' } })] }, 'unsupported fieldPath: spec.x'],
    [{ env: [from('A', { resourceFieldRef: { containerName: 'x', resource: 'limits.cpu' } })] }, 'container x not found'],
    [{ env: [from('A', { fileKeyRef: { volumeName: 'config', path: 'none.env', key: 'k' } })] }, "couldn't parse env file"],
    [
      { env: [from('A', { fileKeyRef: { volumeName: 'config', path: 'broken.env', key: 'k', optional: true } })] },
      "couldn't parse env file",
    ],
    [
      { env: [from('A', { fileKeyRef: { volumeName: 'config', path: 'app.env', key: 'k' } })] },
      'environment variable key "k" not found in file "config/app.env"',
    ],
  ];
  for (const [container, error] of FAILURES) it(`fails: ${error}`, () => assert.deepEqual(containerEnv(inputs(container)), { error }));

  it('skips names that no environment can have, and says so with the words of the event', () => {
    const made = containerEnv(inputs({ envFrom: [{ configMapRef: { name: 'odd' } }] }));
    assert.ok('variables' in made);
    assert.deepEqual(Object.fromEntries(made.variables), { fine: 'y' });
    assert.deepEqual(made.skipped, [
      'Keys [a=b, new\nline] from the EnvFrom configMap shop/odd were skipped since they are considered invalid environment variable names.',
    ]);
  });

  it('lets variables refer to services, and puts those that nobody took the name of last', () => {
    const serviceEnv = texts({ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' });
    const env = [
      { name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST)' },
      { name: 'KUBERNETES_SERVICE_PORT', value: '6443' },
    ];
    assert.deepEqual(Object.entries(envOf({ env }, { serviceEnv })), [
      ['URL', 'https://10.96.0.1'],
      ['KUBERNETES_SERVICE_PORT', '6443'],
      ['KUBERNETES_SERVICE_HOST', '10.96.0.1'],
    ]);
  });

  it('keeps a variable with the name of a property of every object', () => {
    const made = containerEnv(
      inputs({
        env: [
          { name: '__proto__', value: 'x' },
          { name: 'A', value: '$(__proto__) $(constructor)' },
        ],
      }),
    );
    assert.deepEqual('variables' in made ? [...made.variables] : made, [
      ['__proto__', 'x'],
      ['A', 'x $(constructor)'],
    ]);
  });
});

describe('envSources()', () => {
  it('names each object once, and none that a written value makes needless', () => {
    const sources = envSources({
      envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 's' } }, { configMapRef: { name: 'a' } }],
      env: [
        from('A', { configMapKeyRef: { name: 'b', key: 'k' } }),
        { name: 'B', value: 'x', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
        from('C', { secretKeyRef: { name: 's', key: 'k' } }),
        from('D', { fileKeyRef: { volumeName: 'v', path: 'p', key: 'k' } }),
        from('E', { fieldRef: { fieldPath: 'metadata.name' } }),
      ],
    });
    assert.deepEqual([sources.configMaps, sources.secrets], [['a', 'b'], ['s']]);
    assert.deepEqual(sources.files, [{ volumeName: 'v', path: 'p', key: 'k' }]);
    assert.deepEqual(envSources({}), { configMaps: [], secrets: [], files: [] });
  });
});
