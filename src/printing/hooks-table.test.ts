import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeliveryRow } from './delivery-rows.ts';
import { type DeliveryOutput, hooksTable, type TableOptions } from './hooks-table.ts';
import { PLAIN_STYLE, styleOf } from './style.ts';

const options: TableOptions = { style: PLAIN_STYLE, time: (time) => `at ${time}`, pods: false };
const of = { pod: 'default/demo', uid: 'u1', container: 'main', restartCount: 0, retry: 0 };
const postStart: DeliveryRow = {
  ...of,
  hook: 'postStart',
  handler: 'exec',
  attempt: 1,
  startedAt: 't1',
  endedAt: 't2',
  outcome: 'succeeded',
  durationMs: 12,
  exitCode: 0,
};
const skipped: DeliveryRow = { ...of, hook: 'preStop', attempt: 0, endedAt: 't3', outcome: 'skipped', reason: 'containerExited' };
const http: DeliveryRow = {
  ...of,
  restartCount: 3,
  hook: 'preStop',
  handler: 'httpGet',
  attempt: 2,
  startedAt: 't4',
  outcome: 'failed',
  durationMs: 61_000,
  httpStatus: 500,
  reason: 'a\nb',
};

const stream = (text: string, tail = '', cutBytes = 0) => ({ head: Buffer.from(text), tail: Buffer.from(tail), cutBytes });
const output = (stdout: string, stderr = ''): DeliveryOutput => ({ stdout: stream(stdout), stderr: stream(stderr) });

describe('hooksTable()', () => {
  it('has a row a delivery', () => {
    deepEqual(hooksTable([postStart, skipped, http], new Map(), options), [
      'CONTAINER         HOOK       HANDLER  ATTEMPT  STARTED  TOOK   OUTCOME    EXIT      REASON',
      'main              postStart  exec     1        at t1    12 ms  succeeded  0',
      'main              preStop    -        -        -        -      skipped    -         containerExited',
      'main (restart 3)  preStop    httpGet  2        at t4    1m 1s  failed     HTTP 500  a\\x0ab',
    ]);
  });

  it('names the Pod of each row when asked to', () => {
    const [, row] = hooksTable([skipped], new Map(), { ...options, pods: true });
    ok(row?.startsWith('default/demo  main '));
  });

  it('shows below a row what the hook wrote, with a mark where it was cut', () => {
    const outputs = new Map([[postStart, { stdout: stream('one\n', 'end', 1000), stderr: stream('oops\u001b[2J\n') }]]);
    deepEqual(hooksTable([postStart], outputs, options).slice(2), [
      '    | one',
      '    | … 1000 bytes cut …',
      '    | end',
      '    ! oops\\x1b[2J',
    ]);
  });

  it('shows nothing below a hook that wrote nothing', () => {
    equal(hooksTable([postStart], new Map([[postStart, output('')]]), options).length, 2);
  });

  it('shows the start and the end of long output', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const shown = hooksTable([postStart], new Map([[postStart, output(`${lines.join('\n')}\n`)]]), options).slice(2);
    equal(shown.length, 41);
    deepEqual(
      [shown[0], shown[19], shown[20], shown[21], shown[40]],
      ['    | line 0', '    | line 19', '    | … 60 lines not shown …', '    | line 80', '    | line 99'],
    );
  });

  it('is the same with colours, but for the colours', () => {
    const outputs = new Map([[postStart, output('out\n', 'err\n')]]);
    const coloured = hooksTable([postStart, skipped, http], outputs, { ...options, style: styleOf(true) });
    ok(coloured.join('\n').includes('\u001b[32m'));
    deepEqual(
      coloured.map((line) => line.replace(/\u001b\[\d+m/g, '')),
      hooksTable([postStart, skipped, http], outputs, options),
    );
  });
});
