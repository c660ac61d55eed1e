import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sizeText } from '../printing/size-text.ts';
import { PLAIN_STYLE } from '../printing/style.ts';
import { checksTable } from './show-checks.ts';

describe('checksTable()', () => {
  it('has a row a check, with the remedy below what is not well', () => {
    const table = checksTable(
      [
        { name: 'user', need: 'required', ok: true, found: 'root' },
        { name: 'runc', need: 'required', ok: false, found: 'missing', remedy: 'apt-get install runc' },
        { name: 'overlayfs', need: 'advice', ok: false, found: 'not loaded', remedy: 'modprobe overlay' },
      ],
      PLAIN_STYLE,
    );
    deepEqual(table, [
      'CHECK      VERDICT          FOUND',
      'user       ok               root',
      'runc       LACKS            missing',
      '    apt-get install runc',
      'overlayfs  could be better  not loaded',
      '    modprobe overlay',
    ]);
  });
});

describe('sizeText()', () => {
  it('uses the largest unit that fits', () => {
    deepEqual([0, 1023, 1024, 2_131_137, 5 * 1024 ** 5].map(sizeText), ['0 B', '1023 B', '1.0 KiB', '2.0 MiB', '5120.0 TiB']);
  });
});
