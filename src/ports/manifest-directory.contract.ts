import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ManifestDirectory, ManifestFile } from './manifest-directory.ts';

export interface ManifestDirectorySubject {
  readonly directory: ManifestDirectory;
  write(name: string, text: string): void | Promise<void>;
  remove(name: string): void | Promise<void>;
  /** The directory itself goes. */
  removeAll(): void | Promise<void>;
}

export type OpenManifestDirectory = (t: TestContext) => ManifestDirectorySubject | Promise<ManifestDirectorySubject>;

const shown = (files: readonly ManifestFile[]): readonly (readonly [string, string])[] =>
  files.map(({ name, content }) => [name, 'problem' in content ? content.problem : Buffer.from(content).toString()]);

export function manifestDirectoryContract(name: string, open: OpenManifestDirectory): void {
  describe(`${name} as ManifestDirectory`, () => {
    it('read() gives the files in the order of their names', async (t) => {
      const { directory, write } = await open(t);
      assert.deepEqual(await directory.read(), []);
      await write('b.yaml', 'two');
      await write('a', 'one');
      assert.deepEqual(shown(await directory.read()), [
        ['a', 'one'],
        ['b.yaml', 'two'],
      ]);
    });

    it('read() leaves out hidden files and the copies of editors', async (t) => {
      const { directory, write } = await open(t);
      for (const name of ['.a.yaml', 'a.yaml~', '.a.yaml.swp', 'a.yaml']) await write(name, name);
      assert.deepEqual(shown(await directory.read()), [['a.yaml', 'a.yaml']]);
    });

    it('read() shows what was written last and not what was removed', async (t) => {
      const { directory, write, remove } = await open(t);
      await write('a.yaml', 'one');
      await write('b.yaml', 'two');
      await write('a.yaml', 'three');
      await remove('b.yaml');
      assert.deepEqual(shown(await directory.read()), [['a.yaml', 'three']]);
    });

    it('read() rejects with badInput once the directory is gone', async (t) => {
      const { directory, removeAll } = await open(t);
      await removeAll();
      await assert.rejects(directory.read(), { code: 'badInput' });
    });

    it('onChange() tells of a file that came, changed and went, until it is told to stop', async (t) => {
      const { directory, write, remove } = await open(t);
      let told = Promise.withResolvers<void>();
      let count = 0;
      const stop = directory.onChange(() => {
        count += 1;
        told.resolve();
      });
      await directory.read();
      for (const change of [() => write('a.yaml', 'one'), () => write('a.yaml', 'two'), () => remove('a.yaml')]) {
        told = Promise.withResolvers();
        await change();
        await told.promise;
      }
      stop();
      const before = count;
      await write('b.yaml', 'three');
      await directory.read();
      assert.equal(count, before);
    });
  });
}
