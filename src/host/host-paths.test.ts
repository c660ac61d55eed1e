import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hasCode } from '../ports/hooklet-error.ts';
import { hostPaths, isStateDir, makeHostDirs, realPath } from './host-paths.ts';

describe('host paths', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hooklet-test-'));
  });
  after(() => rm(dir, { recursive: true }));

  it('hostPaths() names an instance by its directory, however it is spelled', async () => {
    const state = join(dir, 'real', 'state');
    await mkdir(join(dir, 'real'));
    await symlink(join(dir, 'real'), join(dir, 'link'));
    const expected = createHash('sha256').update(state).digest('hex').slice(0, 8);
    for (const name of [state, `${state}/`, join(dir, 'link', 'state'), `${dir}/link/../real/state`]) {
      const paths = await hostPaths(name);
      assert.equal(paths.instanceId, expected, name);
      assert.equal(paths.stateDir, state, name);
    }
    assert.notEqual((await hostPaths(join(dir, 'other'))).instanceId, expected);
  });

  it('realPath() follows links as far as there is something, and links that lead to nothing yet', async () => {
    const real = join(dir, 'reached');
    await symlink('reached', join(dir, 'dangling'));
    await symlink(join(dir, 'round'), join(dir, 'round'));
    assert.equal(await realPath(join(dir, 'dangling', 'below')), join(real, 'below'));
    assert.equal(await realPath(join(dir, 'round', 'below')), join(dir, 'round', 'below'));
    await mkdir(real);
    assert.equal(await realPath(`${dir}/dangling/`), real);
    assert.equal(await realPath('/'), '/');
  });

  it('hostPaths() keeps within the limits of interface names and socket paths', async () => {
    const paths = await hostPaths(join(dir, 'x'.repeat(200)));
    assert.ok(paths.bridgeName.length <= 15);
    assert.ok(`${paths.containerdSocket}.ttrpc`.length < 108);
    assert.equal(paths.cgroupParent, `/hooklet-${paths.instanceId}`);
  });

  it('makeHostDirs() makes private directories and marks the state directory', async () => {
    const paths = await hostPaths(join(dir, 'new', 'state'));
    assert.equal(await isStateDir(paths), false);
    await makeHostDirs(paths);
    await makeHostDirs(paths);
    try {
      assert.equal(await isStateDir(paths), true);
      for (const each of [paths.stateDir, paths.runDir]) assert.equal((await stat(each)).mode & 0o777, 0o700);
    } finally {
      await rm(paths.runDir, { recursive: true });
    }
  });

  it('makeHostDirs() makes what it keeps private, whatever the umask or an older hooklet left', async (t) => {
    const before = process.umask(0);
    t.after(() => process.umask(before));
    const paths = await hostPaths(join(dir, 'open', 'state'));
    await makeHostDirs(paths);
    t.after(() => rm(paths.runDir, { recursive: true }));
    await chmod(paths.logsDir, 0o755);
    await makeHostDirs(paths);
    for (const each of [paths.stateDir, paths.logsDir, paths.podsDir, paths.hookOutputDir, paths.cniLeaseDir])
      assert.equal((await stat(each)).mode & 0o777, 0o700, each);
    assert.equal((await stat(paths.markerFile)).mode & 0o777, 0o600);
  });

  it('makeHostDirs() refuses a directory with foreign files, and touches nothing', async () => {
    const paths = await hostPaths(join(dir, 'home'));
    await mkdir(paths.stateDir, { mode: 0o755 });
    await writeFile(join(paths.stateDir, 'precious'), '');
    await assert.rejects(makeHostDirs(paths), (error) => hasCode(error, 'badInput') && error.message.includes(paths.stateDir));
    assert.equal((await stat(paths.stateDir)).mode & 0o777, 0o755);
    await assert.rejects(stat(paths.runDir));
  });

  it('isStateDir() does not take a directory for foreign that it may not look into', async () => {
    const loop = join(dir, 'loop');
    await symlink(loop, loop);
    const paths = { stateDir: loop, markerFile: join(loop, '.hooklet-state') };
    await assert.rejects(isStateDir(paths), (error) => hasCode(error, 'hostLacks') && error.message.includes('as root'));
    const file = join(dir, 'no-directory');
    await writeFile(file, '');
    for (const stateDir of [file, join(dir, 'absent')]) assert.equal(await isStateDir({ stateDir, markerFile: `${stateDir}/x` }), false);
  });

  it('makeHostDirs() says what to do where no directory can be made', async () => {
    await writeFile(join(dir, 'file'), '');
    const paths = await hostPaths(join(dir, 'file', 'state'));
    await assert.rejects(makeHostDirs(paths), (error) => hasCode(error, 'hostLacks') && error.message.includes('--state-dir'));
  });
});
