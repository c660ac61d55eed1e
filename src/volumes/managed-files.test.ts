import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MemoryHostMounts } from '../fakes/memory-host-mounts.ts';
import { makeManagedDirectory, makeTerminationLog, readTerminationLog, writeHostsFile } from './managed-files.ts';
import { PodDirectory } from './pod-directory.ts';

async function open(t: TestContext) {
  const podsDir = mkdtempSync(join(tmpdir(), 'hooklet-managed-'));
  t.after(() => rmSync(podsDir, { recursive: true, force: true }));
  const directory = new PodDirectory(podsDir, 'u1');
  const mounts = new MemoryHostMounts();
  await makeManagedDirectory(mounts, directory, 100);
  return { directory, mounts, podsDir };
}

describe('makeManagedDirectory()', () => {
  it('mounts a file system with room for little more than is needed, once', async (t) => {
    const { directory, mounts } = await open(t);
    const mount = mounts.mounted.get(directory.managed);
    assert.deepEqual(mount, { mode: 0o700, sizeBytes: 1024 * 1024 + 200 });
    await makeManagedDirectory(mounts, directory, 5);
    assert.equal(mounts.mounted.get(directory.managed), mount);
  });
});

describe('writeHostsFile()', () => {
  it('writes the same file again, for containers that have it mounted', async (t) => {
    const { directory } = await open(t);
    await writeHostsFile(directory, 'long content');
    const { ino, mode } = statSync(directory.hostsFile);
    await writeHostsFile(directory, 'short');
    assert.equal(readFileSync(directory.hostsFile, 'utf8'), 'short');
    assert.deepEqual([statSync(directory.hostsFile).ino, mode & 0o7777], [ino, 0o644]);
  });

  it('writes through no link', async (t) => {
    const { directory, podsDir } = await open(t);
    const precious = join(podsDir, 'precious');
    writeFileSync(precious, 'of the host');
    symlinkSync(precious, directory.hostsFile);
    await assert.rejects(writeHostsFile(directory, 'x'), { code: 'ELOOP' });
    assert.equal(readFileSync(precious, 'utf8'), 'of the host');
  });
});

describe('makeTerminationLog()', () => {
  it('makes an empty file that everybody may write, one for each instance, and keeps the last two', async (t) => {
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    const { directory } = await open(t);
    for (const restartCount of [0, 1, 2, 3]) {
      const path = await makeTerminationLog(directory, 'main', restartCount);
      assert.deepEqual([statSync(path).mode & 0o7777, statSync(path).size], [0o666, 0]);
      writeFileSync(path, 'words');
    }
    assert.deepEqual(readdirSync(directory.terminationLogs('main')).sort(), ['2', '3']);
    await makeTerminationLog(directory, 'main', 3);
    assert.equal(await readTerminationLog(directory, 'main', 3), '');
    assert.equal(await readTerminationLog(directory, 'main', 2), 'words');
  });
});

describe('readTerminationLog()', () => {
  it('reads the last 4 KiB, in whole characters', async (t) => {
    const { directory } = await open(t);
    const path = await makeTerminationLog(directory, 'main', 0);
    const CASES: readonly (readonly [written: string, read: string])[] = [
      ['', ''],
      ['bye\n', 'bye\n'],
      [`${'x'.repeat(10)}${'y'.repeat(4096)}`, 'y'.repeat(4096)],
      [`${'ä'.repeat(3000)}!`, `${'ä'.repeat(2047)}!`],
    ];
    for (const [written, read] of CASES) {
      writeFileSync(path, written);
      assert.equal(await readTerminationLog(directory, 'main', 0), read);
    }
    assert.equal(await readTerminationLog(directory, 'other', 0), '');
  });

  it('reads no link and nothing but a file: a container must not make the agent read for it', async (t) => {
    const { directory, podsDir } = await open(t);
    writeFileSync(join(podsDir, 'secret'), 'of the host');
    const path = await makeTerminationLog(directory, 'main', 0);
    unlinkSync(path);
    symlinkSync(join(podsDir, 'secret'), path);
    await assert.rejects(readTerminationLog(directory, 'main', 0), { code: 'ELOOP' });
    unlinkSync(path);
    mkdirSync(path);
    await assert.rejects(readTerminationLog(directory, 'main', 0), /is no file/);
  });
});
