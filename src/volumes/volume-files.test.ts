import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodSpec } from '../model/pod.ts';
import { configMapOf, secretOf } from '../ports/pod-objects.contract.ts';
import type { VolumeFiles } from './atomic-writer.ts';
import { commonUser, configMapFiles, downwardFiles, secretFiles } from './volume-files.ts';

const shown = (files: VolumeFiles) =>
  Object.fromEntries([...files].map(([path, { data, mode }]) => [path, `${Buffer.from(data).toString()} ${mode.toString(8)}`]));

describe('configMapFiles() and secretFiles()', () => {
  const config = configMapOf({ a: '1', b: '2' }, { c: Uint8Array.of(0x33) });
  const source = { name: 'c', defaultMode: 0o644 };

  it('make a file of every key', () => {
    assert.deepEqual(shown(configMapFiles(source, config)), { a: '1 644', b: '2 644', c: '3 644' });
    assert.deepEqual(shown(secretFiles({ ...source, defaultMode: 0o400 }, secretOf({ k: 's' }))), { k: 's 400' });
  });

  it('make only the items, at their paths and with their modes', () => {
    const items = [
      { key: 'b', path: 'sub/b.txt', mode: 0o600 },
      { key: 'c', path: 'c' },
    ];
    assert.deepEqual(shown(configMapFiles({ ...source, items }, config)), { 'sub/b.txt': '2 600', c: '3 644' });
  });

  it('fail with upstream’s words for what is missing', () => {
    assert.throws(() => configMapFiles(source, undefined), { message: 'configmap "c" not found' });
    assert.throws(() => secretFiles(source, undefined), { message: 'secret "c" not found' });
    const items = [{ key: 'x', path: 'x' }];
    assert.throws(() => configMapFiles({ ...source, items }, config), { message: 'configmap references non-existent config key: x' });
    assert.throws(() => secretFiles({ ...source, items }, secretOf({})), { message: 'references non-existent secret key: x' });
  });

  it('leave out what is optional', () => {
    const items = [
      { key: 'x', path: 'x' },
      { key: 'a', path: 'a' },
    ];
    assert.deepEqual(shown(configMapFiles({ ...source, items, optional: true }, config)), { a: '1 644' });
    assert.deepEqual(shown(configMapFiles({ ...source, items, optional: true }, undefined)), {});
    assert.deepEqual(shown(secretFiles({ ...source, optional: true }, undefined)), {});
  });
});

const container = (runAsUser?: number): Container => ({
  name: 'c',
  image: 'i',
  imagePullPolicy: 'Never',
  ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
});

function podOf(spec: Partial<PodSpec>): Pod {
  const metadata = { name: 'p', namespace: 'n', uid: 'u', labels: { zone: 'z', app: 'a' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [container()], ...spec },
  };
}

describe('downwardFiles()', () => {
  const node = { cpuMillis: 4000, memoryBytes: 2 ** 30, ephemeralStorageBytes: 2 ** 33 };

  it('makes a file of each item', () => {
    const items = [
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
      { path: 'name', fieldRef: { fieldPath: 'metadata.name' }, mode: 0o400 },
      { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } },
    ];
    assert.deepEqual(shown(downwardFiles({ items, defaultMode: 0o644 }, podOf({}), node)), {
      labels: 'app="a"\nzone="z" 644',
      name: 'p 400',
      cpu: '4 644',
    });
  });

  it('fails for a field or a container that there is not', () => {
    const failing = (item: object) => () => downwardFiles({ items: [{ path: 'x', ...item }], defaultMode: 0o644 }, podOf({}), node);
    assert.throws(failing({ fieldRef: { fieldPath: 'status.podIP' } }), { message: 'unsupported fieldPath: status.podIP' });
    assert.throws(failing({ resourceFieldRef: { containerName: 'x', resource: 'limits.cpu' } }), { message: 'container x not found' });
  });
});

describe('commonUser()', () => {
  const CASES: readonly (readonly [what: string, spec: Partial<PodSpec>, user: number | undefined])[] = [
    ['nobody is named', {}, undefined],
    ['the Pod names one', { securityContext: { runAsUser: 7 } }, 7],
    ['all containers name the same', { containers: [container(7), container(7)], initContainers: [container(7)] }, 7],
    ['one is of another user', { containers: [container(7), container(8)] }, undefined],
    ['one names nobody', { containers: [container(7), container()] }, undefined],
    ['an init container overrides the Pod’s', { securityContext: { runAsUser: 7 }, initContainers: [container(0)] }, undefined],
    ['it is root', { securityContext: { runAsUser: 0 } }, 0],
  ];
  for (const [what, spec, user] of CASES) it(`is ${user} when ${what}`, () => assert.equal(commonUser(podOf(spec)), user));
});
