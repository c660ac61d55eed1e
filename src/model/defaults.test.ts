import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withDefaults } from './defaults.ts';

interface Defaulted {
  readonly metadata: unknown;
  readonly spec: Readonly<Record<string, unknown>> & { readonly containers: readonly Readonly<Record<string, unknown>>[] };
}

const podWith = (spec: object): Defaulted => withDefaults({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec }) as Defaulted;
const containerWith = (fields: object, spec: object = {}): Readonly<Record<string, unknown>> =>
  podWith({ ...spec, containers: [{ name: 'a', image: 'b:1', ...fields }] }).spec.containers[0] ?? {};
const volumeWith = (fields: object): unknown =>
  (podWith({ containers: [], volumes: [{ name: 'v', ...fields }] }).spec['volumes'] as readonly unknown[])[0];

describe('withDefaults()', () => {
  test('fills in the spec of a Pod', () => {
    assert.deepEqual(withDefaults({}), {
      metadata: { namespace: 'default' },
      spec: {
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: true,
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
    });
  });

  test('keeps what is given', () => {
    const given = {
      metadata: { name: 'a', namespace: 'n' },
      spec: {
        dnsPolicy: 'None',
        enableServiceLinks: false,
        restartPolicy: 'Never',
        schedulerName: 's',
        securityContext: { runAsUser: 0 },
        terminationGracePeriodSeconds: 0,
      },
    };
    assert.deepEqual(withDefaults(given), given);
  });

  test('forgets what only a server may say', () => {
    const metadata = {
      name: 'a',
      namespace: 'n',
      uid: 'u',
      ownerReferences: [],
      creationTimestamp: '2026-01-01T00:00:00Z',
      deletionTimestamp: '2026-01-01T00:00:00Z',
      resourceVersion: '1',
    };
    const pod = withDefaults({ metadata, status: { phase: 'Running' } }) as Defaulted;
    assert.deepEqual(Object.keys(pod).sort(), ['metadata', 'spec']);
    assert.deepEqual(pod.metadata, { name: 'a', namespace: 'n', uid: 'u', ownerReferences: [] });
  });

  test('does not change its argument', () => {
    const given = { spec: { containers: [{ image: 'a', resources: { limits: { cpu: '1' } } }] } };
    const copy = structuredClone(given);
    withDefaults(given);
    assert.deepEqual(given, copy);
  });

  test('turns a negative grace into 1', () =>
    assert.equal(podWith({ terminationGracePeriodSeconds: -7 }).spec['terminationGracePeriodSeconds'], 1));

  const POLICIES: readonly (readonly [image: string, policy: string])[] = [
    ['app', 'Always'],
    ['app:latest', 'Always'],
    ['app:1', 'IfNotPresent'],
    ['host:5000/app', 'Always'],
    ['host:5000/app:2', 'IfNotPresent'],
    ['app@sha256:0123', 'IfNotPresent'],
    ['app:latest@sha256:0123', 'Always'],
  ];
  for (const [image, policy] of POLICIES) {
    test(`gives image "${image}" the policy ${policy}`, () => assert.equal(containerWith({ image })['imagePullPolicy'], policy));
  }
  test('keeps a policy that is given', () =>
    assert.equal(containerWith({ image: 'a', imagePullPolicy: 'Never' })['imagePullPolicy'], 'Never'));

  test('fills in hooks only by their httpGet', () => {
    const lifecycle = { postStart: { exec: { command: ['a'] } }, preStop: { httpGet: { port: 80 } } };
    assert.deepEqual(containerWith({ lifecycle })['lifecycle'], {
      postStart: { exec: { command: ['a'] } },
      preStop: { httpGet: { port: 80, path: '/', scheme: 'HTTP' } },
    });
  });

  test('fills in probes, where 0 is not given', () => {
    assert.deepEqual(containerWith({ livenessProbe: { grpc: { port: 1 }, periodSeconds: 0, failureThreshold: 5 } })['livenessProbe'], {
      grpc: { port: 1, service: '' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 5,
    });
  });

  test('copies limits to requests, resource by resource', () => {
    assert.deepEqual(containerWith({ resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } })['resources'], {
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '500m', memory: '1Gi' },
    });
  });

  test('rounds resources up to thousandths', () => {
    assert.deepEqual(containerWith({ resources: { requests: { cpu: '0.0001', memory: '-100u' } } })['resources'], {
      requests: { cpu: '1m', memory: '-1m' },
    });
  });

  test('gives ports their protocol, and on the network of the host their host port', () => {
    const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 82, protocol: 'UDP' }];
    assert.deepEqual(containerWith({ ports })['ports'], [{ containerPort: 80, protocol: 'TCP' }, ports[1]]);
    assert.deepEqual(containerWith({ ports }, { hostNetwork: true })['ports'], [
      { containerPort: 80, hostPort: 80, protocol: 'TCP' },
      ports[1],
    ]);
  });

  test('fills in init containers and ephemeral containers too', () => {
    const spec = podWith({ containers: [], initContainers: [{ image: 'a' }], ephemeralContainers: [{ image: 'a' }] }).spec;
    const filled = {
      image: 'a',
      imagePullPolicy: 'Always',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    };
    assert.deepEqual([spec['initContainers'], spec['ephemeralContainers']], [[filled], [filled]]);
  });

  test('keeps both names of the service account alike', () => {
    assert.equal(podWith({ serviceAccount: 'x' }).spec['serviceAccountName'], 'x');
    assert.equal(podWith({ serviceAccount: 'x', serviceAccountName: 'y' }).spec['serviceAccountName'], 'y');
  });

  const VOLUMES: readonly (readonly [given: object, expected: object])[] = [
    [{}, { emptyDir: {} }],
    [{ hostPath: { path: '/x' } }, { hostPath: { path: '/x', type: '' } }],
    [{ secret: { secretName: 's' } }, { secret: { secretName: 's', defaultMode: 0o644 } }],
    [{ configMap: { name: 'c', defaultMode: 0 } }, { configMap: { name: 'c', defaultMode: 0 } }],
    [
      { downwardAPI: { items: [{ fieldRef: { fieldPath: 'x' } }] } },
      { downwardAPI: { defaultMode: 0o644, items: [{ fieldRef: { fieldPath: 'x', apiVersion: 'v1' } }] } },
    ],
    [
      { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      { projected: { defaultMode: 0o644, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] } },
    ],
    [{ image: { reference: 'a' } }, { image: { reference: 'a', pullPolicy: 'Always' } }],
    [{ ephemeral: { volumeClaimTemplate: { spec: {} } } }, { ephemeral: { volumeClaimTemplate: { spec: { volumeMode: 'Filesystem' } } } }],
  ];
  for (const [given, expected] of VOLUMES) {
    test(`makes of a volume ${JSON.stringify(given)}`, () => assert.deepEqual(volumeWith(given), { name: 'v', ...expected }));
  }
});
