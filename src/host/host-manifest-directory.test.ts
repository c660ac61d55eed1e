import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MAX_MANIFEST_BYTES } from '../model/parse-yaml.ts';
import { manifestDirectoryContract } from '../ports/manifest-directory.contract.ts';
import { HostManifestDirectory } from './host-manifest-directory.ts';

function temporaryDirectory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'hooklet-manifests-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

manifestDirectoryContract('HostManifestDirectory', (t) => {
  const path = temporaryDirectory(t);
  return {
    directory: new HostManifestDirectory(path),
    write: (name, text) => writeFile(join(path, name), text),
    remove: (name) => rm(join(path, name)),
    removeAll: () => rm(path, { recursive: true }),
  };
});

describe('HostManifestDirectory', () => {
  it('read() follows links to files, and passes over directories, pipes and links to nothing', async (t) => {
    const path = temporaryDirectory(t);
    await mkdir(join(path, 'sub.yaml'));
    await writeFile(join(path, 'real.yaml'), 'text');
    await symlink('real.yaml', join(path, 'link.yaml'));
    await symlink('nothing', join(path, 'dangling.yaml'));
    execFileSync('mkfifo', [join(path, 'pipe.yaml')]);
    const files = await new HostManifestDirectory(path).read();
    assert.deepEqual(
      files.map(({ name }) => name),
      ['link.yaml', 'real.yaml'],
    );
  });

  it('read() says of a file that is too long that it is, and reads no more of it', async (t) => {
    const path = temporaryDirectory(t);
    await writeFile(join(path, 'long.yaml'), Buffer.alloc(MAX_MANIFEST_BYTES + 1, '#'));
    assert.deepEqual(await new HostManifestDirectory(path).read(), [
      { name: 'long.yaml', content: { problem: 'has more than the 4194304 bytes that a manifest may have' } },
    ]);
  });

  it('onChange() goes on telling once a directory that was gone is there again and was read', async (t) => {
    const path = temporaryDirectory(t);
    const directory = new HostManifestDirectory(path);
    const told = Promise.withResolvers<void>();
    let isBack = false;
    t.after(directory.onChange(() => (isBack ? told.resolve() : undefined)));
    await rm(path, { recursive: true });
    await assert.rejects(directory.read(), { code: 'badInput', message: /^there is no directory ".*"; make it, or name another one$/ });
    await mkdir(path);
    await directory.read();
    isBack = true;
    await writeFile(join(path, 'a.yaml'), '');
    await told.promise;
  });
});
