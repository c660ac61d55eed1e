import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MemoryHostMounts } from '../fakes/memory-host-mounts.ts';
import type { Container, PodSpec } from '../model/pod.ts';
import { makeDirectory, makeInMemory, memoryBytesOf, overfullMessage } from './empty-dir.ts';

function directoryOf(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-empty-dir-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const gid = process.getgid?.() ?? 0;

describe('makeDirectory()', () => {
  it('makes it for everybody, and with the set-group bit for an fsGroup, whatever the umask', async (t) => {
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    const directory = directoryOf(t);
    await makeDirectory(join(directory, 'plain'), undefined);
    await makeDirectory(join(directory, 'group'), gid);
    assert.deepEqual([modeOf(join(directory, 'plain')), modeOf(join(directory, 'group'))], ['777', '2777']);
    assert.equal(statSync(join(directory, 'group')).gid, gid);
  });

  it('leaves what is there as it is, and takes no half of a killed agent’s for it', async (t) => {
    const directory = directoryOf(t);
    mkdirSync(join(directory, '.v'), { mode: 0o700 });
    await makeDirectory(join(directory, 'v'), undefined);
    writeFileSync(join(directory, 'v/file'), 'kept');
    await makeDirectory(join(directory, 'v'), undefined);
    assert.equal(readFileSync(join(directory, 'v/file'), 'utf8'), 'kept');
    assert.deepEqual(readdirSync(directory), ['v']);
  });
});

describe('makeInMemory()', () => {
  it('mounts once, with the mode, size and group that it was given', async (t) => {
    const path = join(directoryOf(t), 'v');
    const mounts = new MemoryHostMounts();
    await makeInMemory(mounts, path, { fsGroup: gid, sizeBytes: 4096 });
    const mount = mounts.mounted.get(path);
    assert.deepEqual(mount, { mode: 0o2777, sizeBytes: 4096, gid });
    await makeInMemory(mounts, path, { fsGroup: gid, sizeBytes: 4096 });
    assert.equal(mounts.mounted.get(path), mount);
    await makeInMemory(mounts, `${path}2`, { fsGroup: undefined, sizeBytes: undefined });
    assert.deepEqual(mounts.mounted.get(`${path}2`), { mode: 0o777 });
  });
});

describe('memoryBytesOf()', () => {
  const container = (memory?: string): Container => ({
    name: 'c',
    image: 'i',
    imagePullPolicy: 'Never',
    ...(memory === undefined ? {} : { resources: { limits: { memory } } }),
  });
  const podOf = (containers: readonly Container[], initContainers: readonly Container[] = []): { readonly spec: PodSpec } => ({
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers, initContainers },
  });
  const NODE = 2 ** 30;
  const CASES: readonly (readonly [what: string, pod: { readonly spec: PodSpec }, sizeLimit: string | undefined, bytes: number])[] = [
    ['the node’s memory without any limit', podOf([container()]), undefined, NODE],
    ['its own limit', podOf([container()]), '64Mi', 64 * 2 ** 20],
    ['the node’s memory, when its own limit is more', podOf([container()]), '2Gi', NODE],
    ['no limit of its own by a limit of 0', podOf([container()]), '0', NODE],
    ['what the containers may use together', podOf([container('16Mi'), container('16Mi')]), '64Mi', 32 * 2 ** 20],
    ['what an init container may use, if that is more', podOf([container('16Mi')], [container('48Mi')]), undefined, 48 * 2 ** 20],
    [
      'what a sidecar may use beside the others',
      podOf([container('16Mi')], [{ ...container('8Mi'), restartPolicy: 'Always' }]),
      undefined,
      24 * 2 ** 20,
    ],
    ['the node’s memory, when one container has no limit', podOf([container('16Mi'), container()]), undefined, NODE],
  ];
  for (const [what, pod, sizeLimit, bytes] of CASES)
    it(`is ${what}`, () =>
      assert.equal(memoryBytesOf({ medium: 'Memory', ...(sizeLimit === undefined ? {} : { sizeLimit }) }, pod, NODE), bytes));
});

describe('overfullMessage()', () => {
  it('is upstream’s, once there is more than the limit', () => {
    const volume = { name: 'data', emptyDir: { sizeLimit: '1024Ki' } };
    assert.equal(overfullMessage(volume, 2 ** 20), undefined);
    assert.equal(overfullMessage(volume, 2 ** 20 + 512), 'Usage of EmptyDir volume "data" exceeds the limit "1Mi". ');
  });

  it('is none without a limit, or with a limit of 0', () => {
    assert.equal(overfullMessage({ name: 'data', emptyDir: {} }, 2 ** 40), undefined);
    assert.equal(overfullMessage({ name: 'data', emptyDir: { sizeLimit: '0' } }, 2 ** 40), undefined);
  });
});
