import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MemoryHostMounts } from '../fakes/memory-host-mounts.ts';
import { bindSubPath } from './sub-path.ts';

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-sub-path-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const volume = join(directory, 'volume');
  mkdirSync(volume);
  const target = join(directory, 'subpaths/v/main/0');
  const mounts = new MemoryHostMounts();
  return { directory, volume, target, mounts, bind: (path: string) => bindSubPath(mounts, { volume, path, target }) };
}

describe('bindSubPath()', () => {
  it('shows a directory that it makes with the volume’s mode, and a file that is there', async (t) => {
    const { volume, target, bind } = open(t);
    chmodSync(volume, 0o2775);
    await bind('a/b');
    assert.equal(statSync(join(volume, 'a/b')).mode & 0o7777, 0o2775);
    assert.equal(statSync(target).ino, statSync(join(volume, 'a/b')).ino);
    writeFileSync(join(volume, 'a/file'), 'text');
    await bind('a/file');
    assert.equal(readFileSync(target, 'utf8'), 'text');
  });

  it('mounts once what it shows already, and anew what became something else', async (t) => {
    const { volume, target, mounts, bind } = open(t);
    await bind('a');
    const first = mounts.mounted.get(target);
    await bind('a');
    assert.equal(mounts.mounted.get(target), first);
    rmSync(join(volume, 'a'), { recursive: true });
    writeFileSync(join(volume, 'a'), 'now a file');
    await bind('a');
    assert.equal(readFileSync(target, 'utf8'), 'now a file');
    assert.equal(mounts.mounted.size, 1);
  });

  it('mounts nothing from outside the volume', async (t) => {
    const { directory, volume, mounts, bind } = open(t);
    symlinkSync(directory, join(volume, 'out'));
    for (const path of ['out', 'out/made', 'out/..data']) await assert.rejects(bind(path), path);
    assert.equal(mounts.mounted.size, 0);
    assert.equal(lstatSync(join(directory, 'made'), { throwIfNoEntry: false }), undefined);
  });

  it('takes a mount away again that shows something else than was opened', async (t) => {
    const { directory, mounts, bind } = open(t);
    const given = mounts.bind.bind(mounts);
    mounts.bind = (_, target) => given(directory, target);
    await assert.rejects(bind('a'), /shows something else than was opened/);
    assert.equal(mounts.mounted.size, 0);
  });
});
