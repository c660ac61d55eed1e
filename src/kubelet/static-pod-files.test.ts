import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryManifestDirectory } from '../fakes/memory-manifest-directory.ts';
import type { Pod } from '../model/pod.ts';
import type { OpenPod } from '../ports/journal.ts';
import { StaticPodFiles } from './static-pod-files.ts';
import { readStaticPod } from './static-pod-manifest.ts';

const manifest = (name: string, image = 'a:1'): string =>
  `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"},"spec":{"containers":[{"name":"main","image":"${image}"}]}}`;

const uidOf = (text: string): string =>
  readStaticPod({ path: 'x', name: 'x', content: Buffer.from(text) }, 'n').pod?.metadata.uid ?? assert.fail('no Pod');

async function openStage(t: TestContext, files: Readonly<Record<string, string>> = {}, left: readonly OpenPod[] = []) {
  const clock = new ManualClock();
  const directory = new MemoryManifestDirectory();
  for (const [name, text] of Object.entries(files)) directory.write(name, text);
  const wanted: (readonly Pod[])[] = [];
  const warnings: string[] = [];
  const logger = {
    info: () => {},
    warn: (message: string, fields: object = {}) => warnings.push([message, ...Object.values(fields)].join(': ')),
  };
  const follower = new StaticPodFiles({ directory, clock, logger, nodeName: 'n', pods: { want: (pods) => wanted.push(pods) }, left });
  t.after(() => follower.stop());
  await follower.start();
  return {
    clock,
    directory,
    warnings,
    follower,
    readings: () => wanted.length,
    names: () => (wanted.at(-1) ?? []).map(({ metadata }) => metadata.name),
    uids: () => (wanted.at(-1) ?? []).map(({ metadata }) => metadata.uid),
    quiet: () => clock.advance(100),
  };
}

describe('StaticPodFiles', () => {
  it('start() tells what is there, in the order of the files', async (t) => {
    const { names, warnings } = await openStage(t, { 'b.yaml': manifest('b'), 'a.json': manifest('a') });
    assert.deepEqual([names(), warnings], [['a-n', 'b-n'], []]);
  });

  it('start() rejects when the directory cannot be read', async () => {
    const directory = new MemoryManifestDirectory();
    directory.isGone = true;
    const logger = { info: () => {}, warn: () => {} };
    const parts = { directory, clock: new ManualClock(), logger, nodeName: 'n', pods: { want: () => assert.fail('told') }, left: [] };
    await assert.rejects(new StaticPodFiles(parts).start(), { code: 'badInput' });
  });

  it('tells a file that comes, changes and goes, once it has been quiet for a moment', async (t) => {
    const { directory, quiet, clock, names, uids, readings } = await openStage(t);
    directory.write('web.yaml', manifest('web'));
    await clock.advance(99);
    assert.deepEqual([names(), readings()], [[], 1]);
    await clock.advance(1);
    assert.deepEqual(names(), ['web-n']);
    const [before] = uids();
    directory.write('web.yaml', manifest('web', 'a:2'));
    await quiet();
    assert.notEqual(uids()[0], before);
    directory.remove('web.yaml');
    await quiet();
    assert.deepEqual(names(), []);
  });

  it('does not wait for ever for a directory that is never quiet', async (t) => {
    const { directory, clock, names } = await openStage(t);
    directory.write('web.yaml', manifest('web'));
    for (let ms = 0; ms < 2000; ms += 50) {
      await clock.advance(50);
      directory.write('other.txt~', `${ms}`);
    }
    assert.deepEqual(names(), ['web-n']);
  });

  it('sees within 20 s what nobody told', async (t) => {
    const { directory, clock, names } = await openStage(t);
    directory.write('web.yaml', manifest('web'), { quietly: true });
    await clock.advance(19_000);
    assert.deepEqual(names(), []);
    await clock.advance(1_100);
    assert.deepEqual(names(), ['web-n']);
  });

  it('a file that is half written, emptied or unreadable leaves what it had; each state of it is logged once', async (t) => {
    const { directory, quiet, clock, uids, warnings } = await openStage(t, { 'web.yaml': manifest('web') });
    const before = uids();
    for (const content of [manifest('web').slice(0, 50), '', { problem: 'cannot be read: EACCES' }]) {
      warnings.length = 0;
      directory.write('web.yaml', content);
      await quiet();
      await clock.advance(60_000);
      assert.deepEqual(uids(), before);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', /^a manifest is not used; it keeps default\/web-n: \/manifests\/web\.yaml/);
    }
    directory.write('web.yaml', manifest('web', 'a:2'));
    await quiet();
    assert.notDeepEqual(uids(), before);
  });

  it('a directory that cannot be read leaves all as it is, logged once, and is followed again', async (t) => {
    const { directory, clock, names, warnings } = await openStage(t, { 'web.yaml': manifest('web') });
    directory.isGone = true;
    await clock.advance(65_000);
    assert.deepEqual(names(), ['web-n']);
    assert.deepEqual(warnings, ['the manifests cannot be read; static Pods stay as they are: there is no directory "/manifests"']);
    directory.isGone = false;
    directory.write('db.yaml', manifest('db'), { quietly: true });
    await clock.advance(21_000);
    assert.deepEqual(names(), ['db-n', 'web-n']);
  });

  it('of two files that name one Pod the first is run, until it goes', async (t) => {
    const { directory, quiet, uids, warnings } = await openStage(t, { 'a.yaml': manifest('web', 'a:1'), 'b.yaml': manifest('web', 'b:1') });
    assert.deepEqual(uids(), [uidOf(manifest('web', 'a:1'))]);
    assert.deepEqual(warnings, ['"b.yaml" and "a.yaml" both name the Pod default/web-n; that of "a.yaml" is run']);
    directory.remove('a.yaml');
    await quiet();
    assert.deepEqual(uids(), [uidOf(manifest('web', 'b:1'))]);
  });

  it('a file that is broken when the agent starts keeps the Pod that an earlier agent has of it', async (t) => {
    const { pod } = readStaticPod({ path: 'x', name: 'web.yaml', content: Buffer.from(manifest('web')) }, 'n');
    const spec = pod ?? assert.fail('no Pod');
    const ref = { time: '2030-01-01T00:00:00.000Z', pod: 'default/web-n', uid: spec.metadata.uid };
    const left = [{ uid: spec.metadata.uid, records: [{ ...ref, type: 'pod.accepted', spec } as const] }];
    const { uids, directory, quiet } = await openStage(t, { 'web.yaml': '{' }, left);
    assert.deepEqual(uids(), [spec.metadata.uid]);
    directory.remove('web.yaml');
    await quiet();
    assert.deepEqual(uids(), []);
  });

  it('stop() ends it; nothing is told any more', async (t) => {
    const { follower, directory, clock, readings } = await openStage(t);
    await follower.stop();
    directory.write('web.yaml', manifest('web'));
    await clock.advance(60_000);
    assert.deepEqual([readings(), clock.pending], [1, 0]);
  });
});
