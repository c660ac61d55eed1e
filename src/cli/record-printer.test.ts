import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { PrintedRecord } from '../core/journal-record.ts';
import type { Pod } from '../model/pod.ts';
import type { CommandContext } from './command-context.ts';
import { OutputQueue } from './output-queue.ts';
import { recordPrinter } from './record-printer.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'default', uid: 'u1' },
  spec: {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'main', image: 'a:1', imagePullPolicy: 'Never', env: [{ name: 'PASSWORD', value: 'hunter2' }] }],
  },
};
const of = { time: '2030-01-01T00:00:00.000Z', pod: 'default/demo', uid: 'u1' };
const accepted: PrintedRecord = { ...of, type: 'pod.accepted', spec: pod };
const started: PrintedRecord = { ...of, type: 'event', eventType: 'Normal', reason: 'Started', message: 'Container started', count: 1 };
const warned: PrintedRecord = { ...started, eventType: 'Warning', reason: 'Failed' };

async function printed(output: 'text' | 'json', records: readonly PrintedRecord[]): Promise<readonly string[]> {
  let text = '';
  const stdout = new OutputQueue(1, async (_, bytes) => {
    text += bytes.toString();
    return bytes.length;
  });
  const print = recordPrinter([pod], { output }, { stdout, colours: false } as CommandContext);
  for (const record of records) print(record);
  await setImmediate();
  await stdout.flushed();
  return text.split('\n').slice(0, -1);
}

describe('recordPrinter()', () => {
  it('prints each record as JSON, an accepted Pod without its spec: what it holds is the user’s, and may be secret', async () => {
    deepEqual(
      (await printed('json', [accepted, started])).map((line) => JSON.parse(line)),
      [{ ...of, type: 'pod.accepted' }, started],
    );
  });

  it('prints lines for people without the spec, and of events only warnings', async () => {
    const lines = await printed('text', [accepted, started, warned]);
    deepEqual([lines.length, lines.some((line) => line.includes('hunter2'))], [2, false]);
  });
});
