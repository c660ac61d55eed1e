import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { privateFilesContract } from '../ports/private-files.contract.ts';
import { OwnerOnlyFiles } from './owner-only-files.ts';

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-private-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

privateFilesContract('OwnerOnlyFiles', (t) => {
  const directory = join(temporaryDirectory(t), 'pki');
  return { files: new OwnerOnlyFiles(directory), reopen: () => new OwnerOnlyFiles(directory) };
});

describe('OwnerOnlyFiles', () => {
  it('write() makes 0600 below 0700 whatever was there, and leaves nothing beside it', async (t) => {
    const directory = join(temporaryDirectory(t), 'pki');
    await mkdir(directory, { mode: 0o755 });
    const files = new OwnerOnlyFiles(directory);
    await files.write('ca.pem', 'a');
    await chmod(join(directory, 'ca.pem'), 0o644);
    await files.write('ca.pem', 'b');
    assert.deepEqual(await readdir(directory), ['ca.pem']);
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, 'ca.pem'))).mode & 0o777, 0o600);
  });

  it('write() replaces a symbolic link, and not the file that it leads to', async (t) => {
    const directory = temporaryDirectory(t);
    await writeFile(join(directory, 'victim'), 'untouched');
    await symlink(join(directory, 'victim'), join(directory, 'ca.pem'));
    await new OwnerOnlyFiles(directory).write('ca.pem', 'key');
    assert.equal(await readFile(join(directory, 'victim'), 'utf8'), 'untouched');
    assert.equal(await readFile(join(directory, 'ca.pem'), 'utf8'), 'key');
  });

  it('read() refuses a key that a symbolic link stands for', async (t) => {
    const directory = temporaryDirectory(t);
    await writeFile(join(directory, 'other'), 'key', { mode: 0o600 });
    await symlink(join(directory, 'other'), join(directory, 'ca.pem'));
    await assert.rejects(new OwnerOnlyFiles(directory).read('ca.pem'), { code: 'hostLacks', message: /ca\.pem": it is a symbolic link; / });
  });

  for (const mode of [0o644, 0o640, 0o602, 0o660]) {
    it(`read() refuses a key of mode ${mode.toString(8)}`, async (t) => {
      const directory = temporaryDirectory(t);
      await writeFile(join(directory, 'ca.pem'), 'key');
      await chmod(join(directory, 'ca.pem'), mode);
      const message = new RegExp(`others than its owner may use it \\(mode ${mode.toString(8)}\\)`);
      await assert.rejects(new OwnerOnlyFiles(directory).read('ca.pem'), { code: 'hostLacks', message });
    });
  }

  it('read() refuses a key of another user, a directory, and what is too long for a key', async (t) => {
    const directory = temporaryDirectory(t);
    const files = new OwnerOnlyFiles(directory);
    await mkdir(join(directory, 'directory'), { mode: 0o700 });
    await assert.rejects(files.read('directory'), { code: 'hostLacks', message: /it is no plain file/ });
    await writeFile(join(directory, 'long'), 'x'.repeat(1024 * 1024 + 1), { mode: 0o600 });
    await assert.rejects(files.read('long'), { code: 'hostLacks', message: /1048577 bytes, more than 1048576/ });
    await writeFile(join(directory, 'foreign'), 'key', { mode: 0o600 });
    if (process.geteuid?.() !== 0) return;
    await chown(join(directory, 'foreign'), 12_345, 12_345);
    await assert.rejects(files.read('foreign'), { code: 'hostLacks', message: /belongs to another user \(uid 12345\)/ });
  });

  it('write() says hostLacks when the directory takes nothing, and leaves nothing behind', async (t) => {
    const directory = temporaryDirectory(t);
    await mkdir(join(directory, 'ca.pem', 'in-the-way'), { recursive: true });
    await assert.rejects(new OwnerOnlyFiles(directory).write('ca.pem', 'x'), { code: 'hostLacks', message: /^Cannot write ".*ca\.pem": / });
    assert.deepEqual(await readdir(directory), ['ca.pem']);
  });
});
