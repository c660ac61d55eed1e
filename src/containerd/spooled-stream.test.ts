import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SpooledStream } from './spooled-stream.ts';

function newFile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'hooklet-spool-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'stdout.kept');
}

test('SpooledStream goes on where another one was left, without its having been closed', (t) => {
  const path = newFile(t);
  const whole = new SpooledStream('/dev/null/not-there');
  for (let round = 0; round < 12; round++) {
    const stream = new SpooledStream(path);
    const chunk = Buffer.alloc(10_000, String.fromCharCode(97 + round));
    stream.push(chunk);
    whole.push(chunk);
    assert.deepEqual(stream.kept(), whole.kept());
    assert.deepEqual(new SpooledStream(path).kept(), whole.kept());
  }
  assert.equal(whole.kept().cutBytes, 120_000 - 65_536);
  assert.equal(statSync(path).size, 65_536 + 8);
});

test('SpooledStream works in memory where it has no file', () => {
  const stream = new SpooledStream('/dev/null/not-there');
  stream.push(Buffer.from('hello'));
  assert.deepEqual([stream.totalBytes, stream.kept().head.toString()], [5, 'hello']);
  stream.close();
});

test('SpooledStream of a stream without a byte is empty', (t) => {
  const stream = new SpooledStream(newFile(t));
  assert.deepEqual(stream.kept(), { head: Buffer.alloc(0), tail: Buffer.alloc(0), cutBytes: 0 });
  stream.close();
});

test('SpooledStream copies: a chunk may be reused by its owner', (t) => {
  const stream = new SpooledStream(newFile(t));
  const buffer = Buffer.from('abcd');
  stream.push(buffer);
  buffer.fill('x');
  assert.equal(stream.kept().head.toString(), 'abcd');
  stream.close();
});
