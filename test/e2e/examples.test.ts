import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { msBetween } from '../../src/core/instant.ts';
import type { JournalRecord, PrintedRecord } from '../../src/core/journal-record.ts';
import { byContainer, readTimeline, timelineLine, withoutSeconds } from '../scenarios/expected-timeline.ts';
import { describeRecord } from '../scenarios/scenario.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';

/** How long each example runs, and what `hooklet run` says of it in the end. */
const EXAMPLES = {
  'lifecycle-demo': { runsFor: '10s', exitCode: 0 },
  'failing-post-start': { runsFor: '5s', exitCode: 1 },
  'hanging-post-start': { runsFor: '5s', exitCode: 1 },
  'slow-pre-stop': { runsFor: '3s', exitCode: 1 },
  'two-containers': { runsFor: '5s', exitCode: 0 },
  'http-hooks': { runsFor: '5s', exitCode: 0 },
  'receiver-down': { runsFor: '3s', exitCode: 1 },
  'sleep-hook': { runsFor: '4s', exitCode: 0 },
  'restart-always': { runsFor: '6s', exitCode: 1 },
  'failing-pre-stop': { runsFor: '3s', exitCode: 1 },
  'web-with-sidecar': { runsFor: '8s', exitCode: 0 },
} as const;

const isOfPod = (record: PrintedRecord): record is JournalRecord => record.type !== 'log' && !record.type.startsWith('agent.');

describe('the examples, on real containers', () => {
  let hooklet: Hooklet;
  const runs = new Map<string, HookletRun>();
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(async () => hooklet.close());

  for (const [name, { runsFor, exitCode }] of Object.entries(EXAMPLES)) {
    it(`${name} lives in the order of its timeline and exits with ${exitCode}`, async () => {
      const run = hooklet.run(`examples/${name}/pod.yaml`, '--for', runsFor);
      runs.set(name, run);
      const code = await run.ended();
      const lines = run.records.filter(isOfPod).map((record) => timelineLine(0, describeRecord(record)));
      deepEqual(byContainer(lines), byContainer(withoutSeconds(readTimeline(name))), run.stderr);
      equal(code, exitCode, run.stderr);
    });
  }

  it('two-containers: b starts only after the postStart of a has ended', () => {
    const lines = runs.get('two-containers')?.records.flatMap((record) => (isOfPod(record) ? [describeRecord(record)] : [])) ?? [];
    const ended = lines.indexOf('a hook.finished postStart succeeded');
    ok(ended >= 0 && lines.indexOf('b container.created') > ended, lines.join('\n'));
  });

  it('slow-pre-stop: the stop signal comes at the end of the grace of 5 s, SIGKILL 2 s later', () => {
    const run = runs.get('slow-pre-stop');
    const [deleting] = run?.all('pod.deleting') ?? [];
    const [term, kill] = run?.all('signal.sent') ?? [];
    ok(deleting !== undefined && term !== undefined && kill !== undefined, run?.stderr);
    deepEqual([term.signal, kill.signal], ['SIGTERM', 'SIGKILL']);
    const graceMs = msBetween(deleting.firstSeen, term.at);
    const lastMs = msBetween(term.at, kill.at);
    ok(graceMs >= 5000 && graceMs < 6500, `the stop signal came after ${graceMs} ms`);
    ok(lastMs >= 1900 && lastMs < 3500, `SIGKILL came ${lastMs} ms after the stop signal`);
  });
});
