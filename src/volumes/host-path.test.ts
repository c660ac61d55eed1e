import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkHostPath } from './host-path.ts';

async function open(t: TestContext): Promise<Readonly<Record<'directory' | 'file' | 'socket' | 'missing' | 'root', string>>> {
  const root = mkdtempSync(join(tmpdir(), 'hooklet-host-path-'));
  const at = (name: string) => join(root, name);
  mkdirSync(at('directory'));
  writeFileSync(at('file'), '');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
  t.after(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(root, { recursive: true, force: true });
  });
  return { directory: at('directory'), file: at('file'), socket: at('socket'), missing: at('missing'), root };
}

describe('checkHostPath()', () => {
  it('takes what is of the type that the Pod says, also through a link', async (t) => {
    const { directory, file, socket, root } = await open(t);
    symlinkSync(directory, join(root, 'link'));
    await checkHostPath({ path: join(root, 'link'), type: 'Directory' });
    for (const type of ['', 'Directory', 'DirectoryOrCreate']) await checkHostPath({ path: directory, type });
    for (const type of ['', 'File', 'FileOrCreate']) await checkHostPath({ path: file, type });
    await checkHostPath({ path: socket, type: 'Socket' });
    await checkHostPath({ path: '/dev/null', type: 'CharDevice' });
  });

  it('refuses what is of another type, with upstream’s words', async (t) => {
    const { directory, file, socket } = await open(t);
    const REFUSED: readonly (readonly [path: string, type: string, words: string])[] = [
      [file, 'Directory', "directory, it's a File"],
      [file, 'DirectoryOrCreate', "directory, it's a File"],
      [directory, 'File', "file, it's a Directory"],
      [directory, 'FileOrCreate', "file, it's a Directory"],
      [file, 'Socket', "socket file, it's a File"],
      [socket, 'CharDevice', "character device, it's a Socket"],
      ['/dev/null', 'BlockDevice', "block device, it's a CharDevice"],
    ];
    for (const [path, type, words] of REFUSED)
      await assert.rejects(checkHostPath({ path, type }), { message: `hostPath type check failed: ${path} is not a ${words}` });
  });

  it('refuses what is not there, unless it may be made', async (t) => {
    const { missing } = await open(t);
    for (const [type, words] of [
      ['Directory', 'directory'],
      ['File', 'file'],
      ['Socket', 'socket file'],
      ['CharDevice', 'character device'],
      ['BlockDevice', 'block device'],
    ] as const)
      await assert.rejects(checkHostPath({ path: missing, type }), {
        message: `hostPath type check failed: ${missing} is not a ${words}, it does not exist`,
      });
    await checkHostPath({ path: missing });
    assert.equal(statSync(missing, { throwIfNoEntry: false }), undefined);
    await checkHostPath({ path: join(missing, 'deep'), type: 'DirectoryOrCreate' });
    assert.equal(statSync(join(missing, 'deep')).mode & 0o777, 0o755);
    await checkHostPath({ path: join(missing, 'file'), type: 'FileOrCreate' });
    assert.equal(statSync(join(missing, 'file')).mode & 0o777, 0o644);
    await assert.rejects(checkHostPath({ path: join(missing, 'no/file'), type: 'FileOrCreate' }), { code: 'ENOENT' });
  });

  it('refuses a path with backsteps, and a type that is none', async () => {
    await assert.rejects(checkHostPath({ path: '/a/../b' }), { message: "invalid HostPath `/a/../b`: must not contain '..'" });
    for (const type of ['Fifo', 'constructor'])
      await assert.rejects(checkHostPath({ path: '/', type }), { message: `${type} is an invalid volume type` });
  });
});
