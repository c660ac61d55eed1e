import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Json, openTestApi, PODS, pod, type TestApi } from '../../../test/apiserver/test-api.ts';

describe('pods', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi({ randomNames: [] });
  });
  afterEach(() => api.close());

  const create = (spec: Readonly<Record<string, unknown>> = {}, metadata: object = {}): Promise<Json> =>
    api.must(`POST ${PODS}`, { body: pod('web', spec, metadata) });
  const refuse = async (spec: Readonly<Record<string, unknown>>): Promise<Json> =>
    (await api.ask(`POST ${PODS}`, { body: pod('web', spec) })).body;
  const change = async (edit: (spec: Json) => void): Promise<Json> => {
    const live = await api.must(`GET ${PODS}/web`);
    edit(live.spec);
    return (await api.ask(`PUT ${PODS}/web`, { body: live })).body;
  };

  it('are filled in as upstream fills them in', async () => {
    const { spec, status, metadata } = await create();
    assert.equal(spec.restartPolicy, 'Always');
    assert.equal(spec.terminationGracePeriodSeconds, 30);
    assert.equal(spec.containers[0].imagePullPolicy, 'IfNotPresent');
    assert.deepEqual(status, { phase: 'Pending', qosClass: 'BestEffort' });
    assert.equal(metadata.generation, 1);
    assert.equal(spec.priority, 0);
    assert.equal(spec.preemptionPolicy, 'PreemptLowerPriority');
    assert.deepEqual(
      spec.tolerations.map(({ key, tolerationSeconds }: Json) => [key, tolerationSeconds]),
      [
        ['node.kubernetes.io/not-ready', 300],
        ['node.kubernetes.io/unreachable', 300],
      ],
    );
  });

  it('are refused as upstream refuses them', async () => {
    const { code, message } = await refuse({ containers: [{ name: 'c', image: 'x', lifecycle: { preStop: {} } }] });
    assert.equal(code, 422);
    assert.equal(message, 'Pod "web" is invalid: spec.containers[0].lifecycle.preStop: Required value: must specify a handler type');
    assert.match((await refuse({ restartPolicy: 'Sometimes' })).message, /spec\.restartPolicy: Unsupported value: "Sometimes"/);
    assert.match((await refuse({ containers: [] })).message, /spec\.containers: Required value/);
  });

  it('that cannot be run here are refused with the field that is why', async () => {
    await api.close();
    const findings = [{ path: ['spec', 'nodeSelector'], message: 'not supported yet' }];
    api = await openTestApi({ parts: { resources: { clusterCa: 'CA', pods: { refuse: () => findings } } } });
    assert.equal((await refuse({})).message, 'Pod "web" is invalid: spec.nodeSelector: not supported yet');
  });

  it('come with warnings for what their author cannot have meant', async () => {
    const { headers, body } = await api.ask(`POST ${PODS}`, { body: pod('web', { terminationGracePeriodSeconds: -5 }) });
    assert.deepEqual(headers['warning'], [
      '299 - "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"',
    ]);
    assert.equal(body.spec.terminationGracePeriodSeconds, 1);
  });

  describe('run as a ServiceAccount', () => {
    const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

    it('with its token, the CA and their namespace in a volume', async () => {
      const { spec } = await create({ initContainers: [{ name: 'i', image: 'x' }] });
      assert.equal(spec.serviceAccountName, 'default');
      assert.equal(spec.serviceAccount, 'default');
      const [volume] = spec.volumes;
      assert.match(volume.name, /^kube-api-access-[a-z0-9]{5}$/);
      assert.equal(volume.projected.defaultMode, 420);
      assert.deepEqual(
        volume.projected.sources.map((source: Json) => Object.keys(source)[0]),
        ['serviceAccountToken', 'configMap', 'downwardAPI'],
      );
      for (const container of [...spec.containers, ...spec.initContainers]) {
        assert.deepEqual(container.volumeMounts, [{ name: volume.name, readOnly: true, mountPath: MOUNT }]);
      }
    });

    it('without it where the Pod or its account says so, the Pod first', async () => {
      assert.equal((await create({ automountServiceAccountToken: false })).spec.volumes, undefined);
      const shy = { metadata: { name: 'shy' }, automountServiceAccountToken: false, imagePullSecrets: [{ name: 'pull' }] };
      await api.must('POST /api/v1/namespaces/default/serviceaccounts', { body: shy });
      const quiet = await api.must(`POST ${PODS}`, { body: pod('quiet', { serviceAccountName: 'shy' }) });
      assert.equal(quiet.spec.volumes, undefined);
      assert.deepEqual(quiet.spec.imagePullSecrets, [{ name: 'pull' }]);
      const loud = await api.must(`POST ${PODS}`, { body: pod('loud', { serviceAccountName: 'shy', automountServiceAccountToken: true }) });
      assert.equal(loud.spec.volumes.length, 1);
    });

    it('and keep a mount of their own at that place', async () => {
      const volumes = [{ name: 'own', emptyDir: {} }];
      const containers = [{ name: 'c', image: 'x', volumeMounts: [{ name: 'own', mountPath: MOUNT }] }];
      const { spec } = await create({ volumes, containers });
      assert.equal(spec.volumes.length, 1);
      assert.equal(spec.containers[0].volumeMounts.length, 1);
    });

    it('that is there', async () => {
      const { code, message } = await refuse({ serviceAccountName: 'nobody' });
      assert.equal(code, 403);
      assert.equal(message, 'pods "web" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found');
    });

    it('but not the mirror of a static Pod', async () => {
      const { spec } = await create({}, { annotations: { 'kubernetes.io/config.mirror': 'x' } });
      assert.equal(spec.serviceAccountName, undefined);
      assert.equal(spec.volumes, undefined);
    });
  });

  describe('have the priority of their class', () => {
    it('which is there, and whose number nobody makes up', async () => {
      const { spec } = await create({ priorityClassName: 'system-node-critical' });
      assert.equal(spec.priority, 2_000_001_000);
      assert.match((await refuse({ priorityClassName: 'none' })).message, /no PriorityClass with name none was found/);
      assert.match((await refuse({ priority: 5 })).message, /must not be provided in pod spec/);
    });

    it('or of the class that is the default', async () => {
      const path = '/apis/scheduling.k8s.io/v1/priorityclasses';
      await api.must(`POST ${path}`, { body: { metadata: { name: 'usual' }, value: 7, globalDefault: true } });
      assert.equal((await create()).spec.priorityClassName, 'usual');
      const second = await api.ask(`POST ${path}`, { body: { metadata: { name: 'other' }, value: 8, globalDefault: true } });
      assert.match(second.body.message, /PriorityClass usual is already marked as default/);
    });
  });

  it('name a RuntimeClass that is there', async () => {
    assert.match((await refuse({ runtimeClassName: 'sandboxed' })).message, /pod rejected: RuntimeClass "sandboxed" not found/);
    await api.must('POST /apis/node.k8s.io/v1/runtimeclasses', { body: { metadata: { name: 'sandboxed' }, handler: 'runsc' } });
    assert.equal((await create({ runtimeClassName: 'sandboxed' })).spec.runtimeClassName, 'sandboxed');
  });

  describe('may be changed in few ways', () => {
    beforeEach(() => create({ activeDeadlineSeconds: 100 }));

    it('images, a shorter deadline, further tolerations', async () => {
      const next = await change((spec) => {
        spec.containers[0].image = 'example/app:2';
        spec.activeDeadlineSeconds = 50;
        spec.tolerations.push({ key: 'x', operator: 'Exists' });
      });
      assert.equal(next.metadata.generation, 2);
      assert.equal(next.spec.tolerations.length, 3);
    });

    const refusals: readonly (readonly [what: string, edit: (spec: Json) => void, message: RegExp])[] = [
      [
        'a hook',
        (spec) => {
          spec.containers[0].lifecycle = { preStop: { sleep: { seconds: 1 } } };
        },
        /spec: Forbidden: pod updates may not change fields other than [\s\S]*changed: containers/,
      ],
      [
        'a command',
        (spec) => {
          spec.containers[0].command = ['x'];
        },
        /changed: containers/,
      ],
      [
        'the grace',
        (spec) => {
          spec.terminationGracePeriodSeconds = 5;
        },
        /changed: terminationGracePeriodSeconds/,
      ],
      [
        'the node',
        (spec) => {
          spec.nodeName = 'n';
        },
        /changed: nodeName/,
      ],
      [
        'a further container',
        (spec) => {
          spec.containers.push({ name: 'd', image: 'x' });
        },
        /spec\.containers: Forbidden: pod updates may not add or remove containers/,
      ],
      [
        'a longer deadline',
        (spec) => {
          spec.activeDeadlineSeconds = 200;
        },
        /must be less than or equal to previous value/,
      ],
      [
        'no deadline',
        (spec) => {
          delete spec.activeDeadlineSeconds;
        },
        /must not update from a positive integer to nil value/,
      ],
      [
        'one toleration less',
        (spec) => {
          spec.tolerations.pop();
        },
        /existing toleration can not be modified except its tolerationSeconds/,
      ],
    ];
    for (const [what, edit, message] of refusals) {
      it(`not ${what}`, async () => {
        const { code, message: said } = await change(edit);
        assert.equal(code, 422);
        assert.match(said, message);
      });
    }
  });

  it('are put on a node once', async () => {
    await create();
    const binding = { target: { apiVersion: 'v1', kind: 'Node', name: 'n' } };
    const { status, body } = await api.ask(`POST ${PODS}/web/binding`, { body: binding });
    assert.equal(status, 201);
    assert.equal(body.status, 'Success');
    const { spec, metadata, status: told } = await api.must(`GET ${PODS}/web`);
    assert.equal(spec.nodeName, 'n');
    assert.equal(metadata.generation, 1);
    assert.equal(told.conditions[0].type, 'PodScheduled');
    const again = await api.ask(`POST ${PODS}/web/binding`, { body: binding });
    assert.equal(again.status, 409);
    assert.match(again.body.message, /pod web is already assigned to node "n"/);
    assert.equal((await api.ask(`POST ${PODS}/web/binding`, { body: { target: { kind: 'Shelf', name: 'n' } } })).status, 422);
    assert.equal((await api.ask(`POST ${PODS}/missing/binding`, { body: binding })).status, 404);
  });

  it('are evicted with the grace that is given', async () => {
    await create({ nodeName: 'n' });
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' }, deleteOptions: { gracePeriodSeconds: 7 } };
    const { status } = await api.ask(`POST ${PODS}/web/eviction?dryRun=All`, { body: eviction });
    assert.equal(status, 201);
    assert.equal((await api.must(`GET ${PODS}/web`)).metadata.deletionTimestamp, undefined);
    await api.must(`POST ${PODS}/web/eviction`, { body: eviction });
    assert.equal((await api.must(`GET ${PODS}/web`)).metadata.deletionGracePeriodSeconds, 7);
    assert.equal((await api.ask(`POST ${PODS}/missing/eviction`, { body: { ...eviction, metadata: { name: 'missing' } } })).status, 404);
    assert.equal((await api.ask(`POST ${PODS}/web/eviction`, { body: { ...eviction, metadata: { name: 'other' } } })).status, 400);
  });

  it('wait behind their scheduling gates', async () => {
    const gated = await create({ schedulingGates: [{ name: 'example.com/wait' }] });
    assert.equal(gated.status.conditions[0].reason, 'SchedulingGated');
    const binding = { target: { kind: 'Node', name: 'n' } };
    assert.match((await api.ask(`POST ${PODS}/web/binding`, { body: binding })).body.message, /has non-empty \.spec\.schedulingGates/);
    const opened = await change((spec) => {
      spec.schedulingGates = [];
    });
    assert.equal(opened.code, undefined);
  });
});
