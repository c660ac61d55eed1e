import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { tarFile } from '../../test/e2e/runtime/tar-file.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { indexTar, normalPath } from './tar-index.ts';

const index = (bytes: Buffer) => indexTar(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);

async function contents(bytes: Buffer): Promise<Record<string, string>> {
  const entries = [...(await index(bytes))].map(([path, { kind, offset, size, target }]) => [
    path,
    kind === 'link' ? `-> ${target}` : bytes.toString('utf8', offset, offset + size),
  ]);
  return Object.fromEntries(entries);
}

for (const format of ['ustar', 'pax', 'gnu']) {
  test(`indexTar() reads what tar --format=${format} writes`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'hooklet-tar-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    // Beyond 100 characters each format has its own way.
    const long = `${'d'.repeat(60)}/${'f'.repeat(format === 'ustar' ? 60 : 120)}`;
    mkdirSync(join(dir, 'd'.repeat(60)));
    writeFileSync(join(dir, long), 'long');
    writeFileSync(join(dir, 'empty'), '');
    writeFileSync(join(dir, 'grüße'), 'x'.repeat(1000));
    symlinkSync('../empty', join(dir, 'd'.repeat(60), 'link'));
    execFileSync('tar', [`--format=${format}`, '-cf', join(dir, 'out.tar'), '-C', dir, 'd'.repeat(60), 'empty', './grüße']);
    assert.deepEqual(await contents(readFileSync(join(dir, 'out.tar'))), {
      [long]: 'long',
      empty: '',
      grüße: 'x'.repeat(1000),
      [`${'d'.repeat(60)}/link`]: '-> empty',
    });
  });
}

test('indexTar() finds every file where it lies', async () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,30}$/), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(names, fc.uint8Array({ maxLength: 2000 }), async (paths, data) => {
      const bytes = tarFile(paths.map((path, i) => ({ path, data: Buffer.from(data.subarray(i)) })));
      const entries = await index(bytes);
      assert.deepEqual([...entries.keys()], paths);
      for (const [i, path] of paths.entries()) {
        const entry = entries.get(path);
        assert.ok(entry !== undefined);
        assert.deepEqual(bytes.subarray(entry.offset, entry.offset + entry.size), Buffer.from(data.subarray(i)));
      }
    }),
    { numRuns: 50 },
  );
});

test('indexTar() refuses a broken archive with badInput, whatever is in it', async () => {
  const good = tarFile([
    { path: 'a', data: Buffer.alloc(600, 'a') },
    { path: 'b', linkTo: 'a' },
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), async (at, byte, length) => {
      const broken = Buffer.from(good.subarray(0, length));
      if (at < length) broken[at] = byte;
      try {
        for (const { offset, size } of (await index(broken)).values()) assert.ok(offset + size <= broken.length);
      } catch (error) {
        assert.ok(hasCode(error, 'badInput'), String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('indexTar() says of a file that is no tar, and of one that was cut off, what it is', async () => {
  await assert.rejects(index(Buffer.alloc(2000, 'x')), /it is no tar file/);
  const cut = tarFile([{ path: 'a', data: Buffer.alloc(5000) }]).subarray(0, 3000);
  await assert.rejects(index(cut), /the file is cut off/);
  assert.equal((await index(Buffer.alloc(0))).size, 0);
});

test('normalPath() never leads out of the archive', () => {
  assert.equal(normalPath('./a//b/../c'), 'a/c');
  assert.equal(normalPath('../../etc/passwd'), 'etc/passwd');
  fc.assert(fc.property(fc.string(), (path) => !normalPath(path).split('/').includes('..')));
});
