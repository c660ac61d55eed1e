import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ageText, laterTime } from './age-text.ts';
import { labelsText, selectorOrNone, selectorText } from './label-text.ts';
import { naturalOrder } from './natural-order.ts';
import { escapeTerminal } from './terminal-text.ts';
import { zonedTime } from './zoned-time.ts';

describe('ageText(), laterTime()', () => {
  it('counts from a moment, and knows when there is none', () => {
    const now = Date.parse('2026-08-01T12:00:00Z');
    equal(ageText('2026-08-01T11:57:55Z', now), '2m5s');
    equal(ageText('2026-08-01T12:10:00Z', now), '<invalid>');
    for (const none of [undefined, null, '']) equal(ageText(none, now), '<unknown>');
  });

  it('takes the later of two times, whatever their zones', () => {
    equal(laterTime('2026-08-01T12:00:00Z', '2026-08-01T13:30:00+02:00'), '2026-08-01T12:00:00Z');
    equal(laterTime(undefined, '2026-08-01T12:00:00Z'), '2026-08-01T12:00:00Z');
    equal(laterTime('2026-08-01T12:00:00Z', null), '2026-08-01T12:00:00Z');
  });
});

describe('zonedTime()', () => {
  const zones: Readonly<Record<string, string>> = {
    UTC: 'Sat, 01 Aug 2026 23:05:09 +0000',
    'Europe/Berlin': 'Sun, 02 Aug 2026 01:05:09 +0200',
    'Asia/Kolkata': 'Sun, 02 Aug 2026 04:35:09 +0530',
    'America/St_Johns': 'Sat, 01 Aug 2026 20:35:09 -0230',
  };
  for (const [zone, text] of Object.entries(zones)) {
    it(`prints a time in the zone ${zone}`, () => {
      const before = process.env['TZ'];
      process.env['TZ'] = zone;
      try {
        equal(zonedTime('2026-08-01T23:05:09.900Z'), text);
      } finally {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      }
    });
  }

  it('prints the zero time of Go for a time that is not there', () => equal(zonedTime(null), 'Mon, 01 Jan 0001 00:00:00 +0000'));
});

describe('labelsText(), selectorText()', () => {
  it('sorts by the names', () => {
    equal(labelsText({ b: '2', a: '', B: '1' }), 'B=1,a=,b=2');
    equal(labelsText({}), '<none>');
    equal(labelsText(undefined), '<none>');
  });

  it('writes every kind of requirement', () => {
    const matchExpressions = [
      { key: 'z', operator: 'NotIn', values: ['2', '1'] },
      { key: 'a', operator: 'Exists' },
      { key: 'b', operator: 'DoesNotExist' },
      { key: 'c', operator: 'In', values: ['x'] },
    ];
    equal(selectorText({ matchLabels: { m: '1' }, matchExpressions }), 'a,!b,c in (x),m=1,z notin (1,2)');
    equal(selectorText(undefined), '');
    equal(selectorOrNone({}), '<none>');
  });
});

describe('escapeTerminal()', () => {
  it('shows what would move the cursor, keeps what lays out text', () => {
    equal(escapeTerminal('a\u001b[2J\r\u0007\u009b\u007f\tb\n\u0000é𝒳'), 'a^[[2J\\r^G\\x9b^?\tb\n^@é𝒳');
  });

  it('lets no control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(escapeTerminal(text))),
    );
  });
});

describe('naturalOrder()', () => {
  it('sorts numbers by their value, and punctuation before letters', () => {
    const names = ['a10', 'a2', 'b', 'a', 'a-b', 'a.b', 'ab', 'Ab', '10', '9', 'a01', 'k9x', 'kx'];
    deepEqual(names.toSorted(naturalOrder), ['9', '10', 'Ab', 'a', 'a-b', 'a.b', 'a01', 'a2', 'a10', 'ab', 'b', 'k9x', 'kx']);
  });

  it('finds a name equal to itself alone', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '1', '2', '.', '-'), maxLength: 5 });
    fc.assert(
      fc.property(
        name,
        name,
        (a, b) => (naturalOrder(a, b) === 0) === (a === b) && Math.sign(naturalOrder(a, b)) === -Math.sign(naturalOrder(b, a)),
      ),
    );
  });
});
