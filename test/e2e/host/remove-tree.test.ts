/** What a Pod or its user has mounted below a directory of ours is not ours to remove. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { removeTree } from '../../../src/host/remove-tree.ts';
import { hasCode } from '../../../src/ports/hooklet-error.ts';

it('removeTree() refuses a tree with a bind mount, which has the device of what it shows, before it touches anything', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'hooklet-e2e-'));
  t.after(() => rm(dir, { recursive: true }));
  const [outside, tree] = [join(dir, 'outside'), join(dir, 'tree')];
  const point = join(tree, 'a', 'point');
  await mkdir(outside);
  await mkdir(point, { recursive: true });
  for (const file of [join(outside, 'kept'), join(tree, 'a', '0-first')]) await writeFile(file, '');
  execFileSync('mount', ['--bind', outside, point]);
  try {
    const says = (error: unknown): boolean =>
      hasCode(error, 'hostLacks') && error.message.includes(`"${point}"`) && /unmount/.test(error.message);
    await rejects(removeTree(tree), says);
    deepEqual([existsSync(join(outside, 'kept')), existsSync(join(tree, 'a', '0-first'))], [true, true]);
  } finally {
    execFileSync('umount', [point]);
  }
  await removeTree(tree);
  equal(existsSync(tree), false);
});
