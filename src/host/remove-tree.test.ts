import assert from 'node:assert/strict';
import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { hasCode } from '../ports/hooklet-error.ts';
import { removeTree } from './remove-tree.ts';

describe('removeTree()', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hooklet-test-'));
    await mkdir(join(dir, 'outside'));
    await writeFile(join(dir, 'outside', 'kept'), '');
  });
  after(() => rm(dir, { recursive: true }));

  it('removes all that is in it, and the links but not what they point to', async () => {
    const tree = join(dir, 'tree');
    await mkdir(join(tree, 'a', 'b'), { recursive: true });
    await writeFile(join(tree, 'a', 'file'), '', { mode: 0o000 });
    await symlink(join(dir, 'outside'), join(tree, 'a', 'link'));
    await symlink('/nowhere', join(tree, 'dangling'));
    await removeTree(tree);
    assert.equal(existsSync(tree), false);
    assert.equal(existsSync(join(dir, 'outside', 'kept')), true);
  });

  it('is content with nothing to remove', () => removeTree(join(dir, 'missing')));

  it('refuses a link instead of a directory', async () => {
    await symlink(join(dir, 'outside'), join(dir, 'link'));
    await assert.rejects(removeTree(join(dir, 'link')), (error) => hasCode(error, 'hostLacks'));
    assert.equal(existsSync(join(dir, 'outside', 'kept')), true);
  });

  it('lets others run while it removes a directory of many files', async () => {
    const tree = join(dir, 'many');
    await mkdir(tree);
    for (let n = 0; n < 1000; n += 1) writeFileSync(join(tree, `${n}`), '');
    let turns = 0;
    const removed = removeTree(tree).then(() => true);
    while (!(await Promise.race([removed, setImmediate(false)]))) turns += 1;
    assert.ok(turns > 3, `${turns} turns`);
    assert.equal(existsSync(tree), false);
  });

  it('says what to do where something cannot be removed', async () => {
    await assert.rejects(
      removeTree('/proc/self/fdinfo'),
      (error) => hasCode(error, 'hostLacks') && /Cannot remove "\/proc\/self\/fdinfo.*; .*try again/.test(error.message),
    );
  });

  it('refuses a directory of another device and leaves what is in it', async () => {
    const tree = join(dir, 'device');
    await mkdir(tree);
    await writeFile(join(tree, 'file'), '');
    await assert.rejects(
      removeTree(tree, lstatSync(tree).dev + 1),
      (error) => hasCode(error, 'hostLacks') && error.message.includes('mounted'),
    );
    assert.equal(existsSync(join(tree, 'file')), true);
  });
});
