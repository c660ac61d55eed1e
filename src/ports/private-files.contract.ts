import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { PrivateFiles } from './private-files.ts';

export interface PrivateFilesSubject {
  readonly files: PrivateFiles;
  /** The same directory as the next agent opens it. */
  reopen(): PrivateFiles;
}

export function privateFilesContract(name: string, open: (t: TestContext) => PrivateFilesSubject): void {
  describe(`${name} as PrivateFiles`, () => {
    it('read() is undefined for what was never written', async (t) => {
      assert.equal(await open(t).files.read('ca.pem'), undefined);
    });

    it('write() replaces the whole text, and what was written is there after a restart', async (t) => {
      const { files, reopen } = open(t);
      await files.write('ca.pem', 'a longer text\n');
      await files.write('ca.pem', 'ä\n');
      await files.write('admin.kubeconfig', 'other');
      assert.equal(await files.read('ca.pem'), 'ä\n');
      assert.equal(await reopen().read('ca.pem'), 'ä\n');
      assert.equal(await reopen().read('admin.kubeconfig'), 'other');
    });

    for (const bad of ['', '.', '..', '../ca.pem', 'a/b', '/etc/passwd', 'a\0b', '.hidden', 'A', 'a'.repeat(64)]) {
      it(`read() and write() refuse the name ${JSON.stringify(bad)}`, async (t) => {
        const { files } = open(t);
        await assert.rejects(files.read(bad), { code: 'badInput', message: /cannot name a private file$/ });
        await assert.rejects(files.write(bad, 'x'), { code: 'badInput', message: /cannot name a private file$/ });
      });
    }

    it('write() of several at once leaves each whole', async (t) => {
      const { files } = open(t);
      const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(50_000));
      await Promise.all(texts.map((text) => files.write('same', text)));
      assert.ok(texts.includes((await files.read('same')) ?? ''));
    });
  });
}
