import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { HostMounts } from './host-mounts.ts';

export interface HostMountsSubject {
  readonly mounts: HostMounts;
  /** A directory of the test's own; what is mounted there is unmounted after the test. */
  readonly directory: string;
}

export function hostMountsContract(name: string, open: (t: TestContext) => HostMountsSubject): void {
  describe(`${name} as HostMounts`, () => {
    it('tmpfs() mounts a file system with the mode it was given; within() knows it until it is unmounted', async (t) => {
      const { mounts, directory } = open(t);
      const [dir, other] = [join(directory, 'a b'), join(directory, 'other')] as const;
      mkdirSync(dir);
      mkdirSync(other);
      await mounts.tmpfs(dir, { mode: 0o755, sizeBytes: 65_536 });
      assert.equal(statSync(dir).mode & 0o7777, 0o755);
      assert.deepEqual(await mounts.within(directory), [dir]);
      assert.deepEqual([await mounts.within(dir), await mounts.within(other)], [[dir], []]);
      await mounts.unmount(dir);
      assert.deepEqual(await mounts.within(directory), []);
      await assert.rejects(mounts.unmount(dir), { code: 'hostLacks' });
    });

    it('bind() shows what a descriptor has open; within() gives what was mounted last first', async (t) => {
      const { mounts, directory } = open(t);
      const [source, target, file] = ['source', 'target', 'file'].map((each) => join(directory, each)) as [string, string, string];
      mkdirSync(source);
      mkdirSync(target);
      writeFileSync(join(source, 'x'), 'shown');
      writeFileSync(file, '');
      for (const [from, to] of [
        [source, target],
        [join(source, 'x'), file],
      ] as const) {
        const fd = openSync(from, 'r');
        await mounts.bind(`/proc/${process.pid}/fd/${fd}`, to).finally(() => closeSync(fd));
      }
      assert.equal(readFileSync(join(target, 'x'), 'utf8'), 'shown');
      assert.equal(readFileSync(file, 'utf8'), 'shown');
      assert.equal(statSync(target).ino, statSync(source).ino);
      assert.deepEqual(await mounts.within(directory), [file, target]);
    });

    it('tmpfs() and bind() reject where there is nothing to mount on', async (t) => {
      const { mounts, directory } = open(t);
      const missing = join(directory, 'missing');
      await assert.rejects(mounts.tmpfs(missing, { mode: 0o700 }), { code: 'hostLacks' });
      await assert.rejects(mounts.bind(directory, missing), { code: 'hostLacks' });
    });
  });
}
