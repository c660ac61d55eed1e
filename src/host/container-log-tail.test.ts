import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { containerLogTail } from './container-log-tail.ts';

const entry = (text: string, { stream = 'stdout', tag = 'F' } = {}): string => `2030-01-01T00:00:00.000000000Z ${stream} ${tag} ${text}\n`;

function logOf(t: TestContext, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-tail-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, '0.log');
  writeFileSync(file, text);
  return file;
}

describe('containerLogTail()', () => {
  const numbered = (count: number, text = ''): readonly string[] => Array.from({ length: count }, (_, index) => entry(`${index}${text}`));
  const CASES: readonly (readonly [what: string, log: string, tail: string])[] = [
    ['both streams as they came', entry('out') + entry('err', { stream: 'stderr' }) + entry('out'), 'out\nerr\nout\n'],
    ['pieces of a line joined', entry('one ', { tag: 'P' }) + entry('line'), 'one line\n'],
    ['the last 80 entries', numbered(100).join(''), Array.from({ length: 80 }, (_, index) => `${index + 20}\n`).join('')],
    ['the last 2 KiB', entry('x'.repeat(5000)) + entry('y'.repeat(2000)), `${'x'.repeat(46)}\n${'y'.repeat(2000)}\n`],
    ['whole characters', entry('ä'.repeat(3000)), `${'ä'.repeat(1023)}\n`],
    ['no entry that is not finished, and nothing that is none', `${entry('said')}nonsense\n${entry('half').slice(0, -1)}`, 'said\n'],
    ['nothing of an empty log', '', ''],
  ];
  for (const [what, log, tail] of CASES) {
    it(`gives ${what}`, async (t) => assert.equal(await containerLogTail(logOf(t, log)), tail));
  }

  it('reads no more than the end of a long log', async (t) => {
    const tail = await containerLogTail(logOf(t, `${numbered(3000, 'x'.repeat(100)).join('')}${entry('last')}`));
    assert.ok(tail.endsWith(`2999${'x'.repeat(100)}\nlast\n`) && Buffer.byteLength(tail) === 2048, tail);
  });

  it('rejects without a log, and for a link', async (t) => {
    const file = logOf(t, entry('secret'));
    symlinkSync(file, `${file}.link`);
    await assert.rejects(containerLogTail(`${file}.link`), { code: 'ELOOP' });
    await assert.rejects(containerLogTail(`${file}.none`), { code: 'ENOENT' });
  });
});
