import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type ContainerLogLine, keptBytesOfLine } from '../ports/container-logs.ts';
import { CriLogParser } from './cri-log-parser.ts';

const parse = (text: string | Buffer): readonly ContainerLogLine[] => new CriLogParser().push(Buffer.from(text));
const time = '2016-10-06T00:17:09.669Z';
const line = (text: string, more: Partial<ContainerLogLine> = {}): ContainerLogLine => ({
  time,
  stream: 'stdout',
  text,
  cutBytes: 0,
  ...more,
});

describe('CriLogParser', () => {
  it('push() reads entries of both streams', () => {
    assert.deepEqual(
      parse('2016-10-06T00:17:09.669794202Z stdout F The content\n2016-10-06T00:17:09.669794202Z stderr F  spaces  stay \n'),
      [line('The content'), line(' spaces  stay ', { stream: 'stderr' })],
    );
  });

  it('push() reads other time zones, further tags and empty lines', () => {
    const entries = ['2016-10-06T02:17:09.669794202+02:00 stdout F:later:tags text', `${time} stdout F `, `${time} stdout F`];
    assert.deepEqual(parse(`${entries.join('\n')}\n`), [line('text'), line(''), line('')]);
  });

  it('push() joins the pieces of a line, each stream for itself, under the time of the first', () => {
    const later = '2016-10-06T00:17:10.000Z';
    const entries = [
      `${time} stdout P one `,
      `${later} stderr P two `,
      `${later} stdout P:x three `,
      `${later} stderr F four`,
      `${later} stdout F `,
    ];
    assert.deepEqual(parse(`${entries.join('\n')}\n`), [line('two four', { stream: 'stderr', time: later }), line('one three ')]);
  });

  it('push() joins a character that the runtime divided', () => {
    const euro = Buffer.from('€');
    const piece = (tag: string, bytes: Buffer): Buffer => Buffer.concat([Buffer.from(`${time} stdout ${tag} `), bytes, Buffer.from('\n')]);
    assert.deepEqual(parse(Buffer.concat([piece('P', euro.subarray(0, 2)), piece('F', euro.subarray(2))])), [line('€')]);
  });

  it('push() skips what is no entry', () => {
    const bad = [
      '',
      'text',
      'not-a-time stdout F x',
      `${time} stdin F x`,
      `${time} stdout X x`,
      `${time} stdout`,
      `${time}`,
      ' ',
      '   F x',
    ];
    assert.deepEqual(parse(`${bad.join('\n')}\n${time} stdout F good\n`), [line('good')]);
  });

  it('push() keeps the start of a line of endless pieces and counts the rest', () => {
    const piece = 'x'.repeat(10_000);
    const parser = new CriLogParser();
    for (let round = 0; round < 100; round += 1) assert.deepEqual(parser.push(Buffer.from(`${time} stdout P ${piece}\n`)), []);
    const [joined] = parser.push(Buffer.from(`${time} stdout F end\n`));
    assert.equal(joined?.text, 'x'.repeat(keptBytesOfLine));
    assert.equal(joined?.cutBytes, 1_000_003 - keptBytesOfLine);
  });

  it('push() drops an entry that never ends, and goes on after it', () => {
    const parser = new CriLogParser();
    for (let round = 0; round < 100; round += 1) assert.deepEqual(parser.push(Buffer.alloc(10_000, 'x')), []);
    assert.deepEqual(parser.push(Buffer.from(`tail\n${time} stdout F good\n`)), [line('good')]);
  });

  it('end() completes lines whose last piece never came, once', () => {
    const parser = new CriLogParser();
    parser.push(Buffer.from(`${time} stdout P begun\n${time} stdout F unfinished entry`));
    assert.deepEqual(parser.end(), [line('begun')]);
    assert.deepEqual(parser.end(), []);
  });

  it('startFile() drops an unfinished entry and lets a line go on', () => {
    const parser = new CriLogParser();
    parser.push(Buffer.from(`${time} stdout P be\n${time} stdout F lost`));
    parser.startFile();
    assert.deepEqual(parser.push(Buffer.from(`${time} stdout F gun\n`)), [line('begun')]);
  });

  const anyStream = fc.constantFrom('stdout' as const, 'stderr' as const);
  const anyText = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', '').toWellFormed());
  const anyWritten = fc.array(fc.tuple(anyStream, fc.array(anyText, { minLength: 1, maxLength: 4 })), { maxLength: 12 });

  it('push() reads back any lines, however their entries are divided and the file is cut', () => {
    fc.assert(
      fc.property(anyWritten, fc.array(fc.nat()), (written, cuts) => {
        const entries = written.flatMap(([stream, pieces]) =>
          pieces.map((piece, index) => `${time} ${stream} ${index === pieces.length - 1 ? 'F' : 'P'} ${piece}\n`),
        );
        const bytes = Buffer.from(entries.join(''));
        const at = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
        const parser = new CriLogParser();
        const read = at.slice(1).flatMap((end, index) => parser.push(bytes.subarray(at[index], end)));
        assert.deepEqual(
          read,
          written.map(([stream, pieces]) => line(pieces.join(''), { stream })),
        );
        assert.deepEqual(parser.end(), []);
      }),
    );
  });

  it('push() never throws, whatever the bytes', () => {
    const anyLine = fc.oneof(fc.string(), fc.constantFrom(time, 'stdout', 'stderr', 'P', 'F', ' ', '\n', '\r', ':'));
    fc.assert(
      fc.property(fc.array(anyLine), (parts) => {
        for (const { text, time: at } of parse(parts.join(''))) {
          assert.ok(Buffer.byteLength(text) <= 3 * keptBytesOfLine);
          assert.equal(new Date(at).toISOString(), at);
        }
      }),
    );
  });
});
