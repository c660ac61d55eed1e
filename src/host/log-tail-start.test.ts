import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { appendFile, type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { logTailStart } from './log-tail-start.ts';

const entry = (text: string, tag = 'F'): string => `2030-01-01T00:00:00.123456789Z stdout ${tag} ${text}\n`;

async function opened(t: TestContext, file: string): Promise<FileHandle> {
  const handle = await open(file);
  t.after(() => handle.close());
  return handle;
}

/** What follows the last lines' beginning. */
async function tailOf(t: TestContext, log: string, lines: number): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-tail-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, '0.log');
  writeFileSync(file, log);
  return Buffer.from(log)
    .subarray(await logTailStart(await opened(t, file), Buffer.byteLength(log), lines))
    .toString();
}

describe('logTailStart()', () => {
  const log = entry('a') + entry('b', 'P') + entry('c') + entry('d');
  const CASES: readonly (readonly [what: string, log: string, lines: number, tail: string])[] = [
    ['the last line', log, 1, entry('d')],
    ['a line in pieces as one', log, 2, entry('b', 'P') + entry('c') + entry('d')],
    ['all there are', log, 3, log],
    ['all when more is asked for', log, 99, log],
    ['nothing', log, 0, ''],
    ['a line that goes on as one', log + entry('e', 'P') + entry('f', 'P'), 1, entry('e', 'P') + entry('f', 'P')],
    ['an entry that is not whole, for nothing', `${log}2030`, 1, `${entry('d')}2030`],
    ['nothing of an empty log', '', 5, ''],
    ['long lines', entry('x'.repeat(200_000)) + entry('y'.repeat(200_000)), 1, entry('y'.repeat(200_000))],
  ];
  for (const [what, text, lines, tail] of CASES) {
    it(`gives ${what}`, async (t) => assert.equal(await tailOf(t, text, lines), tail));
  }

  it('agrees with counting from the beginning', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hooklet-tail-'));
    const pieces = fc.array(fc.record({ length: fc.nat(3000), tag: fc.constantFrom('F', 'F', 'F', 'P') }), { maxLength: 100 });
    try {
      await fc.assert(
        fc.asyncProperty(pieces, fc.integer({ min: 1, max: 40 }), async (written, lines) => {
          const entries = written.map(({ length, tag }) => entry('z'.repeat(length), tag));
          const whole: string[] = [];
          let goesOn = false;
          for (const [index, text] of entries.entries()) {
            if (goesOn) whole.push(`${whole.pop()}${text}`);
            else whole.push(text);
            goesOn = written[index]?.tag === 'P';
          }
          const file = join(directory, '0.log');
          await writeFile(file, entries.join(''));
          const handle = await open(file);
          const { size } = await handle.stat();
          const start = await logTailStart(handle, size, lines).finally(() => handle.close());
          assert.equal(size - start, whole.slice(-lines).join('').length);
        }),
        { numRuns: 60 },
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('reads only the end of a log of 1 GiB', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'hooklet-tail-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, '0.log');
    writeFileSync(file, '');
    truncateSync(file, 1024 ** 3);
    await appendFile(file, `\n${entry('first')}${entry('second')}${entry('third')}`);
    const handle = await opened(t, file);
    let read = 0;
    const counting = {
      read: async (buffer: Buffer, offset: number, length: number, position: number) => {
        const result = await handle.read(buffer, offset, length, position);
        read += result.bytesRead;
        return result;
      },
    } as unknown as FileHandle;
    const { size } = await handle.stat();
    assert.equal(size - (await logTailStart(counting, size, 2)), entry('second').length + entry('third').length);
    assert.ok(read <= 64 * 1024, String(read));
  });
});
