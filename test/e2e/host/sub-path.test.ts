/** Parts of volumes with real bind mounts: the unit tests have links in their place. */
import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { whileSwapping } from '../../../src/fakes/path-swapper.ts';
import { HostPrograms } from '../../../src/host/host-programs.ts';
import { SystemHostMounts } from '../../../src/host/system-host-mounts.ts';
import { bindSubPath } from '../../../src/volumes/sub-path.ts';

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-sub-path-'));
  const [volume, outside] = [join(directory, 'volume'), join(directory, 'outside')];
  mkdirSync(volume);
  mkdirSync(outside);
  const target = join(directory, 'subpaths/v/main/0');
  const mounts = new SystemHostMounts(new HostPrograms());
  t.after(async () => {
    for (const path of await mounts.within(directory)) await mounts.unmount(path);
    rmSync(directory, { recursive: true });
  });
  return { volume, outside, target, mounts, bind: (path: string) => bindSubPath(mounts, { volume, path, target }) };
}

describe('bindSubPath(), with real mounts', () => {
  it('shows directories, files and sockets, one after the other, with one mount', async (t) => {
    const { volume, target, mounts, bind } = open(t);
    await bind('a/b');
    writeFileSync(join(volume, 'a/b/file'), 'text');
    assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'text');
    await bind('a/b');
    await bind('a/b/file');
    assert.equal(readFileSync(target, 'utf8'), 'text');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(volume, 'socket'), resolve));
    t.after(() => server.close());
    await bind('socket');
    assert.ok(lstatSync(target).isSocket());
    assert.deepEqual(await mounts.within(target), [target]);
  });

  it('what is mounted below the volume is shown where it is asked for, and not below what is shown', async (t) => {
    const { volume, target, mounts, bind } = open(t);
    mkdirSync(join(volume, 'dir/mounted'), { recursive: true });
    await mounts.tmpfs(join(volume, 'dir/mounted'), { mode: 0o755 });
    writeFileSync(join(volume, 'dir/mounted/file'), 'in memory');
    await bind('dir/mounted');
    assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'in memory');
    await bind('dir');
    assert.equal(existsSync(join(target, 'mounted/file')), false);
  });

  it('never shows anything outside while the path is swapped for a link out of the volume in a loop', async (t) => {
    const { volume, outside, target, mounts, bind } = open(t);
    await whileSwapping(volume, outside, async () => {
      const foreign = statSync(join(outside, 'inner')).ino;
      const outcomes = { inside: 0, refused: 0 };
      for (let round = 0; round < 150; round += 1) {
        const shown = await bind('swap/inner').then(
          () => statSync(target).ino,
          () => undefined,
        );
        assert.notEqual(shown, foreign, `round ${round}`);
        outcomes[shown === undefined ? 'refused' : 'inside'] += 1;
        for (const path of await mounts.within(target)) {
          assert.notEqual(statSync(path).ino, foreign, `round ${round} left it`);
          await mounts.unmount(path);
        }
      }
      assert.ok(outcomes.inside > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
    });
  });
});
