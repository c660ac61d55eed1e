import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LogOptions } from '../ports/pod-streams.ts';
import { CriLogText } from './cri-log-text.ts';

const ALL: LogOptions = { follow: false, timestamps: false };
const entry = (text: string, { tag = 'F', stream = 'stdout', time = '2030-01-01T00:00:00.123456789Z' } = {}): string =>
  `${time} ${stream} ${tag} ${text}\n`;

const textOf = (log: string, options: Partial<LogOptions> = {}): string =>
  String(new CriLogText({ ...ALL, ...options }).push(Buffer.from(log)));

describe('CriLogText', () => {
  const CASES: readonly (readonly [what: string, log: string, options: Partial<LogOptions>, text: string])[] = [
    ['both streams as they came', entry('out') + entry('err', { stream: 'stderr' }), {}, 'out\nerr\n'],
    ['pieces of a line joined', entry('one ', { tag: 'P' }) + entry('line'), {}, 'one line\n'],
    ['a line that has not ended without a newline', entry('half', { tag: 'P' }), {}, 'half'],
    [
      'a time where a line begins, and there only',
      entry('one ', { tag: 'P' }) + entry('line'),
      { timestamps: true },
      '2030-01-01T00:00:00.123456789Z one line\n',
    ],
    [
      'nine digits of a time, whatever the log has',
      entry('x', { time: '2030-01-01T00:00:00.5+02:00' }),
      { timestamps: true },
      '2030-01-01T00:00:00.500000000+02:00 x\n',
    ],
    [
      'nine digits of a time in whole seconds',
      entry('x', { time: '2030-01-01T00:00:00Z' }),
      { timestamps: true },
      '2030-01-01T00:00:00.000000000Z x\n',
    ],
    [
      'what was written since',
      entry('old') + entry('new', { time: '2030-01-01T00:00:01Z' }),
      { sinceWallMs: Date.UTC(2030, 0, 1, 0, 0, 1) },
      'new\n',
    ],
    ['no more than the limit, times included', entry('abcdef'), { limitBytes: 3 }, 'abc'],
    ['no more than the limit over several lines', entry('ab') + entry('cd'), { limitBytes: 4 }, 'ab\nc'],
    ['nothing of what is no entry', `nonsense\n${entry('said')}\n${'x'.repeat(70_000)}\n${entry('more')}`, {}, 'said\nmore\n'],
    ['nothing of an entry that is not whole', entry('said') + entry('cut').slice(0, -1), {}, 'said\n'],
    ['an empty line', entry(''), {}, '\n'],
  ];
  for (const [what, log, options, text] of CASES) {
    it(`tells ${what}`, () => assert.equal(textOf(log, options), text));
  }

  it('isFull once the limit is reached', () => {
    const text = new CriLogText({ ...ALL, limitBytes: 2 });
    assert.equal(text.isFull, false);
    text.push(Buffer.from(entry('abc')));
    assert.equal(text.isFull, true);
  });

  it('startFile() drops an entry that is not whole and lets a line go on', () => {
    const text = new CriLogText({ ...ALL, timestamps: true });
    const first = text.push(Buffer.from(entry('one ', { tag: 'P' }) + entry('lost').slice(0, -1)));
    text.startFile();
    assert.equal(String(first) + String(text.push(Buffer.from(entry('line')))), '2030-01-01T00:00:00.123456789Z one line\n');
  });

  it('tells the same wherever the file is cut', () => {
    const piece = fc.record({ text: fc.string(), tag: fc.constantFrom('F', 'P'), stream: fc.constantFrom('stdout', 'stderr') });
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(40)), (pieces, cuts) => {
        const log = Buffer.from(pieces.map(({ text, ...how }) => entry(text.replaceAll('\n', ''), how)).join(''));
        const whole = new CriLogText(ALL).push(log);
        const text = new CriLogText(ALL);
        const parts: Buffer[] = [];
        let rest = log;
        for (const cut of [...cuts, log.length]) {
          parts.push(text.push(rest.subarray(0, cut)));
          rest = rest.subarray(cut);
        }
        assert.ok(Buffer.concat(parts).equals(whole));
      }),
    );
  });
});
