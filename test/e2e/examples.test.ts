import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JournalRecord, PrintedRecord } from '../../src/core/journal-record.ts';
import { byContainer, readTimeline, timelineLine, withoutSeconds } from '../scenarios/expected-timeline.ts';
import { describeRecord } from '../scenarios/scenario.ts';
import { Hooklet } from './hooklet.ts';

/** How long each example runs, and what `hooklet run` says of it in the end. */
const EXAMPLES = {
  'lifecycle-demo': { runsFor: '10s', exitCode: 0 },
  'failing-post-start': { runsFor: '5s', exitCode: 1 },
  'hanging-post-start': { runsFor: '5s', exitCode: 1 },
  'slow-pre-stop': { runsFor: '3s', exitCode: 1 },
  'two-containers': { runsFor: '5s', exitCode: 0 },
} as const;

const isOfPod = (record: PrintedRecord): record is JournalRecord => record.type !== 'log' && !record.type.startsWith('agent.');

describe('the examples, on real containers', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(async () => hooklet.close());

  for (const [name, { runsFor, exitCode }] of Object.entries(EXAMPLES)) {
    it(`${name} lives in the order of its timeline and exits with ${exitCode}`, async () => {
      const run = hooklet.run(`examples/${name}/pod.yaml`, '--for', runsFor);
      const code = await run.ended();
      const lines = run.records.filter(isOfPod).map((record) => timelineLine(0, describeRecord(record)));
      deepEqual(byContainer(lines), byContainer(withoutSeconds(readTimeline(name))), run.stderr);
      equal(code, exitCode, run.stderr);
    });
  }
});
