import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bodyEnd, headerOf, isInformational, parseResponseHead } from './http-response.ts';

const headOf = (bytes: string) => {
  const parsed = parseResponseHead(bytes);
  if (parsed.kind !== 'head') throw new Error(`${parsed.kind}`);
  return parsed.head;
};

describe('parseResponseHead()', () => {
  it('reads status and headers, and where the body begins', () => {
    deepEqual(parseResponseHead('HTTP/1.1 404 Not Found\r\nA:b\r\nX-Y: \t c d \r\n e\r\n\r\nbody'), {
      kind: 'head',
      length: 48,
      head: {
        status: 404,
        headers: [
          { name: 'a', value: 'b' },
          { name: 'x-y', value: 'c d e' },
        ],
      },
    });
  });

  const READ: readonly (readonly [bytes: string, status: number])[] = [
    ['HTTP/1.0 200\r\n\r\n', 200],
    ['HTTP/1.1 204 \n\n', 204],
    ['HTTP/1.1  302 Found\n\r\n', 302],
    ['HTTP/2.0 200 OK\r\n\r\n', 200],
  ];
  for (const [bytes, status] of READ) it(`reads ${JSON.stringify(bytes)}, as Go does`, () => equal(headOf(bytes).status, status));

  const MALFORMED: readonly (readonly [bytes: string, error: string])[] = [
    ['secret\n', 'malformed HTTP response'],
    ['\x15\x03\x01\x00\x02\x02\n', 'malformed HTTP response'],
    ['HTTP/1.1 20 OK\n', 'malformed HTTP status code'],
    ['HTTP/1.1 -20 OK\n', 'malformed HTTP status code'],
    ['FTP/1.1 200 OK\n', 'malformed HTTP version'],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'malformed MIME header line'],
  ];
  for (const [bytes, error] of MALFORMED)
    it(`refuses ${JSON.stringify(bytes)} without quoting it`, () => deepEqual(parseResponseHead(bytes), { kind: 'malformed', error }));

  it('asks for more until the empty line has come, wherever the bytes are parted', () => {
    const whole = 'HTTP/1.1 200 OK\r\nA: b\r\n\r\n';
    for (let length = 0; length < whole.length; length += 1) equal(parseResponseHead(whole.slice(0, length)).kind, 'incomplete');
    equal(parseResponseHead(whole).kind, 'head');
  });

  it('throws for no bytes at all', () =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (bytes) => ok(parseResponseHead(bytes).kind !== undefined))));

  it('takes a line of a million blanks in its stride', () => {
    const before = process.cpuUsage().user;
    headOf(`HTTP/1.1 200 OK\r\nA: b${' \t'.repeat(500_000)}c\r\n\r\n`);
    ok(process.cpuUsage().user - before < 2_000_000);
  });
});

describe('bodyEnd()', () => {
  const ENDS: readonly (readonly [head: string, end: unknown])[] = [
    ['200 OK\r\nContent-Length: 5', { kind: 'length', bytes: 5 }],
    ['200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 5', { kind: 'chunked' }],
    ['200 OK', { kind: 'close' }],
    ['200 OK\r\nContent-Length: nonsense', { kind: 'close' }],
    ['204 No Content\r\nContent-Length: 5', { kind: 'length', bytes: 0 }],
    ['304 Not Modified', { kind: 'length', bytes: 0 }],
  ];
  for (const [head, end] of ENDS)
    it(`knows the end of ${JSON.stringify(head)}`, () => deepEqual(bodyEnd(headOf(`HTTP/1.1 ${head}\r\n\r\n`)), end));
});

describe('headerOf() and isInformational()', () => {
  it('find the first value by any spelling of the name', () =>
    equal(headerOf(headOf('HTTP/1.1 200 OK\r\nLoCation: a\r\nlocation: b\r\n\r\n'), 'Location'), 'a'));
  it('take 101 for the last word', () =>
    deepEqual(
      [100, 101, 103, 200].map((status) => isInformational({ status, headers: [] })),
      [true, false, true, false],
    ));
});
