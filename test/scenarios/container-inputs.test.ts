import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JournalRecord } from '../../src/core/journal-record.ts';
import { configMapOf } from '../../src/ports/pod-objects.contract.ts';
import { container, pod, Scenario } from './scenario.ts';

const events = ({ journal }: Scenario): readonly string[] =>
  journal.records.flatMap((record: JournalRecord) =>
    record.type === 'event' && record.eventType === 'Warning' ? [`${record.reason} x${record.count}: ${record.message}`] : [],
  );
const types = (scenario: Scenario): readonly string[] => scenario.types().filter((type) => type !== 'event');

const withVolume = pod('demo', [container('main', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })], {
  volumes: [{ name: 'v', configMap: { name: 'c' } }],
});
const withEnv = pod('demo', [container('main', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'a' } } }] })]);

describe('a volume that cannot be had', () => {
  it('lets nothing of the Pod be made, is told at the pace of the kubelet, and the Pod goes on once it is there', async () => {
    const scenario = new Scenario();
    scenario.volumes.missing.set('demo', 'configmap "c" not found');
    await scenario.start(withVolume);
    await scenario.clock.advance(25_000);
    deepEqual(types(scenario), ['pod.accepted']);
    const told = events(scenario);
    ok(told.length >= 2 && told.length <= 3, told.join('\n'));
    equal(told.at(-1), `FailedMount x${told.length}: MountVolume.SetUp failed for volume "v" : configmap "c" not found`);
    scenario.volumes.missing.clear();
    await scenario.clock.advance(15_000);
    ok(scenario.types().includes('container.ready'));
  });

  it('is told no more when the Pod is not wanted any more', async () => {
    const scenario = new Scenario();
    scenario.volumes.missing.set('demo', 'configmap "c" not found');
    await scenario.start(withVolume);
    const before = events(scenario).length;
    await scenario.delete(0);
    await scenario.clock.advance(60_000);
    equal(events(scenario).length, before);
    ok(scenario.types().includes('pod.removed'));
  });

  it('after the sandbox was made holds back the container, which has not failed', async () => {
    const scenario = new Scenario({ images: [], pull: () => ({ takesMs: 5000 }) });
    await scenario.start({ ...withVolume, spec: { ...withVolume.spec, containers: [container('main', { image: 'web:1' })] } });
    scenario.volumes.missing.set('demo', 'configmap "c" not found');
    await scenario.clock.advance(20_000);
    ok(scenario.types().includes('sandbox.ready'));
    ok(!scenario.types().includes('container.failed') && !scenario.types().includes('container.created'));
    ok(events(scenario).some((event) => event.startsWith('FailedMount ')));
    scenario.volumes.missing.clear();
    await scenario.clock.advance(15_000);
    ok(scenario.types().includes('container.ready'));
  });
});

describe('a container that cannot be configured', () => {
  it('fails with upstream’s reason and words, and is made once what it needs is there', async () => {
    const scenario = new Scenario();
    await scenario.start(withEnv);
    const failed = scenario.journal.records.find((record) => record.type === 'container.failed');
    deepEqual(failed?.type === 'container.failed' ? [failed.reason, failed.message] : failed, [
      'CreateContainerConfigError',
      'configmap "c" not found',
    ]);
    deepEqual(events(scenario), ['Failed x1: Error: configmap "c" not found']);
    scenario.objects.setConfigMap('default', 'c', configMapOf({ a: 'x' }));
    await scenario.clock.advance(60_000);
    ok(scenario.types().includes('container.ready'));
  });

  it('of names that no environment can have is told, and starts without them', async () => {
    const scenario = new Scenario();
    scenario.objects.setConfigMap('default', 'c', configMapOf({ 'a=b': 'x', fine: 'y' }));
    await scenario.start(pod('demo', [container('main', { envFrom: [{ configMapRef: { name: 'c' } }] })]));
    deepEqual(events(scenario), [
      'InvalidEnvironmentVariableNames x1: Keys [a=b] from the EnvFrom configMap default/c were skipped since they are considered invalid environment variable names.',
    ]);
    ok(scenario.types().includes('container.ready'));
  });
});
