import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type TarEntry, writeTar } from './tar-writer.ts';

const list = (archive: Buffer) =>
  execFileSync('tar', ['tvf', '-', '--full-time'], { input: archive, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });

describe('writeTar()', () => {
  it('is read by tar, with modes, owner and targets', () => {
    const entries: TarEntry[] = [
      { kind: 'directory', path: 'tmp', mode: 0o1777 },
      { kind: 'file', path: 'tmp/a', mode: 0o640, content: Buffer.from('hello') },
      { kind: 'symlink', path: 'b', mode: 0o777, target: 'tmp/a' },
    ];
    const lines = list(writeTar(entries))
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' '));
    assert.deepEqual(lines, [
      'drwxrwxrwt 0/0 0 1970-01-01 00:00:00 tmp/',
      '-rw-r----- 0/0 5 1970-01-01 00:00:00 tmp/a',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 b -> tmp/a',
    ]);
  });

  it('keeps content of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const archive = writeTar([{ kind: 'file', path: 'f', mode: 0o644, content: Buffer.from(bytes) }]);
        assert.equal(archive.length % 512, 0);
        assert.deepEqual(execFileSync('tar', ['xOf', '-', 'f'], { input: archive }), Buffer.from(bytes));
      }),
      { numRuns: 20 },
    );
  });

  it('refuses a path that does not fit instead of cutting it', () => {
    assert.throws(() => writeTar([{ kind: 'directory', path: 'x'.repeat(100), mode: 0o755 }]), /does not fit/);
  });
});
