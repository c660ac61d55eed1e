import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { hookOutputContract } from '../ports/hook-output.contract.ts';
import { boundKept, type DeliveryKey, keptBytesOfStream } from '../ports/hook-output.ts';
import { HookOutputFiles } from './hook-output-files.ts';
import { decodeKeptOutput, encodeKeptOutput } from './hook-output-format.ts';

const key: DeliveryKey = { uid: 'uid-1', container: 'main', restartCount: 3, hook: 'preStop', attempt: 1 };
const text = (value: string) => ({ head: Buffer.from(value), tail: Buffer.alloc(0), cutBytes: 0 });
const output = { stdout: text('out'), stderr: text('err') };

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hooklet-output-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

let made = 0;
hookOutputContract('HookOutputFiles', (t) => {
  made += 1;
  const directory = join(tmpdir(), `hooklet-output-${process.pid}-${made}`);
  t.after(() => rm(directory, { recursive: true, force: true }));
  return { store: new HookOutputFiles(directory), reopen: () => new HookOutputFiles(directory) };
});

describe('HookOutputFiles', () => {
  it('write() makes a private file in private directories and leaves nothing beside it', async (t) => {
    const directory = join(await temporaryDirectory(t), 'hook-output');
    const store = new HookOutputFiles(directory);
    await store.write(key, output);
    await store.write(key, output);
    assert.deepEqual(await readdir(join(directory, 'uid-1')), ['main.3.preStop.1']);
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, 'uid-1'))).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, 'uid-1', 'main.3.preStop.1'))).mode & 0o777, 0o600);
  });

  it('write() says journalUnwritable when the directory takes nothing, and leaves nothing behind', async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, 'uid-1'), 'a file where a directory should be');
    await assert.rejects(new HookOutputFiles(directory).write(key, output), {
      code: 'journalUnwritable',
      message: /^writing the hook output '.*uid-1\/main\.3\.preStop\.1' failed: .*; free space/,
    });
    await mkdir(join(directory, 'uid-2', 'main.3.preStop.1'), { recursive: true });
    await assert.rejects(new HookOutputFiles(directory).write({ ...key, uid: 'uid-2' }, output), { code: 'journalUnwritable' });
    assert.deepEqual(await readdir(join(directory, 'uid-2')), ['main.3.preStop.1']);
  });

  it('read() names a damaged file', async (t) => {
    const directory = await temporaryDirectory(t);
    const store = new HookOutputFiles(directory);
    const file = join(directory, 'uid-1', 'main.3.preStop.1');
    await store.write(key, output);
    await truncate(file, (await stat(file)).size - 1);
    await assert.rejects(store.read(key), {
      code: 'hostLacks',
      message: /main\.3\.preStop\.1' failed: its length is not what its header says/,
    });
    for (const garbage of ['', 'garbage', '{}\n', '{"version":1,"stdout":[1,1],"stderr":[0,0,0]}\n', 'null\n']) {
      await writeFile(file, garbage);
      await assert.rejects(store.read(key), { code: 'hostLacks', message: /it has no header of hooklet/ });
    }
  });

  it('removePod() does not follow a link out of its directory', async (t) => {
    const directory = await temporaryDirectory(t);
    const outside = join(directory, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'file'), 'stays');
    await mkdir(join(directory, 'store', 'uid-1'), { recursive: true });
    await symlink(outside, join(directory, 'store', 'uid-1', 'link'));
    await new HookOutputFiles(join(directory, 'store')).removePod('uid-1');
    assert.deepEqual(await readdir(outside), ['file']);
    assert.deepEqual(await readdir(join(directory, 'store')), []);
  });
});

const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyStream = fc.record({ head: anyBytes, tail: anyBytes, cutBytes: fc.nat() }, { noNullPrototype: true });

describe('the format of a hook output file', () => {
  it('gives any output back unchanged', () => {
    fc.assert(
      fc.property(anyStream, anyStream, (stdout, stderr) => {
        assert.deepEqual(decodeKeptOutput(encodeKeptOutput({ stdout, stderr })), { stdout, stderr });
      }),
    );
  });
});

describe('boundKept()', () => {
  it('keeps at most the bound, from the very start and the very end, and accounts for every byte', () => {
    const length = fc.oneof(fc.nat(10), fc.nat(3 * keptBytesOfStream));
    fc.assert(
      fc.property(length, length, fc.nat(1), (headLength, tailLength, cut) => {
        const stream = { head: Buffer.alloc(headLength, 'h'), tail: Buffer.alloc(tailLength, 't'), cutBytes: cut * 1000 };
        if (headLength > 0) stream.head[0] = 1;
        if (tailLength > 0) stream.tail[tailLength - 1] = 2;
        const bound = boundKept(stream);
        const kept = bound.head.length + bound.tail.length;
        assert.equal(kept, Math.min(keptBytesOfStream, headLength + tailLength));
        assert.equal(kept + bound.cutBytes, headLength + tailLength + stream.cutBytes);
        const joined = Buffer.concat([bound.head, bound.tail]);
        if (headLength > 0) assert.equal(joined[0], 1);
        if (tailLength > 0) assert.equal(joined.at(-1), 2);
      }),
    );
  });
});
